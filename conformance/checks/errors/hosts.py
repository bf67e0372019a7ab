"""A host that is not the vendor's: nobody there, somebody else, one that cannot show who it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from conformance.casework import broken, judged
from conformance.check import Cell, Result
from conformance.checks.errors.conditions import CONDITIONS, Told, somebody_else, try_sync
from conformance.files import FileServer
from conformance.fixture_models import ServedFile
from conformance.lab import Lab, World
from conformance.outcomes import Code
from conformance.subjects import ConfigurationError


def _answering(content_type: str, text: str) -> Callable[[World], Told]:
    """A host that answers everything alike."""

    def condition(world: World) -> Told:
        with FileServer({}, everywhere=ServedFile(content_type=content_type, text=text)) as other:
            return try_sync(world, base_url=other.url)

    return condition


STRANGERS: dict[str, Callable[[World], Told]] = {
    "somebody else there": somebody_else,
    "a web site there": _answering("text/html", "<html><body>Welcome.</body></html>"),
    "another API there": _answering("application/json", '{"status": "ok", "version": 3}'),
    "an API of lists there": _answering("application/json", '["jobs", "people"]'),
}


def host_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "host", name) for name in ("nobody there", *STRANGERS)]


def wrong_hosts(lab: Lab) -> Iterator[Result]:
    """ERR-3."""
    for cell in host_cells(lab):
        told = lab.once(("told", cell.name), lambda name=cell.name: _try_host(lab, name))  # type: ignore[misc]
        state = told.outcome.state if told.outcome else "refused"
        if state not in {"FAILED", "refused"}:
            yield broken(cell, f"the sync ended {state}")
        else:
            waited = cell.name in STRANGERS and told.waits
            yield judged(cell, f"it waited {told.waits} times for it to pass, as for an outage" if waited else None)


def _try_host(lab: Lab, name: str) -> Told:
    return {**CONDITIONS, **STRANGERS}[name](lab.world())


STRANGER = Cell("connection", "host", "a certificate that nobody vouches for")


def distrusts(lab: Lab) -> Iterator[Result]:
    """ERR-10."""
    with FileServer({}, https=True) as stranger:
        with suppress(ConfigurationError):
            lab.world().connect(base_url=stranger.url).sync()
        yield judged(STRANGER, "it spoke to a host that cannot show who it is" if stranger.asked else None, code=Code.LEAK)
