"""Works on reports that were written before: what has changed, what a word means, and the same case once more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from ats_sandbox.conform import fixtures_folder, wrong_setup
from ats_sandbox.exits import fail
from conformance import runner, subjects
from conformance.check import all_checks
from conformance.outcomes import MEANINGS, explain
from conformance.reports import diff, model, shape
from conformance.sandbox import sandbox_url
from conformance.subjects import ConfigurationError
from connectors.unified.registry import installed


def read_report(path: Path) -> dict[str, Any]:
    """A report of this format; ends with the code for wrong usage otherwise."""
    try:
        report = json.loads(path.read_text("utf-8"))
        shape.ReportShape.model_validate(report)
    except OSError as error:
        fail(f"cannot read {path}: {error.strerror}", hint="conform and scopes write report.json into --report-dir")
    except json.JSONDecodeError as error:
        fail(f"{path} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "(top)"
        fail(f"{path} is no conformance report of format {shape.FORMAT}: {place}: {first['msg']}")
    return report  # type: ignore[no-any-return]


def run_diff(before: Path, after: Path, *, as_json: bool) -> int:
    """0 when nothing got worse."""
    found = diff.compare(read_report(before), read_report(after))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return int(diff.is_worse(found))
    console = Console(highlight=False)
    for group, cases in found.items():
        console.print(f"[bold]{group}[/bold]: {len(cases)}")
        if not cases:
            continue
        table = Table(box=None, pad_edge=False, show_header=False)
        for case in cases:
            table.add_row(
                case["id"], f"{case['before'] or '-'} → {case['after'] or '-'}", f"{case['vendor']} {case['cell']}", case["message"]
            )
        console.print(table)
    return int(diff.is_worse(found))


def print_explanation(word: str, report: Path | None) -> None:
    """What a code, a check or one case of a report is about."""
    by_id = {check.id: check for check in all_checks()}
    if word.upper() in by_id:
        check = by_id[word.upper()]
        typer.echo(f"{check.id} ({check.level}, chapter {check.chapter}): {check.requirement}\nsource: {check.source}")
        return
    of_chapter = [check for check in by_id.values() if check.chapter == word.lower()]
    with_glyph = [code for code, meaning in MEANINGS.items() if meaning.glyph == word]
    if of_chapter or with_glyph:
        typer.echo("\n".join([*(f"{check.id}: {check.requirement}" for check in of_chapter), *map(explain, with_glyph)]))
        return
    try:
        typer.echo(explain(word))
    except KeyError as error:
        if report is not None:
            _print_case(word, read_report(report))
            return
        fail(
            str(error.args[0]),
            hint="a code (DENIED_SILENT) or its glyph (!), a check (MTX-3), a chapter (matrix), or with --report the id of a case (MTX-3-1a2b3c4d)",
        )


def _case(id: str, report: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    found = [(name, result) for name, vendor in report["vendors"].items() for result in vendor["results"] if result["id"] == id]
    if not found:
        fail(f"the report has no case {id!r}", hint="ids stand in report.json, and beside each problem in report.html")
    return found[0]


def _print_case(id: str, report: dict[str, Any]) -> None:
    vendor, result = _case(id, report)
    typer.echo(f"{result['id']}: {vendor} {result['cell']}\n{explain(result['code'])}\n{result['message']}")
    typer.echo(f"{result['check']} ({result['level']}): {result['requirement']}\nsource: {result['source']}")
    for name in ("expected", "got", "exchanges"):
        if result.get(name):
            typer.echo(f"{name}: {json.dumps(result[name], ensure_ascii=False, indent=1)}")


def run_replay(id: str, report: Path, *, subject: str | None, sandbox: str | None) -> int:
    """Run the check of one case again, from the report alone; 0 when the case is good now."""
    told = read_report(report)
    vendor, before = _case(id, told)
    if vendor not in installed():
        fail(f"no connector for {vendor}", hint=f"installed: {', '.join(installed())}")
    options = runner.Options(
        scenario=told["vendors"][vendor]["scenario"],
        checks=(before["check"],),
        installed={name: manifest.as_json() for name, manifest in installed().items()},
    )
    try:
        chosen = subjects.load(subject if subject is not None else subjects.DEFAULT_SUBJECT)
        if subject is None and chosen.name != told["subject"]["name"]:
            fail(
                f"the report is about {told['subject']['name']!r}, and {chosen.name!r} would be tested instead",
                hint="name what to test: --subject package.module:Factory",
            )
        with sandbox_url(sandbox) as url:
            run = runner.run([vendor], subject=chosen, sandbox_url=url, fixtures_dir=fixtures_folder(vendor), options=options)
    except ConfigurationError as error:
        wrong_setup(error)
    _, after = _case(id, model.build(run))
    typer.echo(f"{vendor} {after['cell']}\n  then {_found(before)}\n  now  {_found(after)}")
    return 1 if after["verdict"] in ("fail", "error", "untested") else 0


def _found(result: dict[str, Any]) -> str:
    return f"{result['code']}: {result['message']}" if result["message"] else str(result["code"])
