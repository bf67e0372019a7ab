"""A probe, which says of every model what a sync then shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.casework import examples, judged, strays, unverifiable
from conformance.check import Cell, Result
from conformance.checks.permissions.without import NOTHING_KNOWN, Denied, denied_without, each_known, hidden_models, known, split, without
from conformance.fixture_models.access import MaskedFirst
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.subjects import Probed


def probes(lab: Lab) -> Iterator[Result]:
    """PRM-3."""
    everything = Cell("permission", "probe", "with all")
    yield judged(everything, _probe_problem(lab, lab.once("probe with all", lambda: lab.world().connect().probe()), {}))
    for cell, removal in each_known(lab, "probe"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield judged(cell, _probe_problem(lab, without(lab, removal)[0].probed, denied_without(lab, removal)))
    if lab.profile.masked_first is not None:
        yield judged(MASKED, _taken_for_denied(lab, lab.profile.masked_first), code=Code.FALSE_DENIAL)


MASKED = Cell("permission", "probe", "where the first records are masked")


def probe_cells(lab: Lab) -> list[Cell]:
    return [Cell("permission", "probe", "with all"), *known(lab, "probe"), *([MASKED] if lab.profile.masked_first is not None else [])]


def _taken_for_denied(lab: Lab, masked: MaskedFirst) -> str | None:
    """Why a probe takes what the vendor masks in some records for what the credential may not see of any, or None."""
    world = lab.world()
    world.perform(masked.steps)
    readable = {(one.model, one.field): one.readable for one in world.connect().probe()}
    wrong = [name for name in masked.fields if readable.get(split(name)) is False and split(name)[0] in lab.models]
    return f"the probe calls {examples(wrong)} unreadable, which some records mask and others show" if wrong else None


def _probe_problem(lab: Lab, probed: Sequence[Probed], denied: Denied) -> str | None:
    """Why a probe does not say of each model what is true, or None."""
    hidden = hidden_models(denied)
    said = {(one.model, one.field): one for one in probed}
    for model in lab.models:
        one = said.get((model, None))
        if one is None:
            return f"the probe says nothing of {model}"
        if one.readable is (model in hidden):
            return f"the probe calls {model} {'readable' if one.readable else 'denied'}, and it is not"
        if not one.readable and one.diagnostic is None:
            return f"the probe calls {model} denied without saying why"
    if stray := next(filter(None, map(strays, probed)), None):
        return stray
    for model, field in map(split, denied):
        if field is not None and model in lab.models:
            one = said.get((model, field))
            if one is None or one.readable:
                return f"the probe does not call {model}.{field} denied"
    return None
