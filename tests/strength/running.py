"""Runs defects side by side, each mutant in a process of its own, and keeps what the suite said of them.

Each outcome is written down as it comes, with a digest of everything that it rests on: a run that was broken off goes on where
it was, and one after a change of the code begins anew.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.conformance.miniatures import MINIATURES, Defect
from tests.conformance.wrong.trials import basis, chapter_of, red, trial
from tests.strength.byrule import ByRule
from tests.strength.development import RIGHT, class_of, judges_of
from tests.strength.handmade import defect_of, set_of
from tests.strength.handmade.rows import HandMade
from tests.strength.mutants import ROOT, Mutant
from tests.strength.remembered import PLACE, Catcher, Identity, read
from tests.strength.variants import VARIANTS, drawn_together

RESTS_ON = ("conformance", "connectors", "fixtures", "mock_servers", "tests/conformance", "tests/strength")
LONGEST = 1200
"""Seconds of wall time after which a mutant counts as a survivor, whatever the rest of the suite would have said."""


@dataclass(frozen=True)
class Outcome:
    """What became of one defect."""

    name: str
    kind: str
    """miniature, mutant, by rule, or by hand with the name of its set."""
    vendor: str
    """Whose suite said so."""
    defect: str
    silent: bool
    caught: str | None
    """The named, right check; None: it survived."""
    said: str = ""
    """What that check said, or why there was nothing to catch."""
    stillborn: bool = False
    """No defect to be caught: it crashes at once, hangs, or cannot be started, which nobody needs a suite to see; or it never shows,
    whatever the suite's worlds bring."""
    identity: tuple[str, ...] = ()


Defective = Mutant | HandMade | ByRule | int
"""A mutant, a defect made by hand or by rule, or the number of a miniature."""


def try_apart(one: Mutant | HandMade | ByRule, sandbox_url: str, remembered: Mapping[Identity, Catcher] | None = None) -> Outcome:
    """Run the suites that judge a defect that has a process of its own against it, until one of them catches it."""
    made = _apart(one)
    command = [sys.executable, "-m", "tests.strength.one", *made.arguments, "--sandbox", sandbox_url]
    likely, judges = (remembered or {}).get(made.identity), made.judges
    if likely is not None and likely.vendor in judges:
        command += ["--likely", likely.check]
        judges = (likely.vendor, *(vendor for vendor in judges if vendor != likely.vendor))
    for vendor in judges:
        command += ["--vendor", vendor]
    for chapter in RIGHT[made.defect]:
        command += ["--chapter", chapter]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return made.outcome(made.judges[-1], said=f"not caught in {LONGEST} seconds")
    if done.returncode != 0 or not done.stdout.startswith("{"):
        return made.outcome(made.judges[0], said=f"ended with {done.returncode}: {done.stderr[-200:]}", stillborn=True)
    return _judged(made, json.loads(done.stdout))


@dataclass(frozen=True)
class _Apart:
    """A defect that is tried in a process of its own."""

    name: str
    kind: str
    defect: Defect
    judges: tuple[str, ...]
    arguments: tuple[str, ...]
    identity: tuple[str, ...]
    silent: bool | None = None
    """None: told by what it shows."""

    def outcome(self, vendor: str, *, silent: bool = False, caught: str | None = None, said: str = "", stillborn: bool = False) -> Outcome:
        known = silent if self.silent is None else self.silent
        return Outcome(self.name, self.kind, vendor, self.defect, known, caught, said, stillborn, self.identity)


def _apart(one: Mutant | HandMade | ByRule) -> _Apart:
    if isinstance(one, ByRule):
        return _Apart(one.name, "by rule", one.rule.defect, (one.place.vendor,), ("--by-rule", one.name), _key(one), one.rule.silent)
    if isinstance(one, HandMade):
        judges = tuple(dict.fromkeys((one.vendor, *(judges_of(one.module) if one.shared else ()))))
        return _Apart(one.name, f"by hand, {set_of(one)}", defect_of(one), judges, ("--hand-made", one.name), _key(one), one.silent)
    arguments = ("--module", one.module, "--number", str(one.number))
    return _Apart(one.name, "mutant", class_of(one.module, one.where), judges_of(one.module), arguments, _key(one))


