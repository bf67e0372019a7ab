"""Runs the suite: starts a sandbox unless one is given, shows progress, prints the matrix, writes the reports."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

import connectors
import mock_servers
from ats_sandbox.exits import came_of_interrupt, fail
from conformance import runner, subjects
from conformance.keeping import Keeper
from conformance.reports import badge, github, html, junit, markdown, model, sarif, terminal
from conformance.sandbox import sandbox_url
from conformance.subjects import ConfigurationError
from conformance.waivers import read_waivers
from connectors.unified.registry import installed


@dataclass(frozen=True)
class Options:
    """As the command line gives them."""

    vendors: tuple[str, ...]
    report_dir: Path | None
    models: tuple[str, ...]
    checks: tuple[str, ...]
    chapters: tuple[str, ...]
    subject: str | None
    sandbox: str | None
    waivers: Path | None
    as_json: bool
    annotate: bool
    jobs: int
    cache: Path | None = None
    """Where results are kept for the next run; None: nowhere."""


def run_conformance(options: Options) -> int:
    """The exit code of the run."""
    if options.report_dir is not None:
        expect_writable(options.report_dir)
    try:
        with sandbox_url(options.sandbox) as url:
            run = _run(options, url)
    except ConfigurationError as error:
        wrong_setup(error)
    report = model.build(run)
    if options.report_dir is not None:
        write_reports(report, options.report_dir)
    if options.annotate:
        typer.echo(github.render(report), nl=False)
    elif options.as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        console = Console(highlight=False)
        terminal.print_report(report, console)
        if options.report_dir is not None:
            console.print(f"reports: {options.report_dir}/report.html, .json, .md, .junit.xml, .sarif, badge.svg")
    return int(report["summary"]["exit_code"])


def wrong_setup(error: ConfigurationError) -> NoReturn:
    """Ends with the code for wrong usage. Ctrl-C takes our own sandbox with it: then its silence is no wrong setup."""
    if came_of_interrupt(error):
        raise KeyboardInterrupt from error
    fail(str(error))


def expect_writable(folder: Path) -> None:
    """Make the folder of the reports before the run, so that no run is lost because they cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        fail(f"cannot write reports into {folder}: {error.strerror}", hint="name another folder with --report-dir")


def write_reports(report: dict[str, Any], folder: Path) -> None:
    """report.json, .html, .md, .junit.xml, .sarif and badge.svg."""
    formats = {
        "report.json": json.dumps(report, ensure_ascii=False, indent=1) + "\n",
        "report.html": html.render(report),
        "report.md": markdown.render(report),
        "report.junit.xml": junit.render(report),
        "report.sarif": sarif.render(report),
        "badge.svg": badge.render(report),
    }
    for name, text in formats.items():
        (folder / name).write_text(text, encoding="utf-8")


def fixtures_folder(vendor: str) -> Path:
    """Where the vendor's fixtures lie: beside the mock_servers folder that has the vendor, or any on the path."""
    for place in mock_servers.__path__:
        folder = Path(place).parent / "fixtures"
        if (folder / vendor).is_dir():
            return folder
    raise ConfigurationError(f"no fixtures of {vendor} beside any of: {', '.join(mock_servers.__path__)}")


def _run(options: Options, url: str) -> runner.Run:
    chosen = runner.Options(
        models=options.models,
        checks=options.checks,
        chapters=options.chapters,
        waivers=read_waivers(options.waivers) if options.waivers is not None else (),
        today=date.today(),  # noqa: DTZ011 - a waiver expires where its owner lives
        docs_dir=Path(connectors.__path__[0]),
        installed={name: manifest.as_json() for name, manifest in installed().items()},
    )
    keeper = None if options.cache is None else Keeper(options.cache, server_folders)
    with progress_shown() as on_progress:
        run = runner.run(
            options.vendors,
            subject=options.subject if options.subject is not None else subjects.DEFAULT_SUBJECT,
            sandbox_url=url,
            fixtures_dir=fixtures_folder,
            options=chosen,
            on_progress=on_progress,
            jobs=options.jobs,
            keeper=keeper,
        )
    for word in dict.fromkeys(keeper.words if keeper is not None else ()):
        typer.echo(f"cache: {word}", err=True)
    return run


def server_folders(vendor: str) -> tuple[Path, ...]:
    """What the simulated vendor and its worlds are made of."""
    own = [Path(place) / vendor for place in mock_servers.__path__ if (Path(place) / vendor).is_dir()]
    engines = [Path(place) / "engine" for place in mock_servers.__path__ if (Path(place) / "engine").is_dir()]
    return (*engines, *own, fixtures_folder(vendor) / vendor)


@contextmanager
def progress_shown() -> Iterator[runner.OnProgress]:
    """On standard error: bars on a terminal, now and then a line in a log."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _told_in_lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _shown_in(bar)


def _told_in_lines() -> runner.OnProgress:
    """A line for each vendor and quarter of its checks, so that a log shows that something happens."""
    told: set[tuple[str, int]] = set()

    def tell(step: runner.Progress) -> None:
        quarter = 4 * step.done // step.total
        if quarter and (step.vendor, quarter) not in told:
            told.add((step.vendor, quarter))
            typer.echo(f"{step.vendor}: {step.done} of {step.total} checks done, {step.failed} failed cases", err=True)

    return tell


def _shown_in(bar: Progress) -> runner.OnProgress:
    """One line for each vendor."""
    lines: dict[str, TaskID] = {}

    def show(step: runner.Progress) -> None:
        if step.vendor not in lines:
            lines[step.vendor] = bar.add_task(step.vendor, total=step.total)
        text = f"{step.vendor} {step.check.id} ({step.failed} failed)"
        bar.update(lines[step.vendor], total=step.total, completed=step.done, description=text)

    return show
