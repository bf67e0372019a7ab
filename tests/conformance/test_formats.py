"""Whatever a run finds, every format says the same of it, and says it in the published form."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from conformance.check import Cell, Check, Result
from conformance.outcomes import EXIT_CODES, Code, RunOutcome
from conformance.reports import badge, diff, github, html, junit, markdown, model, sarif, shape, terminal
from conformance.runner import Run, VendorRun
from conformance.waivers import Waiver

FORM = jsonschema.Draft202012Validator(shape.schema())
CELLS = [
    Cell("field", "Users", "name"),
    Cell("field", "Users", "email"),
    Cell("input", "Create candidate", "source.id"),
    Cell("feature", "features", "Roles"),
]
CHECKS = [
    Check(id, f"Requirement {id}.", "a test", cases=lambda lab: CELLS, judge=lambda lab: iter(()), chapter="fields")
    for id in ("TST-1", "TST-2")
]
WAIVER = Waiver(check="TST-1", cell="field Users > name", reason="known for long", owner="somebody", expires=date(2026, 1, 1))
TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40)
RESULTS = st.builds(Result, cell=st.sampled_from(CELLS), code=st.sampled_from(list(Code)), message=TEXTS, expected=TEXTS, got=TEXTS)


@st.composite
def runs(draw):
    """Any mixture of results, waived or not, with results that are missing and waivers that are wrong."""
    results = draw(st.lists(st.tuples(st.sampled_from(CHECKS), RESULTS), max_size=8, unique_by=lambda pair: (pair[0].id, pair[1].cell)))
    vendor = VendorRun("acme", "Acme", CELLS, dict.fromkeys(CELLS, "documented"), {"documented": 1, "seen in code": 0, "assumed": 1})
    vendor.results = [(check, one, WAIVER if draw(st.booleans()) and one.verdict == "fail" else None) for check, one in results]
    vendor.emitted = len(results)
    vendor.expected = len(results) + draw(st.integers(0, 1))
    vendor.kept = draw(st.integers(0, len(results)))
    return Run("subject", "1", [vendor], draw(st.lists(st.just("unused"), max_size=1)), selected=False)


def counted(report, *verdicts):
    return sum(one["verdict"] in verdicts and "waiver" not in one for one in report["vendors"]["acme"]["results"])


@given(run=runs())
def test_exit_code_and_all_formats_agree(run):
    """Counts, outcome and exit code are the same wherever a person or a program looks."""
    report = model.build(run)
    summary = report["summary"]
    failed, untested, errors = counted(report, "fail"), counted(report, "untested"), counted(report, "error")

    suite = ET.fromstring(junit.render(report)).find("testsuite")
    assert suite is not None
    assert (int(suite.get("failures", "")), int(suite.get("errors", ""))) == (failed, untested + errors)

    scan = json.loads(sarif.render(report))["runs"][0]
    loud = [one for one in scan["results"] if "suppressions" not in one]
    assert (scan["invocations"][0]["exitCode"], scan["invocations"][0]["exitCodeDescription"]) == (summary["exit_code"], summary["outcome"])
    assert [sum(one["kind"] == kind for one in loud) for kind in ("fail", "open")] == [failed + errors, untested]

    lines = github.render(report).splitlines()
    assert sum(line.startswith("::error title=TST") for line in lines) == failed + errors
    assert sum(line.startswith("::warning title=TST") for line in lines) == untested
    assert f"title=conformance {summary['outcome']}::" in lines[-1]

    page, text, picture = html.render(report), markdown.render(report), badge.render(report)
    proved = f"{summary['cells']['proved']}/{summary['cells']['promised']}"
    assert f'<span class="outcome {summary["outcome"]}">' in page
    assert f"# Conformance: {summary['outcome']}\n" in text
    assert f"{summary['outcome']} {proved}" in ET.fromstring(picture).get("aria-label", "")
    for state in ("proved", "failed", "untested"):
        assert len(re.findall(f'class="cell {state}', page)) == summary["cells"][state]


@settings(max_examples=20)
@given(run=runs())
def test_no_format_for_a_person_hides_that_cases_were_kept_from_an_earlier_run(run):
    """What was not judged now is counted wherever what was judged is."""
    report = model.build(run)
    kept = report["summary"]["checks"]["kept"]
    screen = Console(file=io.StringIO(), width=400)
    terminal.print_report(report, screen)

    told = f"kept from an earlier run: {kept} cases"
    for text in (screen.file.getvalue(), markdown.render(report), github.render(report)):
        assert (told in text) is (kept > 0)
    assert (f"<b>{kept}</b><span>of them kept from an earlier run" in html.render(report)) is (kept > 0)
    assert ('name="cases kept from an earlier run"' in junit.render(report)) is (kept > 0)


@given(run=runs())
def test_a_run_passes_only_if_every_promised_cell_was_proved(run):
    """No format can be green over something that failed, is untested, or gave no result."""
    summary = model.build(run)["summary"]

    assert summary["exit_code"] == EXIT_CODES[RunOutcome(summary["outcome"])]
    if summary["exit_code"] == 0:
        assert summary["cells"]["proved"] == summary["cells"]["promised"] == len(CELLS)
        assert summary["checks"]["expected"] == summary["checks"]["emitted"]


@given(run=runs())
def test_the_report_has_the_published_form(run):
    report = json.loads(json.dumps(model.build(run)))

    FORM.validate(report)
    assert shape.ReportShape.model_validate(report).model_dump(mode="json", exclude_unset=True) == report


def test_what_lacks_a_member_or_has_one_more_is_no_report():
    report = json.loads(json.dumps(model.build(Run("subject", "1", [], [], selected=False))))

    FORM.validate(report)
    for wrong in ({**report, "more": 1}, *({key: value for key, value in report.items() if key != lost} for lost in report)):
        with pytest.raises(jsonschema.ValidationError):
            FORM.validate(wrong)


def test_the_published_schema_is_the_one_of_the_code():
    published = Path(__file__).parents[2] / "docs" / "report.schema.json"

    assert json.loads(published.read_text("utf-8")) == shape.schema(), "run: python -m conformance.reports.shape > docs/report.schema.json"


@given(before=runs(), after=runs())
def test_a_difference_puts_each_case_into_one_group(before, after):
    """New and newly untested make it worse; what was bad and is bad is still bad; nothing stands in two groups."""
    old, new = model.build(before), model.build(after)
    found = diff.compare(old, new)
    ids = [case["id"] for cases in found.values() for case in cases]

    assert len(ids) == len(set(ids))
    bad = {one["id"] for one in new["vendors"]["acme"]["results"] if one["verdict"] in ("fail", "error") and "waiver" not in one}
    assert {case["id"] for group in ("new", "still") for case in found[group]} == bad
    assert not diff.is_worse(diff.compare(new, new))