def _judged(made: _Apart, told: dict[str, Any]) -> Outcome:
    if told.get("stillborn"):
        return made.outcome(made.judges[0], said=told["stillborn"], stillborn=True)
    silent, by = bool(told["silent"]), told["by"]
    if told["caught"] is not None:
        return made.outcome(by, silent=silent, caught=told["caught"], said=told["said"])
    if told["wrong"]:
        return made.outcome(by, silent=silent, said=f"only by {', '.join(told['wrong'])}")
    if told["crashed"]:
        return made.outcome(by, said=str(next(iter(told["crashed"].items()))), stillborn=True)
    if told.get("struck") == 0:
        return made.outcome(by, silent=silent, said="it never showed", stillborn=True)
    return made.outcome(by, silent=silent)


def try_miniature(number: int, sandbox: str) -> Outcome:
    """Whether a wrong connector is caught by its check."""
    one = MINIATURES[number]
    checks = {*one.checks, one.check} if one.checks else {*basis(), *chapter_of(one.check)}
    found = red(trial(one.vendor, one.wrong, checks, sandbox=sandbox))
    caught = one.check if one.check in found else None
    said = found.get(one.check, [f"only by {sorted(found)}" if found else ""])[0]
    return Outcome(str(one), "miniature", one.vendor, one.defect, one.silent, caught, said, identity=(one.check, one.what))


def try_all(
    defects: Sequence[Defective], sandbox_url: str, jobs: int, keep: Path, heard: Callable[[Outcome], None], *, survivors: bool = False
) -> list[Outcome]:
    """All of them, in any order; those that `keep` (a .jsonl file) knows already are not tried again. `survivors`: what was caught
    before the code changed is taken to be caught still, so that only the rest is tried. A Ctrl-C ends it with what is known by then."""
    known = _kept(keep, survivors)
    found = [known[_key(one)] for one in defects if _key(one) in known]
    for outcome in found:
        heard(outcome)
    rest = [one for one in defects if _key(one) not in known]
    remembered = read()
    keep.parent.mkdir(parents=True, exist_ok=True)
    with keep.open("a", encoding="utf-8") as file, ThreadPoolExecutor(jobs) as threads, processes(jobs) as pool:

        def started(one: Defective) -> Future[Outcome]:
            return (
                pool.submit(try_miniature, one, sandbox_url)
                if isinstance(one, int)
                else threads.submit(try_apart, one, sandbox_url, remembered)
            )

        begun = [started(one) for one in rest]
        try:
            for future in as_completed(begun):
                outcome = future.result()
                file.write(json.dumps({"rests on": digest(), **asdict(outcome)}, ensure_ascii=False) + "\n")
                file.flush()
                found.append(outcome)
                heard(outcome)
        except KeyboardInterrupt:
            # Those that are being tried heard it, too, and end at once; a second one may not break what is told of the others.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            for future in begun:
                future.cancel()
    return found


def _key(one: Defective) -> tuple[str, ...]:
    if isinstance(one, HandMade):
        return ("made by hand", one.name)
    if isinstance(one, ByRule):
        return ("by rule", one.name)
    return one.identity if isinstance(one, Mutant) else (MINIATURES[one].check, MINIATURES[one].what)


def _kept(keep: Path, survivors: bool) -> dict[tuple[str, ...], Outcome]:
    if not keep.exists():
        return {}
    known = {}
    for line in keep.read_text("utf-8").splitlines():
        row = json.loads(line)
        same = row.pop("rests on") == digest()
        outcome = Outcome(**{**row, "identity": tuple(row["identity"])})
        if same or (survivors and (outcome.caught or outcome.stillborn)):
            known[outcome.identity] = outcome
    return known


@cache
def digest() -> str:
    """Of all the text that an outcome rests on."""
    found = hashlib.sha256()
    for folder in RESTS_ON:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".yaml", ".json") and path.is_file() and path != PLACE:
                found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def processes(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that share nothing with this one: a fork would inherit the sandbox's pipe."""
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


# ------------------------------------------------------------------------------------------- what is right

FalseAlarm = tuple[str, int, dict[str, list[str]]]
"""What was tried, its seed, and the checks that turned red."""


def try_variant(number: int, seed: int, sandbox: str) -> FalseAlarm:
    """What turned red though nothing is wrong."""
    variant = VARIANTS[number]
    return variant.what, seed, red(trial("harbor", variant.made(random.Random(seed)), (), sandbox=sandbox))


def try_together(seed: int, sandbox: str) -> FalseAlarm:
    """Half of the variants in one service. Whatever turns red is looked for in each of them alone, so that the right one is named."""
    names, wrong = drawn_together(seed)
    found = red(trial("harbor", wrong, (), sandbox=sandbox))
    if not found:
        return "together", seed, found
    alone = (try_variant(number, seed, sandbox) for number, variant in enumerate(VARIANTS) if variant.what in names)
    return next((one for one in alone if one[2]), (f"together: {', '.join(names)}", seed, found))
