"""The development set: the wrong connectors that the checks' own tests use, and mutants of our connectors and hub, drawn by a seed.

Whoever strengthens the suite looks at these. Its true strength is told by a set that nobody of us has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.conformance.miniatures import Defect
from tests.strength.mutants import ROOT, Mutant, sample

SEED = 20260301
MUTANTS = {"join": 60, "pinpoint": 40, "asymbl": 30}
"""How many are drawn, by the vendor whose suite judges them. Hub and transport are judged at one that uses what is changed."""
JUDGE_OF_SHARED = {"hub": "pinpoint", "transport": "pinpoint", "transport.seams": "join"}


@dataclass(frozen=True)
class Room:
    """What defects in a module are defects of, and the chapters whose business that is."""

    defect: Defect
    modules: tuple[str, ...]


ROOMS = (
    Room("mapping", ("mapping", "values", "people", "questions", "jobs", "details", "records", "answering")),
    Room("completeness", ("reading", "streams", "applications", "pages", "seams", "connector", "queries", "tables")),
    Room("state", ("hub.sync", "hub.records", "hub.progress", "hub.ingest")),
    Room("identity", ("hub.ids",)),
    Room("faults", ("transport.retry", "transport.client")),
    Room("errors", ("wire", "talk", "hub.codes", "hub.answers", "hub.redact", "sign_in", "session")),
    Room("writes", ("actions", "applying", "creating", "files", "hub.actions", "hub.inputs", "attachments")),
    Room("access honesty", ("probing", "describe", "access")),
    Room("configuration", ("settings", "manifest", "hub.scope", "hub.hub")),
)
DATA = frozenset({"pages", "fields", "delta", "quirks", "scopes", "permissions", "matrix", "features"})
RIGHT: Mapping[Defect, frozenset[str]] = {
    "mapping": DATA | {"actions"},
    "completeness": DATA | {"retries", "manners", "actions"},
    "state": DATA | {"errors", "retries", "actions"},
    "identity": DATA | {"actions"},
    "faults": frozenset({"retries", "errors", "actions", "manners", "pages", "features"}),
    "errors": frozenset({"errors", "actions", "permissions", "matrix", "retries", "manners", "pages", "quirks", "features"}),
    "writes": frozenset({"actions", "permissions", "matrix", "features", "scopes"}),
    "access honesty": frozenset({"permissions", "matrix", "manifest", "errors", "pages", "scopes"}),
    "configuration": frozenset(
        {"manifest", "scopes", "permissions", "matrix", "features", "pages", "actions", "errors", "manners", "delta"}
    ),
}
"""A red check of any other chapter is not the right one."""
TABLES_OF_OTHERS = frozenset({"connectors.transport.countries", "connectors.hub.subject", "connectors.hub.store"})
"""A list of names of the world, how the suite drives the hub, and the shapes of tables: not what the suite is about."""


def class_of(module: str) -> Defect:
    """What a defect in this module is a defect of."""
    own = module.removeprefix("connectors.")
    for room in ROOMS:
        if own in room.modules or own.partition(".")[2] in room.modules:
            return room.defect
    return "mapping"


def modules_for() -> dict[str, list[str]]:
    """The modules whose mutants each vendor's suite judges."""
    found: dict[str, list[str]] = {vendor: [] for vendor in MUTANTS}
    for path in sorted((ROOT / "connectors").glob("*/*.py")):
        package, name = path.parent.name, path.stem
        vendor = package if package in found else JUDGE_OF_SHARED.get(f"{package}.{name}", JUDGE_OF_SHARED.get(package))
        if vendor is not None and name != "__init__":
            found[vendor].append(f"connectors.{package}.{name}")
    return found


def drawn(vendor: str, modules: list[str], count: int | None = None) -> list[Mutant]:
    """The mutants that one vendor's suite judges."""
    return sample([module for module in modules if module not in TABLES_OF_OTHERS], MUTANTS[vendor] if count is None else count, SEED)
