"""Green means tested: nothing is lost on the way from a case to the run's outcome, however a check or a subject fails."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

import conformance
from conformance import execution, runner
from conformance.check import Cell, Check, Result, all_checks
from conformance.fixture_models import ActionCase
from conformance.lab import Blocked, Lab, Stuck, SubjectCrashed
from conformance.outcomes import Code, ExitCode, RunOutcome, Verdict
from conformance.reports import model
from conformance.subjects import ConfigurationError
from conformance.waivers import LONGEST, Waiver, Waivers
from tests.conformance.wrong import harbor, spoiling
from tests.conformance.wrong.service import Wrong
from tests.conformance.wrong.trials import ROOT, red, trial

A, B = Cell("case", "", "a"), Cell("case", "", "b")
MODELS = frozenset({"Users", "Jobs", "Candidates", "Applications"})


class Bench:
    """In the place of a lab, for checks that ask nothing of one."""

    def neutral(self, result: Result) -> Result:
        return result


def found(cells: Iterable[Cell], results: Iterable[Result | Exception]) -> execution.CheckFound:
    """What the runner makes of a check that names these cases and yields, or raises, these results."""

    def judge(lab: Lab) -> Iterator[Result]:
        for result in results:
            if isinstance(result, Exception):
                raise result
            yield result

    check = Check("TST-1", "A requirement.", "a test", cases=lambda lab: list(cells), judge=judge, chapter="fields")
    return execution._run_check(cast("Lab", Bench()), check)


def codes(one: execution.CheckFound) -> dict[str, Code]:
    return {result.cell.name: result.code for result in one.results}


def good(cell: Cell) -> Result:
    return Result(cell, Code.HELD)


def test_a_case_that_a_check_forgets_is_untested_and_not_emitted():
    one = found([A, B], [good(A)])

    assert codes(one) == {"a": Code.HELD, "b": Code.UNVERIFIABLE}
    assert (one.expected, one.emitted) == (2, 1)


@pytest.mark.parametrize(
    ("error", "code", "verdict"),
    [
        (SubjectCrashed("sync raised"), Code.CRASHED, Verdict.FAIL),
        (Stuck("waited 400 times"), Code.CRASHED, Verdict.FAIL),
        (ConfigurationError("a setting"), Code.BROKEN, Verdict.FAIL),
        (Blocked("the first sync failed"), Code.UNVERIFIABLE, Verdict.UNTESTED),
        (NotImplementedError("no interrupt"), Code.UNVERIFIABLE, Verdict.UNTESTED),
        (KeyError("ours"), Code.HARNESS_ERROR, Verdict.ERROR),
    ],
)
def test_an_error_in_the_middle_decides_all_cases_that_had_no_result_yet(error: Exception, code: Code, verdict: Verdict):
    """None of them is a pass, and what was found before stays."""
    one = found([A, B], [good(A), error])

    assert codes(one) == {"a": Code.HELD, "b": code}
    assert one.results[1].verdict is verdict
    assert one.emitted == one.expected == 2


def test_cases_that_cannot_be_named_are_our_error():
    def cases(lab: Lab) -> list[Cell]:
        raise ValueError("no fixture")

    check = Check("TST-1", "A requirement.", "a test", cases=cases, judge=lambda lab: iter(()), chapter="fields")
    one = execution._run_check(cast("Lab", Bench()), check)

    assert [result.code for result in one.results] == [Code.HARNESS_ERROR]


def test_a_case_named_twice_is_our_error():
    """One of them would hide the other."""
    assert set(codes(found([A, A], [good(A)])).values()) == {Code.HARNESS_ERROR}


@pytest.mark.parametrize("order", [(Code.HELD, Code.BROKEN), (Code.BROKEN, Code.HELD)])
def test_of_two_results_for_one_case_the_worse_counts(order: tuple[Code, Code]):
    assert codes(found([A], [Result(A, code) for code in order])) == {"a": Code.BROKEN}


def test_a_result_that_no_case_asked_for_is_judged_all_the_same():
    one = found([A], [good(A), Result(B, Code.BROKEN)])

    assert codes(one) == {"a": Code.HELD, "b": Code.BROKEN}
    assert one.failed == 1


# ----------------------------------------------------------------------------------------------------- whole runs


def test_a_selection_that_judges_nothing_is_incomplete(sandbox: str):
    """Nothing tested is not everything passed."""
    run = trial("harbor", Wrong(), ("MTX-10", "MNR-11"), sandbox=sandbox)

    assert {result.verdict for _, result, _ in run.vendors[0].results} == {Verdict.NOT_APPLICABLE}
    assert run.outcome is RunOutcome.INCOMPLETE
    assert model.build(run)["summary"]["exit_code"] == ExitCode.INCOMPLETE


def test_a_part_of_the_checks_never_proves_every_promised_cell(sandbox: str):
    run = trial("harbor", Wrong(), ("PAG-1",), sandbox=sandbox)

    assert red(run) == {}
    assert run.outcome is RunOutcome.INCOMPLETE


@pytest.mark.parametrize("chosen", ["Users", "Applications"])
def test_a_run_of_one_model_judges_what_belongs_to_it_and_nothing_else(chosen: str, sandbox: str):
    """Its records, and the actions that take, make or name one of them; a right connector is as green as in a whole run."""
    run = trial("harbor", Wrong(), (), sandbox=sandbox, models=(chosen,))

    chapters = {"fields", "pages", "delta", "actions", "matrix", "permissions", "scopes"}
    cells = {result.cell for check, result, _ in run.vendors[0].results if check.chapter in chapters}
    assert red(run) == {}
    assert {cell.owner for cell in cells if cell.kind == "field"} == {chosen}
    assert {cell.name for cell in cells if cell.kind == "model" and cell.name in MODELS} == {chosen}
    assert (spoiling.NOTE in {part for cell in cells for part in (cell.owner, cell.name)}) is (chosen == "Applications")


@pytest.mark.parametrize(
    ("vendor", "chosen", "checks"), [("join", "Jobs", ("SCP-14", "SCP-16", "MTX-5")), ("pinpoint", "Users", ("SYN-5", "MTX-5"))]
)
def test_what_concerns_a_whole_connection_is_asked_of_all_its_models(vendor: str, chosen: str, checks: tuple[str, ...], sandbox: str):
    """However few of them are under test: all fields off means all, and a diagnostic of another model is no false one."""
    run = trial(vendor, Wrong(), checks, sandbox=sandbox, models=(chosen,))

    assert red(run) == {}
    assert {check.id for check, _, _ in run.vendors[0].results} == set(checks)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vendors": ("nobody",)}, "cannot test nobody"),
        ({"vendors": ()}, "cannot test nothing"),
        ({"options": runner.Options(checks=("PAG-99",))}, "there is no check PAG-99"),
        ({"options": runner.Options(chapters=("pagse",))}, "there is no chapter pagse"),
        ({"options": runner.Options(models=("Jbos",))}, "no model Jbos"),
        ({"sandbox_url": "http://127.0.0.1:9"}, "no sandbox answers"),
    ],
)
def test_what_can_test_nothing_is_a_configuration_error(changes: dict[str, Any], words: str, sandbox: str):
    given: dict[str, Any] = {"vendors": ("harbor",), "sandbox_url": sandbox, "options": runner.Options(), **changes}
    from connectors.hub.subject import InProcess

    with pytest.raises(ConfigurationError, match=words):
        runner.run(subject=InProcess(factories={"harbor": harbor.connect}), fixtures_dir=harbor.FIXTURES, **given)


def test_the_report_is_the_same_whatever_the_number_of_jobs(sandbox: str):
    """Findings of a wrong subject, with ids, addresses and conversations in them, byte for byte."""
    options = runner.Options(docs_dir=ROOT / "connectors")
    reports = []
    for jobs in (1, 3):
        run = runner.run(
            ["harbor"],
            subject="tests.conformance.wrong.examples:forgetful",
            sandbox_url=sandbox,
            fixtures_dir=harbor.FIXTURES,
            options=options,
            jobs=jobs,
        )
        reports.append(json.dumps(model.build(run), ensure_ascii=False, indent=1).splitlines())

    assert reports[0] == reports[1]
    assert any('"FAIL"' in line or '"fail"' in line for line in reports[0])


def test_a_worker_that_dies_is_no_pass(sandbox: str):
    with pytest.raises(ConfigurationError, match="a worker process died"):
        runner.run(["harbor"], subject="tests.conformance.wrong.examples:deadly", sandbox_url=sandbox, fixtures_dir=harbor.FIXTURES, jobs=2)


def test_progress_counts_every_check_once(sandbox: str):
    steps: list[runner.Progress] = []
    runner.run(
        ["harbor"],
        subject="tests.conformance.wrong.examples:right",
        sandbox_url=sandbox,
        fixtures_dir=harbor.FIXTURES,
        options=runner.Options(chapters=("pages", "errors")),
        on_progress=steps.append,
        jobs=2,
    )

    total = sum(check.chapter in ("pages", "errors") for check in all_checks())
    assert {step.total for step in steps} == {total}
    assert max(step.done for step in steps) == total


def test_one_defect_is_reported_where_it_is_and_not_everywhere(sandbox: str):
    """A field that is wrong from the first sync on would be wrong in every comparison of values; one check says so."""
    assert set(
        red(trial("harbor", Wrong(rows=spoiling.values("Users", "first_name", lambda text: text and text[::-1])), (), sandbox=sandbox))
    ) == {"FLD-1"}


# -------------------------------------------------------------------------------------------------------- waivers

TODAY = date(2026, 3, 2)


def waiver(**changes: Any) -> Waiver:
    given = {"check": "PAG-1", "cell": "model Jobs", "reason": "known since spring", "owner": "Ines", "expires": TODAY + timedelta(days=30)}
    return Waiver.model_validate({**given, **changes})


def test_a_waiver_lets_one_case_fail_for_a_while():
    waivers = Waivers((waiver(),), today=TODAY)

    assert waivers.covers("PAG-1", Cell("model", "", "Jobs")) is not None
    assert waivers.covers("PAG-1", Cell("model", "", "Users")) is None
    assert waivers.problems() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expired"),
        ({"expires": TODAY + LONGEST + timedelta(days=1)}, "more than 180 days"),
        ({"cell": "model *"}, "too wide"),
        ({"check": "PAG-99"}, "unknown check"),
        ({"cell": "model Users"}, "unused"),
    ],
)
def test_a_waiver_that_is_wrong_fails_the_run_and_covers_nothing(changes: dict[str, Any], words: str):
    waivers = Waivers((waiver(**changes),), today=TODAY)

    assert waivers.covers("PAG-1", Cell("model", "", "Jobs")) is None
    assert [words in problem.problem for problem in waivers.problems()] == [True]


def test_a_waived_failure_stays_visible_and_does_not_hide_what_is_untested(sandbox: str):
    wrong = Wrong(rows=spoiling.without("Jobs", "12"))
    options = runner.Options(checks=("PAG-1",), waivers=(waiver(),), today=TODAY)
    from tests.conformance.wrong.service import WrongService

    run = runner.run(
        ["harbor"],
        subject=WrongService(wrong, {"harbor": harbor.connect}),
        sandbox_url=sandbox,
        fixtures_dir=harbor.FIXTURES,
        options=options,
    )

    assert [str(result.cell) for _, result, covered in run.vendors[0].results if covered is not None] == ["model Jobs"]
    assert run.outcome is RunOutcome.INCOMPLETE


# ------------------------------------------------------------------------------------------- how the suite is written


def sources() -> list[tuple[Path, ast.Module]]:
    folder = Path(conformance.__file__).parent
    return [(path, ast.parse(path.read_text("utf-8"))) for path in sorted(folder.rglob("*.py"))]


def test_a_refusal_has_one_right_error_code():
    """ "Any of these codes" would let a wrong one pass."""
    assert ActionCase.model_fields["error"].annotation == (str | None)


def test_nothing_in_the_suite_writes_right_answers():
    """Answers recorded from a subject agree with it for ever: no line of the suite writes a file into the fixtures."""
    writing = [
        f"{path.name}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"write_text", "write_bytes", "safe_dump", "dump_all"}
    ]

    assert [place.partition(":")[0] for place in writing] == ["keeping.py"], "that one writes results into the user's cache folder"


def test_no_check_goes_through_the_actions_of_models_that_were_not_selected():
    """Actions under test are `lab.actions`; of all that are promised only the promise itself (manifest.py) is judged."""
    through_all = [
        f"{path.name}:{node.iter.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.comprehension)
        and ast.unparse(node.iter).removesuffix(".items()") == "lab.promise.actions"
        and path.name != "manifest.py"
    ]

    assert through_all == []


def test_no_list_is_cut_to_the_length_of_another():
    """zip() without strict stops at the shorter list: what is beyond would never be judged."""
    loose = [
        f"{path.name}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "zip"
        and not any(word.arg == "strict" and isinstance(word.value, ast.Constant) and word.value.value is True for word in node.keywords)
    ]

    assert loose == []
