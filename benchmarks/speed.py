"""Requests: how close to ready bytes a page and a record come, what a write costs, and what a page far behind costs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.figures import ROUNDS, Figure
from benchmarks.load import Cost, Request, measure
from benchmarks.servers import raw_bytes, sandbox

WORLD = "pinpoint:candidates=100000,applications=3000,jobs=150"
SECONDS = 1.5


@dataclass(frozen=True)
class Measured:
    """A request to a server of that process id."""

    process: int
    request: Request


def figures() -> Iterator[Figure]:
    """Everything that the sandbox does for a request is on: journal, permissions, quirk and fault hooks."""
    with ExitStack() as stack:
        process, info = stack.enter_context(sandbox("--world", WORLD))
        account = info["vendors"]["pinpoint"]
        headers = {"X-API-KEY": account["credential"]["api_key"]}
        root = f"{account['base_url']}/api/v1"
        page = Request(f"{root}/jobs?page[size]=100", headers)
        job = Request(f"{root}/jobs/{_first(root, headers, 'jobs')}", headers)
        candidate = Request(f"{root}/candidates/{_first(root, headers, 'candidates')}", headers)
        measured = {name: Measured(process, request) for name, request in (("page", page), ("job", job), ("candidate", candidate))}
        measured |= {
            "write": Measured(process, _write(candidate, "candidates", "first_name")),
            "page 1": Measured(process, Request(f"{root}/candidates?page[size]=100&page[number]=1", headers)),
            "page 1000": Measured(process, Request(f"{root}/candidates?page[size]=100&page[number]=1000", headers)),
        }
        sizes = {name: len(httpx.get(measured[name].request.url, headers=headers).content) for name in ("page", "job")}
        for name, size in sizes.items():
            raw_process, url = stack.enter_context(raw_bytes(size))
            measured[f"raw {name}"] = Measured(raw_process, Request(url, headers))
        cost = _best_of_rounds(measured)
    yield from _ratios(cost, sizes)


def _ratios(cost: Mapping[str, Cost], sizes: Mapping[str, int]) -> Iterator[Figure]:
    def per_second(name: str) -> str:
        return f"{1 / cost[name].cpu_seconds:,.0f}/s"

    for name, wanted, what in (("page", 20, "a page of 100 jobs"), ("job", 40, "a single job")):
        share = 100 * cost[f"raw {name}"].cpu_seconds / cost[name].cpu_seconds
        detail = f"{per_second(name)} of {per_second(f'raw {name}')} with {sizes[name]:,} ready bytes, one core"
        yield Figure(f"{what}, of the raw-bytes limit", share, "%", at_least=wanted, detail=detail)
    for name, against, most, what in (
        ("write", "candidate", 3, "a PUT of a candidate, to a read of it"),
        ("page 1000", "page 1", 1.3, "page 1000 of 100,000 candidates, to page 1"),
    ):
        ratio = cost[name].cpu_seconds / cost[against].cpu_seconds
        yield Figure(what, ratio, "×", at_most=most, detail=f"{per_second(name)} to {per_second(against)}")


def _best_of_rounds(measured: Mapping[str, Measured]) -> dict[str, Cost]:
    """Round after round through all of them, so that none has the quiet minute to itself."""
    found: dict[str, list[Cost]] = {name: [] for name in measured}
    for _ in range(ROUNDS):
        for name, one in measured.items():
            found[name].append(measure(one.request, one.process, SECONDS))
    return {name: min(costs, key=lambda cost: cost.cpu_seconds) for name, costs in found.items()}


def _first(root: str, headers: Mapping[str, str], type: str) -> str:
    items: list[dict[str, Any]] = httpx.get(f"{root}/{type}?page[size]=1", headers=headers).json()["data"]
    return str(items[0]["id"])


def _write(read: Request, type: str, attribute: str) -> Request:
    id = read.url.rpartition("/")[2]
    bodies = [json.dumps({"data": {"type": type, "id": id, "attributes": {attribute: value}}}) for value in ("Ada", "Grace")]
    return Request(read.url, {**read.headers, "Content-Type": "application/vnd.api+json"}, "PUT", tuple(bodies))
