"""Models that are switched off: not shown, with all that depends on them and nothing else, and back under the same ids."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import examples, judged, model_cells, same, unverifiable
from conformance.check import Cell, Result
from conformance.checks.scopes.off import back_problem, off_problem, rest_problem
from conformance.checks.scopes.switching import dependents, gone_with
from conformance.checks.scopes.walks import in_a_row, model_off
from conformance.lab import Lab
from conformance.outcomes import Code


def models_off(lab: Lab) -> Iterator[Result]:
    """SCP-4."""
    for cell in model_cells(lab):
        yield judged(cell, off_problem(model_off(lab, cell.name), cell.name), code=Code.LEAK)


def dependent_cells(lab: Lab) -> list[Cell]:
    found = [Cell("model", model, name) for model in lab.models for name in dependents(lab, model)]
    return found or [Cell("model", "", "no dependent model")]


def dependents_off(lab: Lab) -> Iterator[Result]:
    """SCP-5."""
    for cell in dependent_cells(lab):
        if not cell.owner:
            yield Result(cell, Code.NOT_APPLICABLE, "no model depends on another")
        else:
            yield judged(cell, off_problem(model_off(lab, cell.owner), cell.name), code=Code.LEAK)


def rest(lab: Lab) -> Iterator[Result]:
    """SCP-6."""
    for cell in model_cells(lab):
        yield judged(cell, rest_problem(lab, cell.name, model_off(lab, cell.name)), code=Code.BLAST)


def models_back(lab: Lab) -> Iterator[Result]:
    """SCP-7."""
    for cell in model_cells(lab):
        yield judged(cell, back_problem(lab, cell.name, model_off(lab, cell.name)))


OFF_AND_DENIED = Cell("connection", "scope", "off, and not permitted either")


def quiet_about_off(lab: Lab) -> Iterator[Result]:
    """SCP-19."""
    off = frozenset[str]().union(*(gone_with(lab, model) for model in lab.models[::2]))
    world = lab.world()
    session = world.connect(credential=lab.mint(world, []).credential, scope={"models": dict.fromkeys(lab.models[::2], "DISABLED")})
    outcome = session.sync()
    denied = dict.fromkeys(one.model for one in outcome.diagnostics if one.model in off and one.reason == "not_permitted")
    text = f"switched off, and called denied all the same: {examples(denied)}"
    yield judged(OFF_AND_DENIED, text if denied else None, code=Code.FALSE_DENIAL)


ROW = Cell("connection", "scope", "models off one after the other")


def row(lab: Lab) -> Iterator[Result]:
    """SCP-10."""
    problem = in_a_row(lab)[1]
    blamed = next((known for known in ("SCP-4", "SCP-5", "SCP-6", "SCP-7") if lab.ledger.failures(known)), None)
    yield unverifiable(ROW, f"not judged: {blamed} found fault already") if problem and blamed else judged(ROW, problem)


def optional_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "scope", setting) for setting in ("OPTIONAL", "OPTED_OUT")]


def optional(lab: Lab) -> Iterator[Result]:
    """SCP-8."""
    model = next((model for model in lab.models if not dependents(lab, model)), lab.models[0])
    for cell in optional_cells(lab):
        off = model_off(lab, model, cell.name)
        if cell.name == "OPTED_OUT":
            yield judged(cell, off_problem(off, model), code=Code.LEAK)
        else:
            yield judged(cell, same(lab, off.before, off.meanwhile), code=Code.MISSING)
