"""Runs the sandbox in the foreground, and tells people or programs where it is."""

from __future__ import annotations

import gc
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from ats_sandbox.exits import fail, say_error
from ats_sandbox.places import announced, authority_folder, remember, remembered, scenario_folder
from ats_sandbox.up_options import UpOptions
from mock_servers.engine.addresses import BadUrl, PublicUrls
from mock_servers.engine.certificates import Authority, UnusableAuthority
from mock_servers.engine.names import BadWorld, UnreadableFolder
from mock_servers.engine.scenario_cache import ScenarioCache
from mock_servers.engine.server import Sandbox
from mock_servers.engine.vendors import BrokenVendor, fingerprint, installed, vendor_names

HTTPS_ABOVE = 363
"""So that 8443 goes with 8080."""


def run_until_stopped(options: UpOptions) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    vendors, code = vendor_names(), fingerprint()
    folder = options.ca_dir if options.ca_dir is not None else authority_folder()
    ports = {name: options.port + number for number, name in enumerate(vendors, start=1)} if options.port else {}
    try:
        wanted = parse_worlds(options.worlds) if options.worlds else {}
        public_urls = parse_public_urls(options.public_urls, tuple(vendors))
        names = {options.host, *public_urls.host_names} - {"0.0.0.0", "::"}  # noqa: S104 - no name that anybody calls
        sandbox = Sandbox(
            options.host,
            options.port,
            vendor_ports=ports,
            admin_open=options.admin_open,
            authority=Authority(folder, sorted(names)) if options.https else None,
            https_port=_https_port(options),
            public_urls=public_urls,
            data=options.data,
            default_scenarios=wanted,
            scenario_cache=ScenarioCache(scenario_folder(), code),
        )
        _build(sandbox, wanted)
    except BadWorld as error:
        fail(str(error), hint="VENDOR:size=number,…; GET /_sandbox/vendors of a running sandbox tells the sizes")
    except BadUrl as error:
        fail(str(error), hint="URL, or VENDOR=URL")
    except UnreadableFolder as error:
        fail(str(error), hint="choose another folder with --data; nothing in this one was changed")
    except UnusableAuthority as error:
        fail(str(error), hint="choose another folder with --ca-dir, or go without: --no-https")
    except OSError as error:
        reason = error.strerror or str(error)
        fail(
            f"cannot listen on {options.host}: {reason}",
            hint="another program has a port; choose others with --port and --https-port, or 0",
        )
    with ExitStack() as stack:

        def tell(running: Sandbox) -> None:
            stack.enter_context(announced(running.url))
            info = running.ready_info(None if options.data is not None else first_secrets(running, code))
            if options.as_json:
                sys.stdout.write(f"{json.dumps(info)}\n")
                sys.stdout.flush()
            else:
                _tell_person(info)

        try:
            sandbox.run(tell, _collect_garbage_again)
        except BrokenVendor as error:
            if error.__cause__ is not None:
                say_error("".join(traceback.format_exception(error.__cause__)))
            fail(str(error), hint="every folder of mock_servers/ with a vendor.py is loaded; correct it, or take it off PYTHONPATH")


def _collect_garbage_again() -> None:
    """What a start has imported stays, so nobody needs to look through it; what requests leave behind does not."""
    gc.freeze()
    gc.enable()


def parse_worlds(texts: tuple[str, ...]) -> dict[str, str]:
    """From `VENDOR` and `VENDOR:size=number,…` to the scenario of each named vendor's default account. Raises BadWorld."""
    from mock_servers.engine import worlds

    vendors, wanted = installed(), {}
    for text in texts:
        name, _, sizes = text.partition(":")
        if name not in vendors:
            raise BadWorld(f"--world {text}: there is no vendor {name!r}, only {', '.join(vendors)}")
        factory = vendors[name].factory
        if factory is None:
            raise BadWorld(f"--world {text}: {name} makes no worlds")
        wanted[name] = worlds.name_of(factory.resolve(worlds.parse(sizes)))
    return wanted


def _build(sandbox: Sandbox, wanted: Mapping[str, str]) -> None:
    """Before anybody asks, since it may take seconds."""
    if not wanted:
        return
    from rich.console import Console

    for vendor, scenario in wanted.items():
        with Console(stderr=True).status(f"{vendor}: making {scenario}…"):
            tenant = sandbox.tenants.default(vendor)
        if tenant.scenario != scenario:
            fail(
                f"the data folder holds {tenant.id} already, made from {tenant.scenario}",
                hint="leave out --world to go on with it, or choose another folder",
            )


def parse_public_urls(texts: tuple[str, ...], vendors: tuple[str, ...]) -> PublicUrls:
    """From `URL` and `VENDOR=URL`. Raises BadUrl."""
    main: str | None = None
    of_vendors: dict[str, str] = {}
    for text in texts:
        name, equals, url = text.partition("=")
        if not equals or "/" in name:
            main = text
        elif name in vendors:
            of_vendors[name] = url
        else:
            raise BadUrl(f"--public-url {text}: there is no vendor {name!r}, only {', '.join(vendors)}")
    return PublicUrls(main, of_vendors)


def _https_port(options: UpOptions) -> int:
    if options.https_port is not None:
        return options.https_port
    return options.port + HTTPS_ABOVE if options.port else 0


def first_secrets(sandbox: Sandbox, code: str) -> Callable[[str], Mapping[str, str]]:
    """The credentials that each vendor has from the start, from the last start with the same code: they are always the
    same, and to have them made anew would mean to import all vendors before anything else."""
    kept = remembered(code)
    if kept is None or set(kept) != set(sandbox.vendor_names):
        kept = {name: sandbox.tenants.default_secrets(name) for name in sandbox.vendor_names}
        remember(code, kept)
    return kept.__getitem__


def _tell_person(info: Mapping[str, Any]) -> None:
    from ats_sandbox.tables import print_ready

    print_ready(info, docs_url=f"{info['admin']}/docs")
