"""Probes while a list is down: what nobody answered for is not readable, and no permission would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.casework import examples, judged
from conformance.check import Cell, Result
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.subjects import Probed


def probe_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", operation, "probe") for operation in lab.operations()]


def probes_in_vain(lab: Lab) -> Iterator[Result]:
    """ERR-15."""
    with synced(lab) as (session, _):
        tenant = session.world.tenant
        for cell in probe_cells(lab):
            tenant.fault("status", status=503, operation=cell.owner, times=None)
            probed = session.probe()
            tenant.clear_faults()
            models = [
                model for model in lab.models if lab.profile.page_operations[model] == cell.owner and model not in lab.profile.constants
            ]
            yield judged(cell, _problem(probed, models), code=Code.FALSE_SUCCESS)


def _problem(probed: Sequence[Probed], models: Sequence[str]) -> str | None:
    """What the probe says though the list of these models was never given to it, or None."""
    of_them = [one for one in probed if one.model in models]
    readable = [_named(one) for one in of_them if one.readable]
    if readable:
        return f"the list is down, and the probe calls readable: {examples(readable)}"
    denied = [_named(one) for one in of_them if one.diagnostic is not None and one.diagnostic.missing_permissions]
    return f"the list is down, and the probe calls permissions missing for {examples(denied)}" if denied else None


def _named(one: Probed) -> str:
    return one.model if one.field is None else f"{one.model}.{one.field}"
