"""`ats-sandbox snapshot`: keep what an account of a running sandbox is, put it back, write it to a file, take it in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Keep what an account of a running sandbox is, put it back, write it to a file, take it in.",
)

SandboxUrl = Annotated[str | None, typer.Option("--sandbox", help="URL of a running sandbox.", show_default="the last one started here")]
TenantId = Annotated[str, typer.Argument(help="An account's id, e.g. pinpoint-demo.", show_default=False)]
Name = Annotated[str, typer.Argument(help="A snapshot's name; `list` shows them.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="The sandbox's answer as one JSON document.")]


@app.command(epilog="Example: `ats-sandbox snapshot take pinpoint-demo --name before`")
def take(
    tenant: TenantId,
    name: Annotated[str | None, typer.Option(help="Letters, digits and dashes.", show_default="chosen")] = None,
    sandbox: SandboxUrl = None,
    as_json: Json = False,
) -> None:
    """Keep everything that an account is now: records, keys, clock, quirks, options, limits, faults."""
    from ats_sandbox.snapshot import Snapshots

    Snapshots(sandbox, as_json=as_json).take(tenant, name)


@app.command("list", epilog="Example: `ats-sandbox snapshot list pinpoint-demo`")
def list_all(tenant: TenantId, sandbox: SandboxUrl = None, as_json: Json = False) -> None:
    """Show an account's snapshots, oldest first."""
    from ats_sandbox.snapshot import Snapshots

    Snapshots(sandbox, as_json=as_json).list_all(tenant)


@app.command(epilog="Example: `ats-sandbox snapshot restore pinpoint-demo before`")
def restore(tenant: TenantId, name: Name, sandbox: SandboxUrl = None, as_json: Json = False) -> None:
    """Put an account back to what a snapshot holds. Its journal goes on."""
    from ats_sandbox.snapshot import Snapshots

    Snapshots(sandbox, as_json=as_json).restore(tenant, name)


@app.command(epilog="Example: `ats-sandbox snapshot delete pinpoint-demo before`")
def delete(tenant: TenantId, name: Name, sandbox: SandboxUrl = None) -> None:
    """Forget a snapshot."""
    from ats_sandbox.snapshot import Snapshots

    Snapshots(sandbox).delete(tenant, name)


@app.command("export", epilog="Example: `ats-sandbox snapshot export pinpoint-demo --output demo.ndjson`")
def export(
    tenant: TenantId,
    snapshot: Annotated[str | None, typer.Option(help="One of its snapshots.", show_default="as it is now")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File.", show_default="standard output", dir_okay=False)] = None,
    sandbox: SandboxUrl = None,
) -> None:
    """Write an account to a file: NDJSON that people can read, compare and edit. It holds the account's simulated keys."""
    from ats_sandbox.snapshot import Snapshots

    Snapshots(sandbox).export(tenant, snapshot, output)


@app.command("import", epilog="Example: `ats-sandbox snapshot import demo.ndjson --name copy`")
def import_file(
    file: Annotated[Path, typer.Argument(help="What `export` wrote.", exists=True, dir_okay=False, show_default=False)],
    into: Annotated[
        str | None, typer.Option(help="The id of an account that becomes what the file holds.", show_default="a new one")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The new account's name.", show_default="as in the file")] = None,
    sandbox: SandboxUrl = None,
    as_json: Json = False,
) -> None:
    """Take an account in from a file. A wrong version or a broken file is refused, and changes nothing."""
    from ats_sandbox.snapshot import Snapshots

    Snapshots(sandbox, as_json=as_json).import_file(file, into, name)
