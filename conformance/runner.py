"""Runs the checks of one or more vendors and makes the report's data of what they found.

Only the runner decides what is not run: by the selection of whoever started it, and then the run says so. A case for
which no result came is untested, never green; an error in a check is ours and says nothing about the subject.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.check import Cell, Check, Kind, Result, all_checks
from conformance.execution import CheckFound, Findings, Stages, Task, collect_seldom, in_order, open_lab, run_task, stages
from conformance.keeping import Forgetful, Keeper, Memory
from conformance.lab import Lab
from conformance.options import Options
from conformance.outcomes import WORST_FIRST, Code, RunOutcome, Verdict, run_outcome, verdict_of
from conformance.sandbox import Sandbox
from conformance.subjects import ConfigurationError, Subject, load
from conformance.waivers import Waiver, Waivers
from conformance.workers import Plan, run_side_by_side, tell

__all__ = ["Options", "Progress", "Run", "VendorRun", "cell_states", "code_of", "of_kinds", "run"]


@dataclass(frozen=True)
class Progress:
    """Where a run is."""

    vendor: str
    check: Check
    done: int
    total: int
    failed: int


OnProgress = Callable[[Progress], None]


@dataclass
class VendorRun:
    """All that was found for one vendor."""

    vendor: str
    title: str
    cells: list[Cell]
    evidence: dict[Cell, str]
    behaviour: Mapping[str, int]
    results: list[tuple[Check, Result, Waiver | None]] = field(default_factory=list)
    expected: int = 0
    emitted: int = 0
    left_out: list[str] = field(default_factory=list)
    """Checks that were not selected."""
    scenario: str = "small_company"
    scopes: dict[str, Any] | None = None
    """The matrix of credentials, when it was run (scopes/report.py)."""
    kept: int = 0
    """How many of the cases were judged by an earlier run, with nothing changed since."""


@dataclass
class Run:
    """A whole run."""

    subject: str
    version: str
    vendors: list[VendorRun]
    waiver_problems: list[str]
    selected: bool
    """Something was left out by selection, so promised cells may be untested without anybody's fault."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values of the credentials that were used; no report may show them."""

    @property
    def outcome(self) -> RunOutcome:
        counted = dict.fromkeys(Verdict, 0)
        for vendor in self.vendors:
            for _, result, waiver in vendor.results:
                counted[Verdict.WARN if waiver is not None else result.verdict] += 1
        expected = sum(vendor.expected for vendor in self.vendors)
        emitted = sum(vendor.emitted for vendor in self.vendors)
        outcome = run_outcome(verdicts=counted, expected=expected, emitted=emitted, waivers_broken=len(self.waiver_problems))
        untested = any(state == "untested" for vendor in self.vendors for state in cell_states(vendor).values())
        return RunOutcome.INCOMPLETE if outcome is RunOutcome.PASSED and untested else outcome


def of_kinds(run: Run, kinds: Sequence[Kind]) -> Run:
    """The same run, answering only for promised cells of these kinds that some check has judged."""
    for vendor in run.vendors:
        judged = {result.cell for _, result, _ in vendor.results}
        vendor.cells = [cell for cell in vendor.cells if cell.kind in kinds and cell in judged]
    return run


def run(
    vendors: Sequence[str],
    *,
    subject: Subject | str,
    sandbox_url: str,
    fixtures_dir: Path | Callable[[str], Path],
    options: Options | None = None,
    on_progress: OnProgress = lambda progress: None,
    jobs: int = 1,
    keeper: Keeper | None = None,
) -> Run:
    """Test the subject's connectors for these vendors. The report is the same whatever the number of jobs.

    subject: itself, or "package.module:Factory", which more than one job needs, for each makes its own.
    fixtures_dir: the folder of all vendors' fixtures, or what tells it for a vendor.
    keeper: where earlier runs left what they settled; the report counts what is taken from there.

    Raises:
        ConfigurationError: nothing could be tested, for a reason that is no fault of the subject.
    """
    chosen = Options() if options is None else options
    checks = _selected(chosen)
    waivers = Waivers(chosen.waivers, today=chosen.today)
    tested = load(subject) if isinstance(subject, str) else subject
    folders = {name: fixtures_dir(name) if callable(fixtures_dir) else fixtures_dir for name in vendors}
    with few_collections(), Sandbox(sandbox_url) as sandbox:
        known = sandbox.vendors()
        unknown = [name for name in vendors if name not in known or name not in tested.vendors()]
        if unknown or not vendors:
            sides = f"simulated are {', '.join(known)}, the subject connects to {', '.join(tested.vendors())}"
            raise ConfigurationError(f"cannot test {', '.join(unknown) or 'nothing'}: {sides}")
        watch = _Watch(vendors, checks, on_progress)
        with ExitStack() as labs:
            opened = {name: labs.enter_context(closing(open_lab(name, tested, sandbox, folders[name], chosen))) for name in vendors}
            memory = Forgetful() if keeper is None else keeper.of(opened)
            if jobs > 1 and isinstance(subject, str):
                plan = Plan(subject, sandbox_url, folders, chosen)
                found = run_side_by_side(plan, {name: stages(name, checks) for name in vendors}, jobs, watch, memory)
            else:
                found = {name: _one_after_the_other(lab, stages(name, checks), watch, memory) for name, lab in opened.items()}
            memory.end()
            runs = [_vendor_run(lab, checks, found[name], waivers) for name, lab in opened.items()]
    secrets = frozenset(secret for lab, one in zip(opened.values(), found.values(), strict=True) for secret in {*lab.secrets, *one.secrets})
    problems = [f"{problem.waiver}: {problem.problem}" for problem in waivers.problems()]
    selected = bool(chosen.models or chosen.checks or chosen.chapters)
    return Run(tested.name, tested.version, runs, problems, selected, secrets)


