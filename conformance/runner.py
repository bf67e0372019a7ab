"""Runs the checks of one or more vendors and makes the report's data of what they found.

Only the runner decides what is not run: by the selection of whoever started it, and then the run says so. A case for
which no result came is untested, never green; an error in a check is ours and says nothing about the subject.
"""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from conformance.check import Cell, Check, Kind, Result, all_checks
from conformance.lab import Blocked, Lab, Stuck, SubjectCrashed, read_fixtures
from conformance.outcomes import WORST_FIRST, Code, RunOutcome, Verdict, run_outcome, verdict_of
from conformance.preflight import preflight
from conformance.promise import UnreadablePromise, read_promise
from conformance.sandbox import Sandbox, SandboxError
from conformance.scopes import report as scopes_report
from conformance.scopes.credentials import known_permissions
from conformance.scopes.truth import truth_of
from conformance.subjects import ConfigurationError, Subject, Target
from conformance.waivers import Waiver, Waivers


@dataclass(frozen=True)
class Options:
    """What to run."""

    scenario: str | None = None
    """None: the one that the vendor starts with."""
    models: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    today: date | None = None
    """For waivers; from whoever starts the run."""
    docs_dir: Path | None = None
    """Folder with <vendor>/README.md, the connection guides."""
    installed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The manifests as installed, by vendor."""
    ca: str | None = None
    credentials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name to permissions: only these columns of the matrix, beside FULL, instead of all."""


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


def joined(runs: Sequence[Run]) -> Run:
    """Several runs of one subject as one."""
    first = runs[0]
    return Run(
        first.subject,
        first.version,
        [vendor for one in runs for vendor in one.vendors],
        sorted({problem for one in runs for problem in one.waiver_problems}),
        first.selected,
        frozenset(secret for one in runs for secret in one.secrets),
    )


def of_kinds(run: Run, kinds: Sequence[Kind]) -> Run:
    """The same run, answering only for promised cells of these kinds that some check has judged."""
    for vendor in run.vendors:
        judged = {result.cell for _, result, _ in vendor.results}
        vendor.cells = [cell for cell in vendor.cells if cell.kind in kinds and cell in judged]
    return run


def run(
    vendors: Sequence[str],
    *,
    subject: Subject,
    sandbox_url: str,
    fixtures_dir: Path,
    options: Options | None = None,
    on_progress: OnProgress = lambda progress: None,
) -> Run:
    """Test the subject's connectors for these vendors.

    Raises:
        ConfigurationError: nothing could be tested, for a reason that is no fault of the subject.
    """
    chosen = Options() if options is None else options
    checks = _selected(chosen)
    waivers = Waivers(chosen.waivers, today=chosen.today)
    runs = []
    secrets: set[str] = set()
    with few_collections(), Sandbox(sandbox_url) as sandbox:
        known = sandbox.vendors()
        unknown = [name for name in vendors if name not in known or name not in subject.vendors()]
        if unknown or not vendors:
            sides = f"simulated are {', '.join(known)}, the subject connects to {', '.join(subject.vendors())}"
            raise ConfigurationError(f"cannot test {', '.join(unknown) or 'nothing'}: {sides}")
        for name in vendors:
            lab = _lab(name, subject, sandbox, fixtures_dir, chosen)
            try:
                runs.append(_VendorRunner(lab, checks, waivers, on_progress).run())
            finally:
                lab.close()
                secrets |= lab.secrets
    problems = [f"{problem.waiver}: {problem.problem}" for problem in waivers.problems()]
    selected = bool(chosen.models or chosen.checks or chosen.chapters)
    return Run(subject.name, subject.version, runs, problems, selected, frozenset(secrets))


