"""All formats of a report say the same, and a run in which nothing was tested is never green."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from conformance.check import Cell, Check, Result
from conformance.outcomes import Code, RunOutcome
from conformance.reports import html, junit, markdown, model
from conformance.runner import Run, VendorRun, cell_states

NAME, EMAIL = Cell("field", "Users", "name"), Cell("field", "Users", "email")
CHECK = Check("TST-1", "A requirement.", "a test", cases=lambda lab: [NAME, EMAIL], judge=lambda lab: iter(()), chapter="fields")


def made(*codes: tuple[Cell, Code], expected: int | None = None, problems: tuple[str, ...] = ()) -> Run:
    vendor = VendorRun(
        "acme", "Acme", [NAME, EMAIL], {NAME: "documented", EMAIL: "assumed"}, {"documented": 1, "seen in code": 0, "assumed": 1}
    )
    vendor.results = [(CHECK, Result(cell, code, "because | <b>", "sesame", "open sesame"), None) for cell, code in codes]
    vendor.emitted = len(codes)
    vendor.expected = len(codes) if expected is None else expected
    return Run("subject", "1", [vendor], list(problems), selected=False)


ALL_GOOD = ((NAME, Code.READABLE), (EMAIL, Code.EMPTY))


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (made(*ALL_GOOD), RunOutcome.PASSED),
        (made((NAME, Code.READABLE), (EMAIL, Code.WRONG_VALUE)), RunOutcome.FAILED),
        (made((NAME, Code.READABLE), (EMAIL, Code.UNVERIFIABLE)), RunOutcome.INCOMPLETE),
        (made((NAME, Code.READABLE)), RunOutcome.INCOMPLETE),
        (made(*ALL_GOOD, expected=3), RunOutcome.INCOMPLETE),
        (made(), RunOutcome.INCOMPLETE),
        (made((NAME, Code.READABLE), (EMAIL, Code.HARNESS_ERROR)), RunOutcome.ERRORED),
        (made(*ALL_GOOD, problems=("unused",)), RunOutcome.FAILED),
    ],
)
def test_green_means_tested(run, outcome):
    """An untested cell, a case without a result, an empty run and a broken waiver are none of them a pass."""
    assert run.outcome is outcome


def test_one_good_result_does_not_hide_a_bad_one():
    run = made((NAME, Code.READABLE), (NAME, Code.MISSING), (EMAIL, Code.READABLE))

    assert cell_states(run.vendors[0]) == {NAME: "failed", EMAIL: "proved"}


@pytest.mark.parametrize(
    "codes", [ALL_GOOD, ((NAME, Code.MISSING), (EMAIL, Code.UNVERIFIABLE)), ((NAME, Code.NOT_APPLICABLE), (EMAIL, Code.LEAK))]
)
def test_all_formats_agree(codes):
    report = model.build(made(*codes))
    verdicts = [result["verdict"] for result in report["vendors"]["acme"]["results"]]

    suite = ET.fromstring(junit.render(report)).find("testsuite")
    assert suite is not None
    assert suite.get("failures") == str(verdicts.count("fail")) == str(len(suite.findall("testcase/failure")))
    assert suite.get("errors") == str(verdicts.count("untested") + verdicts.count("error"))
    assert report["summary"]["outcome"] in markdown.render(report)
    page = html.render(report)
    assert f'<span class="outcome {report["summary"]["outcome"]}">' in page
    assert page.count('class="cell ') == report["summary"]["cells"]["promised"] == 2
    assert "<b>" + " because" not in page


def test_a_problem_says_what_it_is_before_it_is_opened():
    """A hundred closed lines with nothing but check and cell would have to be opened one by one."""
    closed = html.render(model.build(made((NAME, Code.MISSING), (EMAIL, Code.READABLE)))).partition("<summary><b>TST-1")[2]

    assert "because | &lt;b&gt;" in closed.partition("</summary>")[0]


def test_the_same_run_gives_the_same_report_byte_for_byte():
    first, second = (json.dumps(model.build(made(*ALL_GOOD))) for _ in range(2))

    assert first == second


def test_no_secret_leaves_in_a_report():
    run = made((NAME, Code.WRONG_VALUE), (EMAIL, Code.READABLE))

    report = model.build(run, secrets=["sesame"])

    assert "sesame" in json.dumps(model.build(run))
    assert "sesame" not in json.dumps(report) + html.render(report) + markdown.render(report) + junit.render(report)
