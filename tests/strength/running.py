"""Runs mutants side by side, each in a process of its own, and keeps what the suite said of them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.conformance.miniatures import MINIATURES
from tests.conformance.wrong.trials import basis, chapter_of, red, trial
from tests.strength.development import RIGHT, class_of
from tests.strength.mutants import ROOT, Mutant
from tests.strength.variants import VARIANTS


@dataclass(frozen=True)
class Outcome:
    """What became of one defect."""

    name: str
    vendor: str
    defect: str
    silent: bool
    caught: str | None
    """The named, right check; None: it survived."""
    said: str = ""
    """What that check said, or why there was nothing to catch."""
    stillborn: bool = False
    """It crashes at once, hangs, or cannot be started: nobody needs a suite to see that."""
    identity: tuple[str, ...] = ()


def try_mutant(mutant: Mutant, vendor: str, sandbox_url: str) -> Outcome:
    """Run the suite of a vendor against one mutant."""
    command = [sys.executable, "-m", "tests.strength.one", "--module", mutant.module, "--number", str(mutant.number), "--vendor", vendor]
    done = subprocess.run([*command, "--sandbox", sandbox_url], capture_output=True, text=True, cwd=ROOT, check=False)
    defect = class_of(mutant.module)
    if done.returncode != 0 or not done.stdout.startswith("{"):
        return Outcome(
            mutant.name, vendor, defect, False, None, f"ended with {done.returncode}: {done.stderr[-200:]}", True, mutant.identity
        )
    return _judged(mutant, vendor, defect, json.loads(done.stdout))


def _judged(mutant: Mutant, vendor: str, defect: Any, told: dict[str, Any]) -> Outcome:
    if "stillborn" in told:
        return Outcome(mutant.name, vendor, defect, False, None, told["stillborn"], True, mutant.identity)
    chapters = {check.id: check.chapter for check in _checks()}
    right = next((name for name in told["red"] if chapters[name] in RIGHT[class_of(mutant.module)]), None)
    if right is None and not told["red"] and told["crashed"]:
        return Outcome(mutant.name, vendor, defect, False, None, str(next(iter(told["crashed"].items()))), True, mutant.identity)
    wrong = f"only by {', '.join(told['red'])}" if told["red"] else ""
    return Outcome(mutant.name, vendor, defect, bool(told["silent"]), right, told["red"].get(right, wrong), False, mutant.identity)


def _checks() -> Sequence[Any]:
    from conformance.check import all_checks

    return all_checks()


def try_all(
    mutants: Sequence[tuple[Mutant, str]], sandbox_url: str, jobs: int, keep: Path, heard: Callable[[Outcome], None]
) -> list[Outcome]:
    """All of them; each outcome is kept as it comes, so that an interrupted run loses nothing."""
    keep.parent.mkdir(parents=True, exist_ok=True)
    found = []
    with ThreadPoolExecutor(jobs) as pool, keep.open("a", encoding="utf-8") as file:
        for outcome in pool.map(lambda one: try_mutant(*one, sandbox_url), mutants):
            file.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
            file.flush()
            heard(outcome)
            found.append(outcome)
    return found


# ------------------------------------------------------------------------------ in one process, with hooks


def of_miniature(number: int, sandbox: str) -> Outcome:
    """Whether a wrong connector is caught by its check."""
    one = MINIATURES[number]
    checks = {*one.checks, one.check} if one.checks else {*basis(), *chapter_of(one.check)}
    found = red(trial(one.vendor, one.wrong, checks, sandbox=sandbox))
    caught = one.check if one.check in found else None
    return Outcome(
        str(one), one.vendor, one.defect, one.silent, caught, found.get(one.check, [f"only by {sorted(found)}" if found else ""])[0]
    )


def of_variant(number: int, seed: int, sandbox: str) -> tuple[str, int, dict[str, list[str]]]:
    """What turned red though nothing is wrong."""
    variant = VARIANTS[number]
    return variant.what, seed, red(trial("harbor", variant.made(random.Random(seed)), (), sandbox=sandbox))