@contextmanager
def few_collections() -> Iterator[None]:
    """While a run keeps hundreds of snapshots, looking through them all for garbage would cost a third of its time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _selected(options: Options) -> tuple[Check, ...]:
    every = all_checks()
    strange = [f"check {name}" for name in options.checks if name not in {check.id for check in every}]
    strange += [f"chapter {name}" for name in options.chapters if name not in {check.chapter for check in every}]
    if strange:
        raise ConfigurationError(f"there is no {', '.join(strange)}")
    return tuple(
        check
        for check in every
        if (not options.checks or check.id in options.checks) and (not options.chapters or check.chapter in options.chapters)
    )


def _lab(name: str, subject: Subject, sandbox: Sandbox, fixtures_dir: Path, options: Options) -> Lab:
    facts = sandbox.vendors()[name]
    given = read_fixtures(fixtures_dir, name, options.scenario or facts.default_scenario)
    try:
        tenant = sandbox.create(name, scenario=given.scenario)
    except SandboxError as error:
        raise ConfigurationError(f"the sandbox cannot make an account to test with: {error}") from error
    try:
        published = preflight(subject, tenant, Target(name, tenant.base_url, tenant.credential, ca=options.ca))
        promise = read_promise(published)
    except UnreadablePromise as error:
        raise ConfigurationError(str(error)) from error
    finally:
        tenant.delete()
    strange = [model for model in options.models if model not in promise.models]
    if strange:
        raise ConfigurationError(f"{name}: no model {', '.join(strange)}; promised are {', '.join(promise.models)}")
    lab = Lab(
        subject=subject,
        sandbox=sandbox,
        facts=facts,
        given=given,
        published=published,
        promise=promise,
        models=options.models,
        docs_dir=options.docs_dir,
        installed=options.installed.get(name),
        ca=options.ca,
        credentials=options.credentials,
    )
    truth_of(lab)
    for held in options.credentials.values():
        known_permissions(lab, held)
    return lab


class _VendorRunner:
    """Runs the checks of one vendor, one after the other."""

    def __init__(self, lab: Lab, checks: Sequence[Check], waivers: Waivers, on_progress: OnProgress) -> None:
        self._lab, self._checks, self._waivers, self._on_progress = lab, checks, waivers, on_progress
        promise = lab.promise
        cells = list(promise.cells())
        self._run = VendorRun(
            lab.vendor, promise.title, cells, {cell: promise.evidence(cell) for cell in cells}, lab.facts.evidence,
            left_out=[check.id for check in all_checks() if check not in checks], scenario=lab.fixtures.scenario,
        )  # fmt: skip

    def run(self) -> VendorRun:
        failed = 0
        for number, check in enumerate(self._checks):
            self._on_progress(Progress(self._lab.vendor, check, number, len(self._checks), failed))
            for result in self._results(check):
                self._lab.ledger.note(check.id, result)
                waiver = self._waivers.covers(check.id, result.cell) if result.verdict is Verdict.FAIL else None
                failed += result.verdict in (Verdict.FAIL, Verdict.ERROR) and waiver is None
                self._run.results.append((check, result, waiver))
            self._lab.close_worlds()
        self._run.scopes = scopes_report.told(self._lab)
        if self._checks:
            self._on_progress(Progress(self._lab.vendor, self._checks[-1], len(self._checks), len(self._checks), failed))
        return self._run

    def _results(self, check: Check) -> list[Result]:
        """One result for each case, whatever happens."""
        try:
            cells = check.cases(self._lab)
        except Exception as error:  # noqa: BLE001 - our own fault, and told as such
            cells, stopped = [Cell("case", "", check.id)], _stopped(error)
            self._run.expected += 1
            self._run.emitted += 1
            return [Result(cells[0], *stopped)]
        found: dict[Cell, Result] = {}
        rest = (Code.UNVERIFIABLE, "the check gave no result for this case")
        try:
            for result in check.judge(self._lab):
                found.setdefault(result.cell, result)
        except Exception as error:  # noqa: BLE001 - told apart below: the subject's, ours, or in the way
            rest = _stopped(error)
        self._run.expected += len(cells)
        self._run.emitted += sum(cell in found for cell in cells) or (len(cells) if rest[0] is not Code.UNVERIFIABLE else 0)
        strange = [result for cell, result in found.items() if cell not in cells]
        if rest[0] is Code.UNVERIFIABLE and rest[1] != "the check gave no result for this case":
            self._run.emitted += sum(cell not in found for cell in cells)
        return [found.get(cell, Result(cell, *rest)) for cell in cells] + strange


def _stopped(error: Exception) -> tuple[Code, str]:
    """What a check that could not go on says of its remaining cases."""
    if isinstance(error, SubjectCrashed | Stuck):
        return Code.CRASHED, str(error)
    if isinstance(error, Blocked | NotImplementedError):
        return Code.UNVERIFIABLE, f"could not run: {error}"
    return Code.HARNESS_ERROR, "".join(traceback.format_exception_only(error)).strip() + _place(error)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" (in {frames[-1].name}, line {frames[-1].lineno})" if frames else ""


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
