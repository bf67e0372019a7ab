"""What a shell needs to use a running sandbox: trust in its certificates, base URLs and credentials, as variables."""

from __future__ import annotations

import json
import shlex
import ssl
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import certifi
import httpx
import typer

from ats_sandbox.exits import fail
from ats_sandbox.places import home, running_urls

ADMIN = "/_sandbox"
TRUSTING_BUNDLE = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""These replace what a program trusts, so they name a bundle with everybody else's authorities in it."""
TRUSTING_MORE = ("NODE_EXTRA_CA_CERTS",)


def print_env(url: str | None, form: str) -> None:
    """Print the variables for one of FORMS, or as a JSON object. Ends with code 2 when no sandbox answers."""
    root, info = connection(url)
    variables = {"ATS_SANDBOX_URL": root, "ATS_SANDBOX_ADMIN": root + ADMIN, **_trust(root, info["ca"])}
    for name, vendor in info["vendors"].items():
        variables |= vendor_variables(name, vendor)
    if form == "json":
        typer.echo(json.dumps(variables))
        return
    for name, value in variables.items():
        typer.echo(FORMS[form](name, value))


def vendor_variables(name: str, vendor: Mapping[str, Any]) -> dict[str, str]:
    """E.g. ACME_BASE_URL, ACME_HTTPS_BASE_URL, ACME_API_KEY of the vendor "acme" whose credential has an api_key."""
    told = {"base_url": vendor["base_url"], "https_base_url": vendor["https_base_url"], **vendor["credential"]}
    return {f"{name}_{key}".upper().replace("-", "_"): value for key, value in told.items() if value is not None}


FORMS: dict[str, Callable[[str, str], str]] = {
    "sh": lambda name, value: f"export {name}={shlex.quote(value)}",
    "fish": lambda name, value: f"set -gx {name} '{_escaped(value)}'",
    "powershell": lambda name, value: f"$env:{name} = '" + value.replace("'", "''") + "'",
    "dotenv": lambda name, value: f"{name}='{value}'" if "'" not in value else f"{name}={json.dumps(value)}",
}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def connection(url: str | None) -> tuple[str, dict[str, Any]]:
    """(root URL, what the sandbox tells of itself) of the one at `url`, or of the last one started here that answers."""
    if url is not None:
        root = (url if "://" in url else f"http://{url}").rstrip("/").removesuffix(ADMIN)
        try:
            return root, _asked(root)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: another program answers, and not in JSON
            fail(f"no sandbox answers at {root}: {error}", hint="start one: ats-sandbox up; one elsewhere needs --admin-open")
    for root in running_urls():
        with suppress(httpx.HTTPError):
            return root, _asked(root)
    raise fail("no sandbox runs here", hint="start one: ats-sandbox up; or name one elsewhere: --sandbox URL")


def _asked(root: str) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{root}{ADMIN}/connection", timeout=10, trust_env=False).raise_for_status().json()
    return told


def _trust(root: str, ca: str | None) -> dict[str, str]:
    if ca is None:
        return {}
    certificate = httpx.get(f"{root}{ADMIN}/ca.pem", timeout=10, trust_env=False).raise_for_status().text
    own = Path(ca)
    if not (own.is_file() and own.read_text(encoding="ascii") == certificate):  # it runs in a container, or elsewhere
        own = _kept("ca.pem", certificate)
    paths = ssl.get_default_verify_paths()
    others = Path(paths.cafile if paths.cafile is not None and Path(paths.cafile).is_file() else certifi.where())
    bundle = _kept("ca-bundle.pem", f"{others.read_text(encoding='utf-8')}\n{certificate}")
    return {"ATS_SANDBOX_CA": str(own)} | dict.fromkeys(TRUSTING_BUNDLE, str(bundle)) | dict.fromkeys(TRUSTING_MORE, str(own))


def _kept(name: str, content: str) -> Path:
    """A file of the user's cache folder with this content; one file a content, for each sandbox has its authority."""
    file = home() / "trust" / f"{zlib.crc32(content.encode()):08x}-{name}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return file
