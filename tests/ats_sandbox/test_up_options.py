"""The quick reading of `up`'s arguments never says anything else than the whole command would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from ats_sandbox import cli, up
from ats_sandbox.up_options import SWITCHES, VALUES, UpOptions, read_plainly


def read_by_the_whole_command(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> UpOptions | None:
    """None: it has something to say instead."""
    found: list[UpOptions] = []
    monkeypatch.setattr(up, "run_until_stopped", found.append)
    CliRunner().invoke(cli.app, ["up", *arguments])
    return found[0] if found else None


def test_every_option_is_read_quickly():
    """An option that is added to the command alone would make each start with it slow without a word."""
    declared: Any = get_command(cli.app)
    names = {name for option in declared.commands["up"].params for name in (*option.opts, *option.secondary_opts)}

    assert names - {"--help", "-h"} == {*SWITCHES, *VALUES}


PLAIN = [
    [],
    ["--json"],
    ["--host", "0.0.0.0", "--port", "8080", "--https-port", "8443", "--admin-open"],
    ["--no-https", "--json", "--port", "0"],
    ["--no-https", "--https"],
    ["--port", "1", "--port", "65535"],
    ["--public-url", "https://ats.example", "--public-url", "join=https://join.example"],
    ["--world", "pinpoint:candidates=10", "--world", "join"],
    ["--data", "accounts", "--ca-dir", "/nowhere/ca"],
]


@pytest.mark.parametrize("arguments", PLAIN, ids=" ".join)
def test_both_readings_are_the_same(arguments: list[str], monkeypatch: pytest.MonkeyPatch):
    """The defaults, too."""
    quickly = read_plainly(arguments)

    assert quickly is not None
    assert quickly == read_by_the_whole_command(arguments, monkeypatch)


MISTAKES = [
    ["--help"],
    ["--prot", "80"],
    ["--port"],
    ["--port", "http"],
    ["--port", "65536"],
    ["--port", "-1"],
    ["--port", "²"],
    ["--host", "--json"],
    ["--data", __file__],
    ["8080"],
]


@pytest.mark.parametrize("arguments", MISTAKES, ids=" ".join)
def test_what_there_is_something_to_say_about_is_left_to_the_whole_command(arguments: list[str], monkeypatch: pytest.MonkeyPatch):
    """Help and mistakes: a start must never go on with half of what was asked."""
    assert read_plainly(arguments) is None
    if arguments != ["--host", "--json"]:  # Typer takes --json for a host, and so it is the one that decides
        assert read_by_the_whole_command(arguments, monkeypatch) is None


def test_another_notation_is_left_to_the_whole_command(monkeypatch: pytest.MonkeyPatch):
    assert read_plainly(["--port=8080"]) is None
    assert read_by_the_whole_command(["--port=8080"], monkeypatch) == UpOptions(port=8080)


def test_a_mistake_is_told_with_code_2(tmp_path: Path):
    """Through the entry point itself."""
    done = subprocess.run([sys.executable, "-m", "ats_sandbox", "up", "--port", "70000"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "70000 is not in the range" in done.stderr or "65535" in done.stderr
