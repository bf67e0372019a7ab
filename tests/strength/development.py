"""The development set: the wrong connectors that the checks' own tests use, and mutants of our connectors and hub, drawn by a seed.

Whoever strengthens the suite looks at these. Its true strength is told by a set that nobody of us has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.conformance.miniatures import Defect
from tests.strength.mutants import ROOT, Mutant, sample

SEED = 20260301
MUTANTS = {"join": 26, "pinpoint": 26, "asymbl": 14, "shared": 26}
"""How many are drawn of each vendor's connector, and of what they share (hub and transport)."""
OF_EACH_RULE = 1
"""How many places are drawn for each rule of byrule.py."""
JUDGES_OF_SHARED = ("join", "pinpoint", "asymbl")
"""Who judges what is shared: a full run tells what any vendor's suite finds. The cheapest is asked first."""


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
DATA = ("pages", "fields", "quirks", "delta", "scopes", "features", "permissions", "matrix")
RIGHT: Mapping[Defect, tuple[str, ...]] = {
    "mapping": (*DATA, "actions"),
    "completeness": ("actions", *DATA, "retries", "manners"),
    "state": ("delta", *DATA, "errors", "retries", "actions"),
    "identity": ("actions", *DATA),
    "faults": ("retries", "errors", "actions", "manners", "pages", "features"),
    "errors": ("actions", "errors", "permissions", "matrix", "retries", "manners", "pages", "quirks", "features"),
    "writes": ("actions", "permissions", "matrix", "features", "scopes"),
    "manners": ("manners", "scopes", "delta", "retries", "permissions", "matrix", "quirks", "actions", "errors"),
    "access honesty": ("permissions", "errors", "matrix", "manifest", "pages", "scopes", "actions", "quirks"),
    "configuration": (
        "features",
        "scopes",
        "manifest",
        "fields",
        "permissions",
        "matrix",
        "pages",
        "errors",
        "manners",
        "delta",
        "actions",
    ),
}
"""A red check of any other chapter is not the right one. The likeliest come first, since a run ends at the first that is red."""
NOT_JUDGED = frozenset({"connectors.transport.countries", "connectors.hub.subject", "connectors.hub.store"})
"""A list of names of the world, how the suite drives the hub, and the shapes of tables: not what the suite is about."""


LODGERS: Mapping[tuple[str, str], Defect] = {("asymbl.wire", "_noted"): "state", ("pinpoint.talk", "fed"): "access honesty"}
"""What stands in a room of another kind: of the answers that wire.py reads, the vendor's time is what watermarks are made of; of what
talk.py tells of refusals, which models are called denied."""


def class_of(module: str, where: str = "") -> Defect:
    """What a defect in this function or table of the module is a defect of."""
    if (lodger := LODGERS.get((module.removeprefix("connectors."), where))) is not None:
        return lodger
    own = module.removeprefix("connectors.")
    # The room that names it in full goes before one that names modules of that name in any connector.
    for name in (own, own.partition(".")[2]):
        for room in ROOMS:
            if name in room.modules:
                return room.defect
    return "mapping"


def judges_of(module: str) -> tuple[str, ...]:
    """The vendors whose suites judge a mutant of this module."""
    package = module.split(".")[1]
    return JUDGES_OF_SHARED if package in ("hub", "transport", "unified") else (package,)


def modules_of(part: str) -> list[str]:
    """The modules of a vendor's connector, or of what is shared."""
    packages = ("hub", "transport") if part == "shared" else (part,)
    paths = sorted(path for package in packages for path in (ROOT / "connectors" / package).glob("*.py"))
    found = [f"connectors.{path.parent.name}.{path.stem}" for path in paths if path.stem != "__init__"]
    return [module for module in found if module not in NOT_JUDGED]


def drawn(part: str, count: int | None = None, seed: int = SEED) -> list[Mutant]:
    """Mutants of a part."""
    return sample(modules_of(part), MUTANTS[part] if count is None else count, seed)
