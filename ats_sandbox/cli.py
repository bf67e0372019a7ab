"""`ats-sandbox`: run the sandbox, test a connector against it, sync a real account, print what is promised."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ats_sandbox import snapshot_cli
from ats_sandbox.exits import fail
from ats_sandbox.up_options import HIGHEST_PORT, UpOptions

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(snapshot_cli.app, name="snapshot")


def main() -> None:
    """All commands, as the arguments of this process ask for them."""
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ats-sandbox {version()}")
        raise typer.Exit


@app.callback()
def common(
    show: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_print_version)] = False,
) -> None:
    """Simulated applicant tracking systems, real connectors to them, and a conformance suite for any such connector."""


def version() -> str:
    """Of the installed distribution."""
    try:
        return metadata.version("ats-sandbox")
    except metadata.PackageNotFoundError:
        return "(not installed, run from its sources)"


Jobs = Annotated[
    int | None,
    typer.Option(
        help="Processes that are busy at once (if several, one more waits for the sandbox); the report is the same.",
        min=1,
        metavar="N",
        show_default="one a core",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for machines.")]
CaFile = Annotated[Path | None, typer.Option(help="CA file for https.", exists=True, dir_okay=False, envvar="SSL_CERT_FILE")]
Form = Literal["sh", "fish", "powershell", "dotenv"]
VendorName = Annotated[str, typer.Argument(help="A vendor's name, e.g. pinpoint. `ats-sandbox coverage` lists them.", show_default=False)]


@app.command(epilog="Example: `ats-sandbox up --port 8080`")
def up(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(help="Port of the admin API; vendors get the next ones. 0: any free ports.", min=0, max=HIGHEST_PORT, metavar="PORT"),
    ] = 0,
    https: Annotated[bool, typer.Option("--https/--no-https", help="Serve the same over https, on ports of its own.")] = True,
    https_port: Annotated[
        int | None,
        typer.Option(help="The same for https.", show_default="--port + 363: 8443 goes with 8080", min=0, max=HIGHEST_PORT, metavar="PORT"),
    ] = None,
    ca_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of the certificate authority, made if missing.", show_default="in your cache folder", file_okay=False),
    ] = None,
    public_url: Annotated[
        list[str] | None,
        typer.Option(
            help="Where a proxy shows us, for links in answers: `URL` of the main port, or `VENDOR=URL` (repeatable).",
            show_default="as each client calls us",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder in which accounts outlive the process, made if missing.", show_default="memory", file_okay=False),
    ] = None,
    world: Annotated[
        list[str] | None,
        typer.Option(
            help="Start a vendor's default account as a large world: `VENDOR:size=number,…` (repeatable), e.g. pinpoint:candidates=100000.",
            show_default="its small scenario",
        ),
    ] = None,
    admin_open: Annotated[bool, typer.Option("--admin-open", help="Let others than this machine use the admin API.")] = False,
    as_json: Json = False,
) -> None:
    """Keep the sandbox running for a person or a program, until Ctrl-C.

    Prints each vendor's base URL and a working credential, and where the admin API is. With --json it prints one line
    when ready: {"admin": URL, "ca": PATH or null, "vendors": {NAME: {"base_url", "https_base_url", "credential"}}}.
    `ats-sandbox env` prints the same as variables of a shell.
    """
    from ats_sandbox.up import run_until_stopped

    run_until_stopped(
        UpOptions(
            host=host,
            port=port,
            https=https,
            https_port=https_port,
            ca_dir=ca_dir,
            public_urls=tuple(public_url or ()),
            admin_open=admin_open,
            data=data,
            worlds=tuple(world or ()),
            as_json=as_json,
        )
    )


@app.command(epilog='Example: `eval "$(ats-sandbox env)"`')
def env(
    sandbox: Annotated[str | None, typer.Option(help="URL of a running sandbox.", show_default="the last one started here")] = None,
    form: Annotated[Form, typer.Option("--format", help="For which shell or program.")] = "sh",
    as_json: Json = False,
) -> None:
    """Print what a shell needs to use a running sandbox: trust in its certificates, base URLs, credentials.

    curl, Python (requests, HTTPX, the standard library) and Node take these variables as they are. The CA bundle holds
    this machine's authorities, too, so that other hosts stay reachable.
    """
    from ats_sandbox.env import print_env

    print_env(sandbox, "json" if as_json else form)


@app.command(epilog="Example: `ats-sandbox docs --write`")
def docs(
    vendors: Annotated[list[str] | None, typer.Argument(help="Only these vendors.", show_default=False)] = None,
    write: Annotated[bool, typer.Option("--write", help="Bring the READMEs up to date.")] = False,
) -> None:
    """Compare the generated tables of each simulated vendor's README, and of the suite's, with the code.

    Exit codes: 0 they agree (or were written) · 1 they do not · 2 no such vendor.
    """
    from ats_sandbox.docs import check_or_write

    check_or_write(vendors or [], write=write)


@app.command(epilog="Example: `ats-sandbox coverage --json | jq .pinpoint.models.Jobs`")
def coverage(
    vendors: Annotated[list[str] | None, typer.Argument(help="Only these vendors.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Print what each connector promises: every model, field, action, input and feature, and the permission it needs."""
    from connectors.unified.registry import installed

    known = installed()
    unknown = [name for name in vendors or () if name not in known]
    if unknown:
        fail(f"no connector for {', '.join(unknown)}", hint=f"installed: {', '.join(known)}")
    chosen = {name: manifest for name, manifest in known.items() if not vendors or name in vendors}
    if as_json:
        typer.echo(json.dumps({name: manifest.as_json() for name, manifest in chosen.items()}, ensure_ascii=False))
        return
    from ats_sandbox.tables import print_coverage

    print_coverage(chosen)


