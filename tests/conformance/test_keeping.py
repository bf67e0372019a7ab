"""A second run takes over what an earlier one settled: only that, only while nothing has changed, and it says so."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance import keeping, runner
from conformance.check import Cell, Result
from conformance.execution import Findings
from conformance.keeping import Keeper
from conformance.outcomes import Code
from conformance.reports import model
from conformance.sandbox import Sandbox
from tests.conformance.wrong import harbor, spoiling
from tests.conformance.wrong.service import Wrong, WrongService
from tests.conformance.wrong.trials import ROOT, installed

CHECKS = ("MAN-1", "SYN-1", "PAG-1", "FLD-1", "RTY-1", "MTX-1", "MTX-7")


class Subject(WrongService):
    """One that tells its build."""

    def __init__(self, wrong: Wrong, *build: str | Path) -> None:
        super().__init__(wrong, {"harbor": harbor.connect})
        self._build = build

    def build(self, vendor: str) -> tuple[str | Path, ...]:
        return self._build


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A world, a suite and a connector whose bytes a test may change, and the folder of what is kept."""
    made = {name: tmp_path / name for name in ("cache", "world", "suite", "connector")}
    for name in ("world", "suite", "connector"):
        made[name].mkdir()
        (made[name] / "part.txt").write_text("as it was")
    return made


@pytest.fixture(autouse=True)
def suite(folders: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "SUITE", (folders["suite"],))


def run(
    sandbox: str,
    folders: Mapping[str, Path],
    *,
    subject: Any = None,
    checks: tuple[str, ...] = CHECKS,
    wrong: Wrong | None = None,
    **options: Any,
) -> tuple[dict[str, Any], list[str]]:
    """(the report, the words of the keeper)."""
    wrong = wrong or Wrong()
    keeper = Keeper(folders["cache"], lambda vendor: [folders["world"]])
    done = runner.run(
        ["harbor"],
        subject=subject or Subject(wrong, "build 1", folders["connector"]),
        sandbox_url=sandbox,
        fixtures_dir=harbor.FIXTURES,
        options=runner.Options(checks=checks, docs_dir=ROOT / "connectors", installed={"harbor": installed("harbor", wrong)}, **options),
        keeper=keeper,
    )
    return model.build(done), keeper.words


def kept(report: Mapping[str, Any]) -> int:
    return int(report["summary"]["checks"]["kept"])


def judged(report: Mapping[str, Any]) -> int:
    return int(report["summary"]["checks"]["emitted"])


def but_kept(report: dict[str, Any]) -> dict[str, Any]:
    return {
        **report,
        "summary": {**report["summary"], "checks": {**report["summary"]["checks"], "kept": None}},
        "vendors": {name: {**one, "checks": {**one["checks"], "kept": None}} for name, one in report["vendors"].items()},
    }


def test_a_second_run_with_nothing_changed_says_the_same_and_that_it_was_kept(sandbox: str, folders: dict[str, Path]):
    """Byte for byte but for the count, the matrix of credentials too."""
    first, _ = run(sandbox, folders)
    second, words = run(sandbox, folders)

    assert kept(first) == 0
    assert kept(second) == judged(first) > 50
    assert but_kept(second) == but_kept(first)
    assert second["vendors"]["harbor"]["scopes"]["rows"]
    assert words == []


@pytest.mark.parametrize("part", ["world", "suite", "connector"])
def test_one_byte_of_world_suite_or_connector_and_all_runs_anew(sandbox: str, folders: dict[str, Path], part: str):
    checks = ("MAN-1", "PAG-1")
    run(sandbox, folders, checks=checks)
    (folders[part] / "part.txt").write_text("as it wos")

    assert kept(run(sandbox, folders, checks=checks)[0]) == 0


@pytest.mark.parametrize("what", ["models", "credentials"])
def test_other_models_or_credentials_are_judged_for_themselves(sandbox: str, folders: dict[str, Path], what: str):
    checks = ("PAG-1", "MTX-1")
    with Sandbox(sandbox) as known:
        one_permission = known.vendors()["harbor"].permissions[:1]
    named: dict[str, Any] = {"models": ("Jobs",)} if what == "models" else {"credentials": {"narrow": one_permission}}
    run(sandbox, folders, checks=checks)

    other, _ = run(sandbox, folders, checks=checks, **named)

    assert kept(other) == 0
    assert kept(run(sandbox, folders, checks=checks, **named)[0]) == judged(other)


def test_another_build_runs_anew(sandbox: str, folders: dict[str, Path]):
    checks = ("MAN-1", "PAG-1")
    run(sandbox, folders, checks=checks, subject=Subject(Wrong(), "build 1"))

    assert kept(run(sandbox, folders, checks=checks, subject=Subject(Wrong(), "build 2"))[0]) == 0
    assert kept(run(sandbox, folders, checks=checks, subject=Subject(Wrong(), "build 1"))[0]) > 0


def test_what_failed_is_judged_again_and_again(sandbox: str, folders: dict[str, Path]):
    """What stands beside it is kept."""
    wrong = Wrong(rows=spoiling.values("Jobs", "name", lambda name: "Nothing"))
    checks = ("MAN-1", "PAG-1", "FLD-1")
    first, _ = run(sandbox, folders, checks=checks, wrong=wrong)
    second, _ = run(sandbox, folders, checks=checks, wrong=wrong)

    failed = {one["check"] for one in first["vendors"]["harbor"]["results"] if one["verdict"] == "fail"}
    assert failed == {"FLD-1"}
    assert kept(second) == judged(first) - sum(one["check"] == "FLD-1" for one in first["vendors"]["harbor"]["results"])
    assert but_kept(second) == but_kept(first)


