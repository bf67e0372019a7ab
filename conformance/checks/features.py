"""Promised features: each is proved by checks of its own or by named checks of other chapters, never by its name alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from conformance import judge
from conformance.action_runs import with_ids
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Check, Result
from conformance.fixture_models import FixtureError, PassthroughCase
from conformance.lab import Lab, Session
from conformance.outcomes import Code, Verdict

Wanted = Callable[[Cell], bool]


def _any(cell: Cell) -> bool:
    return True


def _source_input(cell: Cell) -> bool:
    return cell.kind == "input" and cell.name.startswith("source.")


def _of(*models: str) -> Wanted:
    return lambda cell: cell.owner in models or cell.name in models


PROOFS: dict[str, tuple[tuple[str, Wanted], ...]] = {
    "Source Writing": (("ACT-1", _source_input),),
    "Roles": (("FLD-1", _of("Roles")), ("PAG-1", _of("Roles"))),
    "Job roles (e.g. Hiring Manager)": (
        ("FLD-1", _of("Job user role assignments", "Job hiring team members")),
        ("PAG-1", _of("Job user role assignments", "Job hiring team members")),
    ),
    "Scope Testing": (("PRM-1", _any), ("PRM-2", _any), ("PRM-3", _any), ("PRM-8", _any)),
    "Scope Testing: Per Model Tests": (("PRM-1", _any), ("PRM-3", _any), ("PRM-9", _any)),
    "Scope Testing: Per Field Tests": (("SCP-1", _any), ("PTB-1", lambda cell: cell.kind == "field"), ("PRM-8", _any)),
    "Delta Syncs": (("DLT-1", _any), ("DLT-2", _any), ("DLT-3", _any), ("DLT-4", _any)),
}
"""Feature to the checks that prove it, and which of their cases."""

DOCUMENTED = ("Connection Guide", "Prerequisites", "Create credentials")
PASSTHROUGH = "API Passthrough"
ONLY_CREATED = "Sync Only Created Applications"
OWN_CHECK = frozenset({*DOCUMENTED, PASSTHROUGH, ONLY_CREATED})


def _cells(lab: Lab, names: frozenset[str] | tuple[str, ...]) -> list[Cell]:
    return [Cell("feature", "features", name) for name in lab.promise.features if name in names]


def _proved_elsewhere_cells(lab: Lab) -> list[Cell]:
    return [Cell("feature", "features", name) for name in lab.promise.features if name not in OWN_CHECK]


def _proved_elsewhere(lab: Lab) -> Iterator[Result]:
    """FEA-1."""
    for cell in _proved_elsewhere_cells(lab):
        proofs = PROOFS.get(cell.name)
        if proofs is None:
            yield unverifiable(cell, "no check of this suite knows this feature")
            continue
        found = [(check, result) for check, result in lab.ledger.results for wanted, fits in proofs if check == wanted and fits(result.cell)]
        lacking = sorted({wanted for wanted, _ in proofs} - {check for check, _ in found})
        bad = [f"{check} {result.cell}" for check, result in found if result.verdict not in {Verdict.PASS, Verdict.WARN, Verdict.NOT_APPLICABLE}]
        if lacking:
            yield unverifiable(cell, f"not proved: {', '.join(lacking)} judged nothing in this run")
        elif bad:
            yield unverifiable(cell, f"not proved: {examples(bad)}")
        else:
            yield held(cell, f"{len(found)} cases of {', '.join(wanted for wanted, _ in proofs)}")


# ------------------------------------------------------------------------------------------------- documentation


def sections(text: str) -> dict[str, str]:
    """Heading of a Markdown text, in lower case, to all that stands under it down to the next heading of its level or above."""
    lines = re.sub(r"```.*?```", lambda block: block[0].replace("\n#", "\n "), text, flags=re.DOTALL).splitlines()
    heads = [(number, len(found[1]), found[2].strip().lower()) for number, line in enumerate(lines) if (found := re.match(r"(#+)\s+(.+)", line))]
    made = {}
    for index, (number, depth, title) in enumerate(heads):
        end = next((later for later, other, _ in heads[index + 1 :] if other <= depth), len(lines))
        made[title] = "\n".join(lines[number + 1 : end]).strip()
    return made


FEWEST_WORDS = 20


def _guide(lab: Lab) -> str | None:
    path = None if lab.docs_dir is None else lab.docs_dir / lab.vendor / "README.md"
    return path.read_text(encoding="utf-8") if path is not None and path.is_file() else None


def _documented(lab: Lab) -> Iterator[Result]:
    """FEA-2."""
    guide = _guide(lab)
    found = sections(guide) if guide is not None else {}
    for cell in _cells(lab, DOCUMENTED):
        body = found.get(cell.name.lower())
        if guide is None:
            yield broken(cell, "the connector has no README.md", code=Code.MISSING)
        elif body is None:
            yield broken(cell, f"the connector's README has no section {cell.name!r}", code=Code.MISSING)
        else:
            few = len(body.split()) < FEWEST_WORDS
            yield judged(cell, f"the section {cell.name!r} says next to nothing" if few else None, code=Code.MISSING)


def _names_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "connection guide", "permissions"), Cell("case", "connection guide", "credential")]


def _guide_names(lab: Lab) -> Iterator[Result]:
    """FEA-3."""
    permissions, credential = _names_cells(lab)
    guide = _guide(lab)
    if guide is None:
        yield unverifiable(permissions, "no README.md to read (see FEA-2)")
        yield unverifiable(credential, "no README.md to read (see FEA-2)")
        return
    absent = [name for name in lab.promise.permissions if not _names_permission(guide, name)]
    yield judged(permissions, f"the README never names {', '.join(absent)}" if absent else None)
    fields = [item.name for item in lab.promise.credential if item.name not in guide and item.label.lower() not in guide.lower()]
    yield judged(credential, f"the README never names {', '.join(fields)}" if fields else None)


def _names_permission(guide: str, permission: str) -> bool:
    """In full, or its parts ("Job: read") in one line, as in the row of a table."""
    parts = [part.strip().lower() for part in permission.split(":")]
    return any(all(re.search(rf"\b{re.escape(part)}\b", line.lower()) for part in parts) for line in guide.splitlines())


# --------------------------------------------------------------------------------------------------- passthrough


def _passthrough(lab: Lab) -> Iterator[Result]:
    """FEA-4."""
    for cell in _cells(lab, (PASSTHROUGH,)):
        cases = lab.profile.features.passthrough
        if not cases:
            yield unverifiable(cell, "profile.yaml has no features.passthrough")
            continue
        session = lab.world().connect()
        problem = next((found for case in cases if (found := _raw_problem(session, case))), None)
        yield judged(cell, problem)


def _raw_problem(session: Session, case: PassthroughCase) -> str | None:
    answer = session.passthrough(case)
    name = f"{case.method} {case.path}"
    if answer.status != case.status:
        return f"{name}: status {answer.status}, the vendor's is {case.status}"
    for path, wanted in case.contains.items():
        values = list(judge.dig(answer.data, path))
        if not any(not judge.compare(wanted, value) for value in values):
            return f"{name}: {path} is {judge.short(values)}, the vendor's is {judge.short(wanted)}"
    return None


# -------------------------------------------------------------------------------------------------- only created


def _only_created(lab: Lab) -> Iterator[Result]:
    """FEA-5."""
    for cell in _cells(lab, (ONLY_CREATED,)):
        yield judged(cell, _narrowing_problem(lab)) if lab.profile.features.only_created else unverifiable(
            cell, "profile.yaml has no features.only_created"
        )


def _narrowing_problem(lab: Lab) -> str | None:
    """Why a connection that shall sync only what it created does something else, or None."""
    told = lab.profile.features.only_created
    case = next((case for case in lab.fixtures.actions if told is not None and case.id == told.case), None)
    if told is None or case is None:
        raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: actions.yaml has no case {told and told.case!r}")
    world = lab.world()
    # The case refers to records by their keys, and a connection that syncs everything knows the ids of all of them.
    session = world.connect(settings={**case.settings, "sync_only_created": True})
    session.sync_well()
    first = session.snapshot()
    created = [model for model, share in told.models.items() if share == "created" and model in lab.promise.models]
    early = {model: len(first.rows[model]) for model in created if first.rows.get(model)}
    if early:
        return f"before anything was created it delivered {early}"
    outcome = session.act(case.action, with_ids(case.input, first, tuple(lab.promise.models)))
    if not outcome.ok:
        return f"{case.action} failed: {outcome.code}: {outcome.message}"
    world.tenant.advance(60)
    session.sync_well()
    later = session.snapshot()
    strange = [f"{model}/{key}" for model in created for key in later.keys.get(model, {}) if key in lab.calm.snapshot.keys.get(model, {})]
    if strange:
        return f"it delivered what it did not create: {examples(strange)}"
    lacking = [model for model in case.creates if not later.rows.get(model)]
    if lacking:
        return f"what it created did not arrive: {', '.join(lacking)}"
    whole = [model for model, share in told.models.items() if share == "all" and model in lab.models]
    changed = judge.differences(lab.calm.snapshot, later, whole)
    return examples(one for one in changed if not lab.ledger.bad_field(one.model, one.field)) or None


CARD = "the vendor's card in the unified API's documentation"
CHECKS = (
    Check("FEA-1", "A promised feature is proved by the checks that stand for it.", CARD, _proved_elsewhere_cells, _proved_elsewhere),
    Check("FEA-2", "The connector's README has the promised chapters.", CARD, lambda lab: _cells(lab, DOCUMENTED), _documented),
    Check("FEA-3", "The connector's README names every permission that the promise needs and every part of the credential.", CARD,
          _names_cells, _guide_names),
    Check("FEA-4", "A passthrough call gives the vendor's own answer, whatever its status.", CARD,
          lambda lab: _cells(lab, (PASSTHROUGH,)), _passthrough),
    Check("FEA-5", "A connection that syncs only what it created delivers that and no other application.", CARD,
          lambda lab: _cells(lab, (ONLY_CREATED,)), _only_created),
)  # fmt: skip
