"""Runs the sandbox in the foreground, and tells people or programs where it is."""

from __future__ import annotations

import json

import typer

from mock_servers.engine.server import Sandbox
from mock_servers.engine.vendors import installed


def run_until_stopped(*, host: str, port: int, as_json: bool, admin_open: bool) -> None:
    """Serve until Ctrl-C or SIGTERM. `port` is the admin API's; the vendors get the following ones, by name; 0: any free."""
    vendors = installed()
    ports = {name: port + number for number, name in enumerate(vendors, start=1)} if port else {}
    try:
        sandbox = Sandbox(host, port, vendors, vendor_ports=ports, admin_open=admin_open)
    except OSError as error:
        typer.echo(f"ats-sandbox: cannot listen on {host}: {error.strerror or error}", err=True)
        typer.echo("  hint: another program has the port; choose another with --port, or 0 for free ones", err=True)
        raise typer.Exit(2) from error
    sandbox.run(_tell_program if as_json else _tell_person)


def _tell_program(sandbox: Sandbox) -> None:
    typer.echo(json.dumps(sandbox.ready_info()))


def _tell_person(sandbox: Sandbox) -> None:
    from ats_sandbox.tables import print_ready

    print_ready(sandbox.ready_info(), docs_url=f"{sandbox.admin_url}/docs")
