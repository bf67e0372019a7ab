"""The suite's hand on the servers: a client of the admin API. `Tenant` is one account, whose truth it reads and changes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import orjson

from conformance.admin_wire import AdminWire, Unreachable
from conformance.fixture_models import Step, Touch
from conformance.subjects import ConfigurationError

ADMIN = "/_sandbox"
PAGE = 1000
"""Exchanges of a journal that are asked for at once."""


class SandboxError(Exception):
    """The admin API refused: a fault of the suite or of a fixture, never of a subject."""


@contextmanager
def sandbox_url(url: str | None, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The given sandbox (http, where it names no scheme), or one of our own in another process, with real sockets between.

    `options` are those of the command `up`. Raises ConfigurationError when it does not start.
    """
    if url is not None:
        address = url if "://" in url else f"http://{url}"
        try:
            AdminWire(address, timeout=0)
        except ValueError as error:
            raise ConfigurationError(f"{url} is no URL of a sandbox: {error}") from error
        yield address
        return
    command = [sys.executable, "-m", "ats_sandbox", "up", "--json", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            line = process.stdout.readline() if process.stdout is not None else ""
            if not line:
                raise ConfigurationError("the sandbox did not start; try `ats-sandbox up` to see why")
            yield json.loads(line)["admin"]
        finally:
            process.terminate()
            process.wait(timeout=20)


@dataclass(frozen=True, slots=True)
class Minted:
    """A credential that the suite made in a tenant."""

    id: str
    credential: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange as the tenant's journal keeps it; secrets are masked there already."""

    id: int
    at: float
    """Seconds since the epoch on the tenant's clock."""
    method: str
    path: str
    query: str
    operation: str | None
    inside: tuple[str, ...]
    """The operations of requests that came inside this one."""
    status: int | None
    needs: tuple[str, ...]
    unread: tuple[str, ...]
    writes: bool
    """Whether the operation changes the account, by the vendor's own word: a sign-in or a search may be a POST."""
    raw: Mapping[str, Any]

    @property
    def received(self) -> int:
        """Bytes of the answer's body."""
        return int((self.raw.get("response") or {}).get("body_bytes") or 0)


@dataclass(frozen=True)
class VendorFacts:
    """What the sandbox says of one vendor."""

    name: str
    title: str
    permissions: tuple[str, ...]
    presets: Mapping[str, tuple[str, ...]]
    operations: Mapping[str, Mapping[str, Any]]
    quirks: Mapping[str, Mapping[str, Any]]
    scenarios: tuple[str, ...]
    default_scenario: str
    options: Mapping[str, Any]
    evidence: Mapping[str, int]
    """How many of its behaviours are documented, seen in code, assumed."""


def instant(text: str) -> float:
    """Seconds since the epoch of an ISO date-time. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class Sandbox:
    """A running sandbox, by the URL of its main port."""

    def __init__(self, url: str, *, timeout: float = 60) -> None:
        self.url = url.rstrip("/").removesuffix(ADMIN)
        self._wire = AdminWire(self.url + ADMIN, timeout=timeout)
        self._vendors: dict[str, VendorFacts] = {}

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    def call(self, method: str, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """One call of the admin API; its JSON, or None when there is none.

        Raises:
            SandboxError: it answered with an error.
            ConfigurationError: nothing answers there.
        """
        try:
            status, body = self._wire.send(
                method, f"{path}?{urlencode(params)}" if params else path, None if json is None else orjson.dumps(json)
            )
        except Unreachable as error:
            raise ConfigurationError(f"no sandbox answers at {self.url}: {error}; start one with `ats-sandbox up`") from error
        if status >= 400:
            raise SandboxError(f"{method} {ADMIN}{path}: {status} {_reason(body)}")
        return orjson.loads(body) if body else None

    def vendors(self) -> dict[str, VendorFacts]:
        """Every vendor it imitates; asked once."""
        if not self._vendors:
            self._vendors = {name: _facts(name, told) for name, told in self.call("GET", "/vendors")["vendors"].items()}
        return self._vendors

    def create(self, vendor: str, *, scenario: str | None = None, frozen: bool = True, permissions: list[str] | str = "all") -> Tenant:
        """A new tenant of the vendor, seeded with the scenario."""
        wish: dict[str, Any] = {"vendor": vendor, "clock": {"frozen": frozen, "at": None}, "permissions": permissions}
        if scenario is not None:
            wish["scenario"] = scenario
        return Tenant(self, self.call("POST", "/tenants", json=wish))


def _reason(body: bytes) -> str:
    try:
        error = orjson.loads(body)["error"]
        return " ".join(str(error[part]) for part in ("code", "message", "hint") if error.get(part))
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")[:300]


def _facts(name: str, told: Mapping[str, Any]) -> VendorFacts:
    quirks = {quirk["name"]: quirk for quirk in told["quirks"]}
    behaviours = [*told["permissions"], *told["operations"], *told["quirks"]]
    kinds = [_evidence_kind(behaviour.get("evidence")) for behaviour in behaviours]
    return VendorFacts(
        name=name,
        title=told["title"],
        permissions=tuple(permission["name"] for permission in told["permissions"]),
        presets={preset: tuple(held) for preset, held in told["presets"].items()},
        operations={operation["id"]: operation for operation in told["operations"]},
        quirks=quirks,
        scenarios=tuple(told["scenarios"]),
        default_scenario=told["default_scenario"],
        options=told["options"],
        evidence={kind: kinds.count(kind) for kind in ("documented", "seen in code", "assumed")},
    )


def _evidence_kind(evidence: Any) -> str:
    """A behaviour whose evidence cannot be read counts as assumed, the weakest kind."""
    told = evidence.get("kind") if isinstance(evidence, Mapping) else evidence
    kind = str(told).lower().replace("_", " ")
    return {"documented": "documented", "seen in code": "seen in code", "seenincode": "seen in code"}.get(kind, "assumed")


class Tenant:
    """One account at one vendor, as the admin API shows it."""

    def __init__(self, sandbox: Sandbox, told: Mapping[str, Any]) -> None:
        self._sandbox = sandbox
        self.id: str = told["id"]
        self.vendor: str = told["vendor"]
        self.base_url: str = told["base_url"].rstrip("/")
        self.credential: Mapping[str, str] = told["credential"]
        self.credential_id: str = told["credential_id"]
        self._clock: Mapping[str, Any] = told["clock"]

    def _call(self, method: str, path: str, json: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        return self._sandbox.call(method, f"/tenants/{self.id}{path}", json=json, params=params)

    # ------------------------------------------------------------------------------------------------ life

    def fork(self) -> Tenant:
        """A copy of its own, with everything but the journal."""
        return Tenant(self._sandbox, self._call("POST", "/fork", {}))

    def reset(self) -> None:
        """Everything as it was when the tenant was made, its credentials too; the journal is empty."""
        self._clock = self._call("POST", "/reset")["clock"]

    def delete(self) -> None:
        self._call("DELETE", "")

    # ----------------------------------------------------------------------------------------------- truth

    def records(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._call("GET", f"/records/{table}")["records"]
        return rows

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table."""
        tables: dict[str, list[dict[str, Any]]] = self._call("GET", "/records", params={"dump": "true"})["tables"]
        return tables

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        self._call("POST", f"/records/{table}", dict(row))

    def update(self, table: str, record: int | str, values: Mapping[str, Any]) -> None:
        self._call("PATCH", f"/records/{table}/{record}", dict(values))

    def remove(self, table: str, record: int | str) -> None:
        self._call("DELETE", f"/records/{table}/{record}")

    def perform(self, steps: list[Step], touch: Touch) -> None:
        """Steps of a fixture; a row that an update touches gets the tenant's now in the column that marks changes."""
        for step in steps:
            self._perform(step, touch)

    def _perform(self, step: Step, touch: Touch) -> None:
        match step:
            case Step(insert=inserted) if inserted is not None:
                self.insert(inserted.table, inserted.row)
            case Step(update=updated) if updated is not None:
                self.update(updated.table, updated.record, {**self.touched(updated.table, touch), **updated.set})
            case Step(delete=deleted) if deleted is not None:
                self.remove(deleted.table, deleted.record)
            case Step(options=options) if options is not None:
                self.set_options(options)
            case Step(quirk=quirks) if quirks is not None:
                for name, wish in quirks.items():
                    self.set_quirk(name, on=wish is not False, settings=wish if isinstance(wish, dict) else {})
            case Step(fault=rule) if rule is not None:
                self.fault(**rule)
            case Step(rate_limit=limit) if limit is not None:
                self._call("PUT", "/rate_limit", limit)
            case Step(advance=seconds) if seconds is not None:
                self.advance(seconds)

    def touched(self, table: str, touch: Touch) -> dict[str, str]:
        """{column: now as the vendor writes it}, or {} for a table without such a column."""
        if table in touch.except_tables:
            return {}
        return {touch.column: datetime.fromtimestamp(int(self.now()), UTC).strftime(touch.format)}

    # --------------------------------------------------------------------------------------- circumstances

    def now(self) -> float:
        if not self._clock["frozen"]:
            self._clock = self._call("GET", "/clock")
        return instant(self._clock["now"])

    def advance(self, seconds: float) -> None:
        self._clock = self._call("POST", "/clock/advance", {"seconds": seconds})

    def fault(self, kind: str, **settings: Any) -> None:
        self._call("POST", "/faults", {"kind": kind, **settings})

    def clear_faults(self) -> None:
        self._call("DELETE", "/faults")

    def set_quirk(self, name: str, *, on: bool, settings: Mapping[str, Any] | None = None) -> None:
        self._call("PUT", f"/quirks/{name}", {"on": on, "settings": dict(settings or {})})

    def quirks_asked(self) -> frozenset[str]:
        """The quirks that anything has looked at since the tenant was made or reset: no other can have made a difference."""
        return frozenset(self._call("GET", "/quirks/asked")["asked"])

    def set_options(self, values: Mapping[str, Any]) -> None:
        self._call("PUT", "/options", dict(values))

    # ----------------------------------------------------------------------------------------- credentials

    def mint(self, permissions: list[str] | str, *, expires_in: float | None = None) -> Minted:
        wish: dict[str, Any] = {"permissions": permissions}
        if expires_in is not None:
            wish["expires_in"] = expires_in
        told = self._call("POST", "/credentials", wish)
        return Minted(told["id"], told["credential"])

    def grant(self, credential_id: str, permissions: list[str]) -> None:
        """The credential may do exactly this from now on."""
        self._call("PATCH", f"/credentials/{credential_id}", {"permissions": permissions})

    def leaks(self, text: str) -> bool:
        """Whether a secret stands in the text, of a credential or of a session that the vendor gave for one."""
        return bool(self._call("POST", "/leaks", {"text": text})["leaks"])

    def revoke(self, credential_id: str) -> None:
        self._call("DELETE", f"/credentials/{credential_id}")

    # --------------------------------------------------------------------------------------------- journal

    def journal(self, *, operation: str | None = None, status: int | None = None, changed: bool | None = None) -> list[Entry]:
        """Every exchange since the journal was cleared, in order; or those of an operation, with a status, that changed something.

        A journal holds whole answers, so whoever looks at a few exchanges should ask for these.
        """
        wanted = {"operation": operation, "status": status, "changed": None if changed is None else str(changed).lower()}
        return list(self._pages({name: value for name, value in wanted.items() if value is not None}))

    def struck(self, times: int = 1) -> bool:
        """Whether a fault has struck so many exchanges since the journal was cleared."""
        return len(self._call("GET", "/journal", params={"fault": "*", "limit": times})["exchanges"]) == times

    def _pages(self, wanted: Mapping[str, Any]) -> Iterator[Entry]:
        since, whole = 0, True
        operations = self._sandbox.vendors()[self.vendor].operations
        while whole:
            page = self._call("GET", "/journal", params={"since_id": since, "limit": PAGE, **wanted})["exchanges"]
            whole = len(page) == PAGE
            for told in page:
                since = max(since, told["id"])
                yield _entry(told, operations)

    def clear_journal(self) -> None:
        self._call("DELETE", "/journal")


def _entry(told: Mapping[str, Any], operations: Mapping[str, Mapping[str, Any]]) -> Entry:
    query = told["query"]
    by_method = told["method"].upper() not in {"GET", "HEAD", "OPTIONS"}
    return Entry(
        id=told["id"],
        at=instant(told["at"]),
        method=told["method"],
        path=told["path"],
        query=query if isinstance(query, str) else urlencode(query),
        operation=told["operation"],
        inside=tuple(told.get("inside", ())),
        status=told["status"],
        needs=tuple(told["needs"]),
        unread=tuple(told["unread"]),
        writes=operations.get(told["operation"] or "", {}).get("writes", by_method),
        raw=told,
    )
