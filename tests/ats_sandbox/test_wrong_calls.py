"""Wrong calls, crashes and Ctrl-C: each ends with its own exit code, says what to do next, and loses nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ats_sandbox import __main__ as entry
from tests.ats_sandbox.test_command import COMMAND, run

ONE_CHECK = ("conform", "join", "--check", "MAN-1")
PLAIN = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_a_mistake_of_ours_is_not_taken_for_a_failed_connector(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Python would end with 1, which says that something was tested and failed."""

    def broken() -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(entry, "_run", broken)
    with pytest.raises(SystemExit) as ended:
        entry.main()

    assert ended.value.code == 4
    assert "mistake of ats-sandbox itself" in capsys.readouterr().err


def test_what_is_met_while_an_interrupt_is_obeyed_is_no_crash(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def interrupted() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("the sandbox is gone, too")

    monkeypatch.setattr(entry, "_run", interrupted)
    with pytest.raises(SystemExit) as ended:
        entry.main()

    assert ended.value.code == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_a_run_quietly(jobs: str):
    """A terminal sends it to the command, its workers and its sandbox alike."""
    call = [*COMMAND, "conform", "join", "--jobs", jobs]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        process.stderr.readline()  # a quarter of the checks is done, the rest is under way
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in said


def test_a_run_begins_only_where_its_reports_can_be_written(tmp_path: Path):
    """Else minutes of work would be lost at its end."""
    (tmp_path / "file").write_text("", "utf-8")
    begun = time.monotonic()

    told = run("conform", "--all", "--report-dir", str(tmp_path / "file" / "reports"))

    assert (told.returncode, told.stdout) == (2, "")
    assert "cannot write reports" in told.stderr
    assert "--report-dir" in told.stderr
    assert time.monotonic() - begun < 30


SUBJECTS = """
from connectors.hub.subject import InProcess
class Mine(InProcess):
    def __init__(self):
        super().__init__()
        self.name = "mine"
def broken():
    return {}["no key"]
"""


def test_a_subject_lies_in_the_current_folder(tmp_path: Path):
    """As with pytest: nothing of one's own need be installed, wherever the command is."""
    (tmp_path / "my_subject.py").write_text(SUBJECTS, "utf-8")
    # As an installed script is run, by -P: the folder that it is called in is not on Python's path.
    call = [sys.executable, "-P", "-m", "ats_sandbox", *ONE_CHECK, "--subject", "my_subject:Mine", "--jobs", "2", "--json"]

    told = subprocess.run(call, cwd=tmp_path, env=PLAIN, capture_output=True, text=True, timeout=150, check=False)

    assert json.loads(told.stdout)["subject"]["name"] == "mine"


@pytest.mark.parametrize(
    ("subject", "words"), [("my_subject:broken", "my_subject.py, line 8"), ("json:JSONDecoder", "connect"), ("nowhere:X", "nowhere")]
)
def test_what_is_no_subject_is_wrong_usage_and_says_what_is_wrong(subject: str, words: str, tmp_path: Path):
    (tmp_path / "my_subject.py").write_text(SUBJECTS, "utf-8")

    told = run(*ONE_CHECK, "--subject", subject, cwd=tmp_path, env=PLAIN)

    assert told.returncode == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_a_report_about_another_subject_is_not_replayed_on_ours(tmp_path: Path):
    """It would say HELD of a connector that the report is not about."""
    report = json.loads(run(*ONE_CHECK, "--json").stdout)
    report["subject"]["name"] = "their service"
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), "utf-8")
    case = report["vendors"]["join"]["results"][0]["id"]

    refused = run("replay", case, "--report", str(file))
    named = run("replay", case, "--report", str(file), "--subject", "connectors.hub.subject:InProcess")

    assert refused.returncode == 2
    assert "--subject" in refused.stderr
    assert named.returncode == 0, named.stdout + named.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scopes", "join", "--budget", "3"], "--base-url"),
        (["scopes", "join", "--base-url", "https://a.example", "--credential", "token=t", "--report-dir", "x"], "--report-dir"),
        (["conform", "join", "--check", "XYZ-9"], "there are MAN-1"),
        (["conform", "join", "--chapter", "nope"], "there are manifest"),
    ],
)
def test_what_would_do_nothing_is_refused_with_what_there_is(arguments: list[str], words: str):
    told = run(*arguments)

    assert (told.returncode, told.stdout) == (2, "")
    assert words in told.stderr


def test_a_log_shows_that_something_happens():
    """Without a terminal there are no bars; a run of minutes must not be silent."""
    told = run("conform", "join", "--chapter", "manifest", "--json")

    assert re.search(r"^join: (\d+) of \1 checks done, 0 failed cases$", told.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("word", "meaning"), [("!", "DENIED_SILENT"), ("delta", "DLT-1: "), ("mtx-3", "MTX-3 (MUST"), ("leak", "LEAK [L]")]
)
def test_explain_knows_glyphs_chapters_checks_and_codes(word: str, meaning: str):
    assert meaning in run("explain", word).stdout


def test_the_version_is_told():
    assert run("--version").stdout.startswith("ats-sandbox ")