def test_a_warning_is_kept_with_its_words(sandbox: str, folders: dict[str, Path]):
    """A report tells no more of it than code and words; else one vague denial would cost the whole matrix again in each run."""
    wrong = Wrong(sync=spoiling.naming_nothing)
    first, _ = run(sandbox, folders, checks=("MTX-1",), wrong=wrong)
    second, _ = run(sandbox, folders, checks=("MTX-1",), wrong=wrong)

    assert {one["verdict"] for one in first["vendors"]["harbor"]["results"]} == {"pass", "warn"}
    assert kept(second) == judged(first)
    assert but_kept(second) == but_kept(first)


def test_other_findings_before_it_make_a_check_run_anew(tmp_path: Path):
    """A check may leave out what another has found to be wrong already."""
    task = keeping.Task("harbor", ("RTY-1",))
    memory = keeping._OfRun(Keeper(tmp_path, lambda vendor: []), {"harbor": "key"}, {})
    clean = keeping.CheckFound("FLD-1", (Result(Cell("field", "Users", "email"), Code.READABLE),), 1, 1)
    spoilt = keeping.CheckFound("FLD-1", (Result(Cell("field", "Users", "email"), Code.WRONG_VALUE),), 1, 1)

    assert memory._file(task, ("RTY-1",), Findings((clean,))) != memory._file(task, ("RTY-1",), Findings((spoilt,)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"HELD", b"DATA", 1) + b" ",
        lambda content: b"\x00\xff not JSON",
    ],
)
def test_a_file_that_is_no_good_is_ignored_with_a_word(sandbox: str, folders: dict[str, Path], spoil: Any):
    checks = ("MAN-1", "PAG-1")
    first, _ = run(sandbox, folders, checks=checks)
    (file,) = folders["cache"].glob("harbor-MAN-1-*.json")
    file.write_bytes(spoil(file.read_bytes()))

    second, words = run(sandbox, folders, checks=checks)

    assert 0 < kept(second) < judged(first)
    assert [word for word in words if str(file) in word and "is no good" in word]
    assert but_kept(second) == but_kept(first)
    assert kept(run(sandbox, folders, checks=checks)[0]) == judged(first)


def test_one_checks_file_never_speaks_for_another(sandbox: str, folders: dict[str, Path]):
    run(sandbox, folders, checks=("MAN-1", "PAG-1"))
    (one,) = folders["cache"].glob("harbor-MAN-1-*.json")
    (other,) = folders["cache"].glob("harbor-PAG-1-*.json")
    shutil.copy(one, other)

    assert any("is not about what it is named after" in word for word in run(sandbox, folders, checks=("MAN-1", "PAG-1"))[1])


def test_of_a_subject_that_tells_no_build_nothing_is_kept(sandbox: str, folders: dict[str, Path]):
    """A service behind a URL may change without a sign."""
    silent = WrongService(Wrong(), {"harbor": harbor.connect})
    _, words = run(sandbox, folders, checks=("MAN-1",), subject=silent)

    assert any("does not tell its build" in word for word in words)
    assert not list(folders["cache"].glob("*"))


def test_code_that_changes_during_a_run_keeps_nothing(sandbox: str, folders: dict[str, Path]):
    """Some results would be of the old code and some of the new."""

    class Edited(Subject):
        def connect(self, target: Any) -> Any:
            (folders["connector"] / "part.txt").write_text(f"edited for {target.name}")
            return super().connect(target)

    run(sandbox, folders, checks=("PAG-1",), subject=Edited(Wrong(), folders["connector"]))

    assert not list(folders["cache"].glob("*.json"))


def test_code_that_cannot_be_read_keeps_nothing(sandbox: str, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch):
    """A file may go while it is being read; the run itself goes on."""

    def gone(path: Path) -> str:
        raise FileNotFoundError(f"{path} is gone")

    monkeypatch.setattr(keeping, "digest_of", gone)
    report, words = run(sandbox, folders, checks=("MAN-1",))

    assert judged(report) > 0
    assert any("is gone" in word for word in words)
    assert not list(folders["cache"].glob("*"))


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(sandbox: str, folders: dict[str, Path]):
    folders["cache"].write_text("a file stands in its place")

    report, words = run(sandbox, folders, checks=("MAN-1",))

    assert judged(report) > 0
    assert any("nothing could be kept" in word or "is no good" in word for word in words)


def test_no_secret_is_kept(sandbox: str, folders: dict[str, Path]):
    keeper = Keeper(folders["cache"], lambda vendor: [folders["world"]])
    done = runner.run(
        ["harbor"],
        subject=Subject(Wrong(), "1"),
        sandbox_url=sandbox,
        fixtures_dir=harbor.FIXTURES,
        options=runner.Options(checks=CHECKS, docs_dir=ROOT / "connectors", installed={"harbor": installed("harbor", Wrong())}),
        keeper=keeper,
    )
    text = "".join(file.read_text() for file in folders["cache"].glob("*.json"))

    assert done.secrets
    assert text
    assert not [secret for secret in done.secrets if secret in text]
