"""What `ats-sandbox snapshot` does, through the admin API of a running sandbox."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import httpx
import typer
from rich.console import Console

from ats_sandbox.env import ADMIN, connection
from ats_sandbox.exits import fail

TIMEOUT_SECONDS = 600
"""A large account takes its time."""
CHUNK_BYTES = 1024 * 1024


class Snapshots:
    """The snapshots of one sandbox: the one at a URL, or the last one started here. Ends with code 2 when it refuses."""

    def __init__(self, url: str | None, *, as_json: bool = False) -> None:
        root, _ = connection(url)
        self._http = httpx.Client(base_url=root + ADMIN, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._as_json = as_json
        # Standard output is for the file that `export` may write there.
        self._err = Console(stderr=True, highlight=False)

    def take(self, tenant: str, name: str | None) -> None:
        told = self._call("POST", f"/tenants/{tenant}/snapshots", json={"name": name})
        self._tell(told, f"{told['name']}: {_counted(told)}")

    def list_all(self, tenant: str) -> None:
        told = self._call("GET", f"/tenants/{tenant}/snapshots")
        lines = [f"{one['name']}  {one['taken_at']}  {_counted(one)}" for one in told["snapshots"]]
        self._tell(told, "\n".join(lines) if lines else f"{tenant} has no snapshots")

    def restore(self, tenant: str, name: str) -> None:
        told = self._call("POST", f"/tenants/{tenant}/snapshots/{name}/restore")
        self._tell(told, f"{tenant} is as it was in {name}; its clock says {told['clock']['now']}")

    def delete(self, tenant: str, name: str) -> None:
        self._call("DELETE", f"/tenants/{tenant}/snapshots/{name}")
        typer.echo(f"{name} of {tenant} is forgotten")

    def export(self, tenant: str, snapshot: str | None, output: Path | None) -> None:
        parameters = {} if snapshot is None else {"snapshot": snapshot}
        with self._http.stream("GET", f"/tenants/{tenant}/export", params=parameters) as reply, self._err.status(f"writing {tenant}…"):
            if reply.is_error:
                reply.read()
                _refused(reply)
            if output is None:
                _copy(reply.iter_bytes(), sys.stdout.buffer)
                return
            # Beside the file first, so that a broken connection leaves an older file as it was.
            unfinished = output.with_name(f"{output.name}.unfinished")
            with unfinished.open("wb") as file:
                _copy(reply.iter_bytes(), file)
            unfinished.replace(output)
        self._err.print(f"{tenant} is in {output}", markup=False, soft_wrap=True)

    def import_file(self, file: Path, into: str | None, name: str | None) -> None:
        if into is not None and name is not None:
            fail("--into and --name contradict each other", hint="--into changes an account that is there, --name names a new one")
        path = "/tenants/import" if into is None else f"/tenants/{into}/import"
        with file.open("rb") as content, self._err.status(f"reading {file}…"):
            told = self._call("POST", path, params={} if name is None else {"name": name}, content=_chunks(content))
        self._tell(told, f"{told['id']} at {told['base_url']}\n{json.dumps(told['credential'])}")

    def _call(self, method: str, path: str, **more: Any) -> Any:
        try:
            reply = self._http.request(method, path, **more)
        except httpx.TransportError as error:
            fail(f"{self._http.base_url}{path}: {error}", hint="does the sandbox still run?")
        if reply.is_error:
            _refused(reply)
        return reply.json() if reply.content else None

    def _tell(self, told: Any, text: str) -> None:
        typer.echo(json.dumps(told, ensure_ascii=False) if self._as_json else text)


def _refused(reply: httpx.Response) -> None:
    error = reply.json()["error"]
    fail(error["message"], hint=error["hint"])


def _counted(told: dict[str, Any]) -> str:
    return f"{sum(told['records'].values())} records in {len(told['records'])} tables"


def _copy(parts: Iterator[bytes], file: IO[bytes]) -> None:
    for part in parts:
        file.write(part)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
