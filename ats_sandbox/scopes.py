"""Prints the heat map of a vendor, or what one customer would lose; against the sandbox, or read-only against a real account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

import connectors
from ats_sandbox.conform import expect_writable, fixtures_folder, progress_shown, write_reports, wrong_setup
from ats_sandbox.credentials import BadCredential, parse
from ats_sandbox.exits import fail
from conformance import runner, subjects
from conformance.reports import heat_map, model
from conformance.sandbox import sandbox_url
from conformance.scopes import real
from conformance.subjects import ConfigurationError
from connectors.unified.registry import installed

CHAPTER = "matrix"
OF_ONE_CUSTOMER = ("MTX-1", "MTX-2", "MTX-4", "MTX-7", "MTX-8")
"""The checks that ask only about the credentials that were named."""


@dataclass(frozen=True)
class Options:
    """As the command line gives them."""

    vendors: tuple[str, ...]
    credentials: tuple[str, ...]
    base_url: str | None
    budget: int
    ca: str | None
    report_dir: Path | None
    subject: str | None
    sandbox: str | None
    fields: bool
    as_json: bool
    jobs: int


def run_scopes(options: Options) -> int:
    """The exit code."""
    try:
        return _real(options) if options.base_url is not None else _simulated(options)
    except ConfigurationError as error:
        wrong_setup(error)


def _simulated(options: Options) -> int:
    named = {text: tuple(name.strip() for name in text.split(",") if name.strip()) for text in options.credentials}
    chosen = runner.Options(
        checks=OF_ONE_CUSTOMER if named else (),
        chapters=(CHAPTER,),
        docs_dir=Path(connectors.__path__[0]),
        installed={name: manifest.as_json() for name, manifest in installed().items()},
        credentials=named,
    )
    if options.report_dir is not None:
        expect_writable(options.report_dir)
    with sandbox_url(options.sandbox) as url, progress_shown() as on_progress:
        run = runner.run(
            options.vendors,
            subject=options.subject if options.subject is not None else subjects.DEFAULT_SUBJECT,
            sandbox_url=url,
            fixtures_dir=fixtures_folder,
            options=chosen,
            on_progress=on_progress,
            jobs=options.jobs,
        )
    report = model.build(runner.of_kinds(run, ("field", "action", "input")))
    if options.report_dir is not None:
        write_reports(report, options.report_dir)
    if options.as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        _print(report, named, options)
    return int(report["summary"]["exit_code"])


def _print(report: dict[str, Any], named: dict[str, tuple[str, ...]], options: Options) -> None:
    console = Console(highlight=False)
    for vendor in report["vendors"].values():
        for name in named:
            heat_map.print_losses(vendor, name, console)
        if not named:
            heat_map.print_heat_map(vendor, console, fields=options.fields)
        for result in vendor["results"]:
            if result["verdict"] not in ("pass", "not applicable"):
                console.print(f"{result['check']} {result['code']} {result['cell']}: {result['message']}", markup=False, soft_wrap=True)
    summary = report["summary"]
    console.print(
        f"[bold]{summary['outcome'].upper()}[/bold]: {summary['checks']['emitted']} of {summary['checks']['expected']} cases judged"
    )
    if options.report_dir is not None:
        console.print(f"reports: {options.report_dir}/report.html, .json, .md, .junit.xml, .sarif, badge.svg")


def _real(options: Options) -> int:
    """Compare credentials that the user minted at a real account. Reads only; at most `budget` requests for each."""
    if len(options.vendors) != 1:
        fail("--base-url belongs to exactly one vendor")
    if not options.credentials:
        fail("name at least one --credential of the account", hint="--credential @key.json, or name=value,name=value")
    vendor = options.vendors[0]
    try:
        given = {text if text.startswith("@") else f"credential {n}": parse(text) for n, text in enumerate(options.credentials, 1)}
    except BadCredential as error:
        fail(str(error))
    subject = subjects.load(options.subject if options.subject is not None else subjects.DEFAULT_SUBJECT)
    found = real.compare(subject, vendor, str(options.base_url), given, budget=options.budget, ca=options.ca)
    if options.as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        heat_map.print_heat_map(found, Console(highlight=False), fields=options.fields)
    return real.exit_code(found)