@app.command(epilog="Example: `ats-sandbox sync pinpoint --base-url https://acme.pinpointhq.com --credential @key.json > acme.ndjson`")
def sync(
    vendor: VendorName,
    base_url: Annotated[str, typer.Option(help="The vendor's root without its API path.")],
    credential: Annotated[str, typer.Option(help="`name=value,…`, a JSON object, @FILE, or - for standard input.")],
    model: Annotated[list[str] | None, typer.Option("--model", help="Only this model (repeatable), by its card name.")] = None,
    ca: CaFile = None,
) -> None:
    """Read a whole account, real or simulated, and print its unified records as NDJSON.

    Each line is {"model": NAME, "record": {...}}. What could not be read, and why, goes to standard error: a null in a
    record means that the vendor has no value. Exit code 1 when some of it could not be read.
    """
    from ats_sandbox.sync import run_sync

    models = tuple(model or ())
    raise typer.Exit(run_sync(vendor, base_url=base_url, credential=credential, models=models, ca=None if ca is None else str(ca)))


@app.command(epilog="Example: `ats-sandbox conform pinpoint --model Jobs --report-dir reports`")
def conform(
    vendors: Annotated[list[str] | None, typer.Argument(help="Vendors to test.", show_default=False)] = None,
    all_vendors: Annotated[bool, typer.Option("--all", help="Every installed vendor.")] = False,
    report_dir: Annotated[
        Path | None, typer.Option(help="Write the reports there: JSON, HTML, Markdown, JUnit, SARIF, badge.", file_okay=False)
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", help="Only this model and the actions with its records (repeatable).")
    ] = None,
    check: Annotated[list[str] | None, typer.Option("--check", help="Only this check, e.g. PAG-1 (repeatable).")] = None,
    chapter: Annotated[list[str] | None, typer.Option("--chapter", help="Only this chapter (repeatable).")] = None,
    subject: Annotated[str | None, typer.Option(help="What to test: `package.module:Factory`.", show_default="ours")] = None,
    sandbox: Annotated[str | None, typer.Option(help="URL of a running sandbox.", show_default="one is started")] = None,
    waivers: Annotated[Path | None, typer.Option(help="A waiver file.", exists=True, dir_okay=False)] = None,
    jobs: Jobs = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            help="Keep what was settled there, and take over what an earlier run left for the very same code, world and credentials.",
            show_default="in your cache folder; none where CI is set, or with --sandbox",
            file_okay=False,
        ),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Judge everything anew.")] = False,
    annotate: Annotated[bool, typer.Option("--annotate", help="Print GitHub workflow commands instead of tables.")] = False,
    as_json: Json = False,
) -> None:
    """Run the conformance suite: every promised cell of the connectors against the simulated vendors.

    Exit codes: 0 every promised cell was proved · 1 something failed · 2 usage or configuration · 3 something promised
    could not be tested · 4 our own error · 130 interrupted. With --model, --check or --chapter the rest of the promise is untested,
    so that the best such a run can end with is 3.
    """
    from ats_sandbox.conform import Options, run_conformance
    from ats_sandbox.places import usual_cache
    from connectors.unified.registry import installed

    known = tuple(installed())
    if bool(vendors) == all_vendors:
        fail("name the vendors to test, or --all", hint=f"ats-sandbox conform {known[0] if known else 'VENDOR'}")
    unknown = [name for name in vendors or () if name not in known]
    if unknown:
        fail(f"no connector for {', '.join(unknown)}", hint=f"installed: {', '.join(known)}")
    if cache is not None and (no_cache or sandbox is not None):
        fail("--cache goes with neither --no-cache nor --sandbox: what runs elsewhere may change without a sign")
    options: dict[str, Any] = {
        "vendors": known if all_vendors else tuple(vendors or ()),
        "report_dir": report_dir,
        "cache": None if no_cache or sandbox is not None else cache or usual_cache(),
        "models": tuple(model or ()),
        "checks": tuple(check or ()),
        "chapters": tuple(chapter or ()),
        "subject": subject,
        "sandbox": sandbox,
        "waivers": waivers,
        "annotate": annotate,
        "jobs": jobs or len(os.sched_getaffinity(0)),
        "as_json": as_json,
    }
    raise typer.Exit(run_conformance(Options(**options)))


