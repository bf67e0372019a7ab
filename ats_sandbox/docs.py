"""`ats-sandbox docs`: the generated tables of the vendors' READMEs and of the suite's, compared or written."""

from __future__ import annotations

import typer

from ats_sandbox.exits import fail
from conformance import requirements
from mock_servers.engine import docs
from mock_servers.engine.vendors import Vendor, installed

DIFFERENT = 1


def check_or_write(names: list[str], *, write: bool) -> None:
    """Raises typer.Exit."""
    vendors = installed()
    unknown = [name for name in names if name not in vendors]
    if unknown:
        fail(f"no simulated vendor {', '.join(unknown)}", hint=f"there are {', '.join(vendors)}")
    behind = [name for name in names or vendors if not _agrees(vendors[name], write=write)]
    if not names and not _suite_agrees(write=write):
        behind.append("conformance")
    if behind:
        typer.echo(f"ats-sandbox: the READMEs of {', '.join(behind)} differ from the code", err=True)
        typer.echo("  hint: ats-sandbox docs --write", err=True)
        raise typer.Exit(DIFFERENT)


def _suite_agrees(*, write: bool) -> bool:
    before = requirements.README.read_text("utf-8")
    after = requirements.updated(before)
    if write and after != before:
        requirements.README.write_text(after, "utf-8")
        typer.echo("conformance: README.md written")
    return write or after == before


def _agrees(vendor: Vendor, *, write: bool) -> bool:
    path = docs.readme(vendor)
    if not path.is_file():
        typer.echo(f"{vendor.name}: no {path.name} in {path.parent.name}/", err=True)
        return False
    before = path.read_text("utf-8")
    after = docs.updated(vendor, before)
    if write and after != before:
        path.write_text(after, "utf-8")
        typer.echo(f"{vendor.name}: {path.name} written")
    return write or after == before
