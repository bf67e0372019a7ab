"""`ats-sandbox env`: after it curl, requests, HTTPX and Node reach the sandbox over https, and the rest of the world as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ats_sandbox.env import FORMS, vendor_variables
from ats_sandbox.places import HOME
from ats_sandbox.up import parse_public_urls
from mock_servers.engine.addresses import BadUrl
from tests.ats_sandbox.test_command import run, sandbox
from tests.tools import tool

JOBS = "$PINPOINT_HTTPS_BASE_URL/api/v1/jobs"
KEY = '{"X-API-KEY": sys.argv[2]}'
PROGRAMS = {
    "curl": f'curl -sf -H "X-API-KEY: $PINPOINT_API_KEY" {JOBS}',
    "requests": f"""{sys.executable} -c 'import requests, sys; print(requests.get(sys.argv[1], headers={KEY}).text)' {JOBS} $PINPOINT_API_KEY""",
    "httpx": f"""{sys.executable} -c 'import httpx, sys; print(httpx.get(sys.argv[1], headers={KEY}).text)' {JOBS} $PINPOINT_API_KEY""",
    "node": f"""node -e 'const [url, key] = process.argv.slice(1)
        fetch(url, {{headers: {{"X-API-KEY": key}}}}).then(async (a) => console.log(await a.text()))' {JOBS} $PINPOINT_API_KEY""",
}


def test_after_env_every_client_trusts_the_sandbox():
    tool("curl")
    tool("nodejs", "node")
    with sandbox() as info:
        exports = run("env").stdout
        root = info["admin"].removesuffix("/_sandbox")
        assert run("env", "--sandbox", root, "--json").returncode == 0
        told = json.loads(run("env", "--json").stdout)
        assert (told["ATS_SANDBOX_URL"], told["ATS_SANDBOX_CA"]) == (root, info["ca"])
        assert told["PINPOINT_API_KEY"] == info["vendors"]["pinpoint"]["credential"]["api_key"]
        for name, program in PROGRAMS.items():
            done = subprocess.run(["sh", "-c", f"{exports}\n{program}"], capture_output=True, text=True, timeout=60, check=False)
            assert (name, done.returncode) == (name, 0), done.stderr
            assert json.loads(done.stdout)["data"]


def test_the_bundle_holds_other_authorities_too():
    """REQUESTS_CA_BUNDLE and its like replace what a program trusts: a bundle of ours alone would cut it off from the world."""
    with sandbox():
        told = json.loads(run("env", "--json").stdout)
        text, own = (Path(told[name]).read_text(encoding="utf-8") for name in ("REQUESTS_CA_BUNDLE", "ATS_SANDBOX_CA"))

    assert told["REQUESTS_CA_BUNDLE"] == told["SSL_CERT_FILE"] == told["CURL_CA_BUNDLE"]
    assert (own in text, text.count("BEGIN CERTIFICATE") > 50) == (True, True)


def test_without_https_only_plain_addresses_are_told():
    with sandbox("--no-https") as info:
        told = json.loads(run("env", "--json").stdout)

    assert info["ca"] is None
    assert not {"ATS_SANDBOX_CA", "SSL_CERT_FILE", "PINPOINT_HTTPS_BASE_URL"} & set(told)


@pytest.mark.parametrize(
    "arguments",
    [
        ["env"],
        ["env", "--sandbox", "http://127.0.0.1:9"],
        ["env", "--sandbox", "http://["],
        ["env", "--format", "cobol"],
        ["up", "--public-url", "x"],
    ],
)
def test_what_cannot_be_is_told_with_a_hint(arguments: list[str], tmp_path: Path):
    """Where no sandbox has been started, whatever else runs on this machine."""
    done = run(*arguments, env={**os.environ, HOME: str(tmp_path)})

    assert (done.returncode, done.stdout) == (2, "")
    assert "hint: " in done.stderr or "Invalid value" in done.stderr


def test_a_sandbox_may_be_named_without_its_scheme():
    """As a browser's address bar takes it."""
    with sandbox("--no-https") as info:
        named = info["admin"].removeprefix("http://").removesuffix("/_sandbox")

        assert run("env", "--sandbox", named).returncode == 0
        assert run("conform", "join", "--check", "MAN-1", "--sandbox", named).returncode == 3


@pytest.mark.parametrize("url", ["localhost:9", "http://["])
def test_a_run_without_its_sandbox_says_so(url: str):
    done = run("conform", "join", "--check", "MAN-1", "--sandbox", url)

    assert (done.returncode, done.stdout) == (2, "")
    assert url in done.stderr
    assert "Traceback" not in done.stderr


def test_values_are_quoted_for_each_shell():
    value = "it's $HOME; \\o/"

    assert FORMS["fish"]("A", value) == "set -gx A 'it\\'s $HOME; \\\\o/'"
    assert FORMS["powershell"]("A", value) == "$env:A = 'it''s $HOME; \\o/'"
    done = subprocess.run(
        ["sh", "-c", f'{FORMS["sh"]("A", value)}; printf %s "$A"'], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == value


def test_variables_are_named_after_vendor_and_secret():
    told = {"base_url": "http://x", "https_base_url": None, "credential": {"client_id": "c"}}

    assert vendor_variables("big-ats", told) == {"BIG_ATS_BASE_URL": "http://x", "BIG_ATS_CLIENT_ID": "c"}


def test_public_urls_are_for_all_or_for_one():
    urls = parse_public_urls(("https://a.example/x=y", "acme=https://b.example"), ("acme", "other"))

    assert (urls.of("acme"), urls.of("other")) == ("https://b.example", "https://a.example/x=y/other")
    with pytest.raises(BadUrl, match="no vendor 'nobody'"):
        parse_public_urls(("nobody=https://b.example",), ("acme",))