@app.command(
    epilog='Examples: `ats-sandbox scopes pinpoint` · `ats-sandbox scopes pinpoint --credential "Application: write, Job: read"` · '
    "`ats-sandbox scopes pinpoint --base-url https://acme.pinpointhq.com --credential @full.json --credential @narrow.json`"
)
def scopes(
    vendors: Annotated[list[str] | None, typer.Argument(help="Vendors.", show_default=False)] = None,
    all_vendors: Annotated[bool, typer.Option("--all", help="Every installed vendor.")] = False,
    credential: Annotated[
        list[str] | None,
        typer.Option("--credential", help="What would be lost with these permissions or this preset; with --base-url, a real credential."),
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="A real account's root: compare its credentials there, reading only.")] = None,
    budget: Annotated[
        int | None, typer.Option(help="Pages that each credential may fetch from a real account.", min=1, metavar="N", show_default="200")
    ] = None,
    ca: CaFile = None,
    report_dir: Annotated[
        Path | None, typer.Option(help="Write the reports there: JSON, HTML, Markdown, JUnit, SARIF, badge.", file_okay=False)
    ] = None,
    subject: Annotated[str | None, typer.Option(help="What to test: `package.module:Factory`.", show_default="ours")] = None,
    sandbox: Annotated[str | None, typer.Option(help="URL of a running sandbox.", show_default="one is started")] = None,
    fields: Annotated[bool, typer.Option(help="Show a row for each field, not only for each model.")] = True,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Which credential reads and writes what: credentials × models × fields, and the smallest permissions for each.

    Every cell is one of a closed set of words with a glyph of its own; a lacking permission must be named, never shown as
    a null. Exit codes as those of `conform`; against a real account 1: something is silent, 3: something cannot be known.
    """
    from ats_sandbox.scopes import Options, run_scopes
    from connectors.unified.registry import installed

    known = tuple(installed())
    if bool(vendors) == all_vendors:
        fail("name the vendors to test, or --all", hint=f"ats-sandbox scopes {known[0] if known else 'VENDOR'}")
    unknown = [name for name in vendors or () if name not in known]
    if unknown:
        fail(f"no connector for {', '.join(unknown)}", hint=f"installed: {', '.join(known)}")
    _refuse_idle({"--budget": budget}, base_url is None, "needs a real account: --base-url URL")
    _refuse_idle(
        {"--report-dir": report_dir, "--sandbox": sandbox}, base_url is not None, "belongs to simulated accounts, not to --base-url"
    )
    options: dict[str, Any] = {
        "vendors": known if all_vendors else tuple(vendors or ()),
        "credentials": tuple(credential or ()),
        "base_url": base_url,
        "budget": budget or PAGES_OF_A_REAL_ACCOUNT,
        "ca": None if ca is None else str(ca),
        "report_dir": report_dir,
        "subject": subject,
        "sandbox": sandbox,
        "fields": fields,
        "jobs": jobs or len(os.sched_getaffinity(0)),
        "as_json": as_json,
    }
    raise typer.Exit(run_scopes(Options(**options)))


PAGES_OF_A_REAL_ACCOUNT = 200


def _refuse_idle(given: Mapping[str, object], idle: bool, why: str) -> None:
    """An option that would do nothing is a misunderstanding, and some of them cost minutes."""
    for name, value in given.items():
        if idle and value is not None:
            fail(f"{name} {why}", hint="ats-sandbox scopes --help")


ReportFile = Annotated[Path, typer.Argument(help="A report.json.", exists=True, dir_okay=False, show_default=False)]


@app.command(epilog="Example: `ats-sandbox diff main/report.json branch/report.json`")
def diff(before: ReportFile, after: ReportFile, as_json: Json = False) -> None:
    """What changed between two reports: new problems, those still there, fixed ones, and what is no longer tested.

    Exit code 1 when something is new or newly untested.
    """
    from ats_sandbox.reading import run_diff

    raise typer.Exit(run_diff(before, after, as_json=as_json))


@app.command(epilog="Examples: `ats-sandbox explain DENIED_SILENT` · `ats-sandbox explain '!'` · `ats-sandbox explain MTX-3`")
def explain(
    word: Annotated[
        str, typer.Argument(help="A code or its glyph, a check, a chapter, or with --report the id of a case.", show_default=False)
    ],
    report: Annotated[Path | None, typer.Option(help="A report.json.", exists=True, dir_okay=False)] = None,
) -> None:
    """What a word of a report means: a code, a check's requirement and its source, or one case with all that was seen."""
    from ats_sandbox.reading import print_explanation

    print_explanation(word, report)


@app.command(epilog="Example: `ats-sandbox replay MTX-3-1a2b3c4d --report reports/report.json`")
def replay(
    id: Annotated[str, typer.Argument(help="The id of a case, as the report gives it.", show_default=False)],
    report: Annotated[Path, typer.Option(help="The report.json that has the case.", exists=True, dir_okay=False)],
    subject: Annotated[str | None, typer.Option(help="What to test: `package.module:Factory`.", show_default="ours")] = None,
    sandbox: Annotated[str | None, typer.Option(help="URL of a running sandbox.", show_default="one is started")] = None,
) -> None:
    """Run one case of a report again, from the report alone. Exit code 0 when it is good now, 1 when it is not."""
    from ats_sandbox.reading import run_replay

    raise typer.Exit(run_replay(id, report, subject=subject, sandbox=sandbox))


if __name__ == "__main__":
    main()