class _Watch:
    """Counts what has begun and ended, and tells whoever wants to know."""

    def __init__(self, vendors: Sequence[str], checks: Sequence[Check], on_progress: OnProgress) -> None:
        self._checks, self._on_progress = {check.id: check for check in checks}, on_progress
        self._done, self._failed = dict.fromkeys(vendors, 0), dict.fromkeys(vendors, 0)

    def __call__(self, vendor: str, check: str, failed: int | None) -> None:
        """`failed`: None when the check begins, the number of its failed cases when it ends."""
        if failed is not None:
            self._done[vendor] += 1
            self._failed[vendor] += failed
        self._on_progress(Progress(vendor, self._checks[check], self._done[vendor], len(self._checks), self._failed[vendor]))


def _one_after_the_other(lab: Lab, plan: Stages, watch: _Watch, memory: Memory) -> Findings:
    def on_check(check: Check, found: CheckFound | None) -> None:
        watch(lab.vendor, check.id, None if found is None else found.failed)

    def found(task: Task, before: Findings) -> Findings:
        known, left = memory.find(task, before)
        tell(known, lab.vendor, watch)
        if not left.checks:
            return known
        made = run_task(lab, left, before.and_([known]), on_check)
        memory.keep(task, before, made)
        return in_order(task, known.and_([made]))

    first = found(plan.first, Findings())
    then = [found(task, first) for task in plan.then]
    return first.and_(then).and_([found(plan.last, first.and_(then))])


def _vendor_run(lab: Lab, checks: Sequence[Check], found: Findings, waivers: Waivers) -> VendorRun:
    cells = list(lab.promise.cells())
    # The actions' rows are shown below those of a matrix that was read.
    shown = found.scopes if found.scopes is not None and found.scopes["credentials"] else None
    run = VendorRun(
        lab.vendor, lab.promise.title, cells, {cell: lab.promise.evidence(cell) for cell in cells}, lab.facts.evidence,
        left_out=[check.id for check in all_checks() if check not in checks], scenario=lab.fixtures.scenario, scopes=shown,
        kept=found.kept,
    )  # fmt: skip
    by_check = {one.check: one for one in found.checks}
    for check in checks:
        one = by_check[check.id]
        run.expected += one.expected
        run.emitted += one.emitted
        for result in one.results:
            waiver = waivers.covers(check.id, result.cell) if result.verdict is Verdict.FAIL else None
            run.results.append((check, result, waiver))
    return run


@contextmanager
def few_collections() -> Iterator[None]:
    """`collect_seldom` for the time of a run."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _selected(options: Options) -> tuple[Check, ...]:
    every = all_checks()
    for kind, wanted, known in (
        ("check", options.checks, [check.id for check in every]),
        ("chapter", options.chapters, list(dict.fromkeys(check.chapter for check in every))),
    ):
        strange = [name for name in wanted if name not in known]
        if strange:
            raise ConfigurationError(f"there is no {kind} {', '.join(strange)}; there are {', '.join(known)}")
    return tuple(
        check
        for check in every
        if (not options.checks or check.id in options.checks) and (not options.chapters or check.chapter in options.chapters)
    )


def cell_states(run: VendorRun) -> dict[Cell, str]:
    """Every promised cell: proved, failed or untested. The worst of what the checks found for it decides."""
    by_cell: dict[Cell, list[Verdict]] = {}
    for _, result, waiver in run.results:
        if result.cell.promised:
            by_cell.setdefault(result.cell, []).append(Verdict.WARN if waiver is not None else result.verdict)
    states = {}
    for cell in run.cells:
        verdicts = by_cell.get(cell, [])
        worst = next((verdict for verdict in WORST_FIRST if verdict in verdicts), None)
        if worst in (Verdict.ERROR, Verdict.FAIL):
            states[cell] = "failed"
        else:
            states[cell] = "proved" if worst in (Verdict.PASS, Verdict.WARN) else "untested"
    return states


def code_of(run: VendorRun, cell: Cell) -> Code | None:
    """The code that decides a cell."""
    codes = [result.code for _, result, _ in run.results if result.cell == cell]
    return next((code for verdict in WORST_FIRST for code in codes if verdict_of(code) is verdict), None)
