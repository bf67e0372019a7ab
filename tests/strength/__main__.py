"""Measures the strength of the suite and prints a table: `make strength`, or python -m tests.strength.

Score: the share of defects that a named, right check turns red; a crash, a hang or an unrelated red does not count. Silent defects
(plausible output that is wrong) are scored apart. What is right, and variants of it, must stay green. A run that is broken off
prints what it knows, and goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from connectors.unified.registry import installed
from tests.conformance.miniatures import MINIATURES
from tests.conformance.wrong.sandboxes import started
from tests.strength import remembered
from tests.strength.byrule import drawn_by_rule
from tests.strength.development import MUTANTS, OF_EACH_RULE, SEED, drawn
from tests.strength.handmade import all_rows
from tests.strength.known import is_equivalent
from tests.strength.mutants import ROOT
from tests.strength.running import Defective, FalseAlarm, Outcome, processes, try_all, try_together, try_variant
from tests.strength.table import as_markdown, printed
from tests.strength.variants import VARIANTS

INTERRUPTED = 130
KINDS = ("miniatures", "hand", "rules", "mutants", "variants")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.strength", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes (default: one a core)")
    parser.add_argument("--seeds", type=int, default=20, help="seeds: each draws half of the variants, together (default: %(default)s)")
    parser.add_argument("--mutants", type=int, default=None, help="how many of each part (default: as in development.py)")
    parser.add_argument("--rules", type=int, default=OF_EACH_RULE, help="how many of each rule (default: %(default)s)")
    parser.add_argument("--part", choices=tuple(MUTANTS), action="append", help="mutants of these parts alone")
    parser.add_argument("--seed", type=int, default=SEED, help="draws the mutants (default: %(default)s)")
    parser.add_argument("--only", choices=KINDS, action="append", help="one kind alone; may be given several times")
    parser.add_argument(
        "--survivors", action="store_true", help="try only what earlier runs did not see caught, whatever has changed since"
    )
    parser.add_argument("--remember", action="store_true", help="write down which check caught what, to be asked first from now on")
    parser.add_argument("--out", type=Path, default=ROOT / "reports" / "strength.json", help="the outcomes as JSON (default: %(default)s)")
    parser.add_argument("--markdown", type=Path, help="the table as Markdown")
    chosen = parser.parse_args()
    chosen.only = chosen.only or KINDS
    console = Console(highlight=False)
    keep = chosen.out.with_suffix(".jsonl")
    defects = _defects(chosen)
    with started() as sandbox:
        outcomes = try_all(defects, sandbox, chosen.jobs, keep, lambda one: _tell(one, console), survivors=chosen.survivors)
        broken_off = len(outcomes) < len(defects)
        false_alarms = _false_alarms(chosen, sandbox, console) if "variants" in chosen.only and not broken_off else []
    if chosen.remember:
        remembered.write(outcomes)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    told = {"defects": [asdict(one) for one in outcomes], "false alarms": false_alarms}
    chosen.out.write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")
    if broken_off:
        console.print(f"broken off: {len(outcomes)} of {len(defects)} were tried; start it again to go on")
    told_to_people = [one for one in outcomes if not is_equivalent(one.identity)]
    if chosen.markdown is not None and outcomes:
        chosen.markdown.write_text(as_markdown(told_to_people), "utf-8")
    good = printed(told_to_people, console) if outcomes else True
    for what, seed, found in false_alarms:
        console.print(f"false alarm: {what} (seed {seed}): {found}", soft_wrap=True, markup=False)
    if "variants" in chosen.only and not broken_off:
        console.print(f"{len(VARIANTS)} right variants, alone and together over {chosen.seeds} seeds: {len(false_alarms)} false alarms")
    if broken_off:
        return INTERRUPTED
    return 0 if good and not false_alarms else 1


def _defects(chosen: argparse.Namespace) -> list[Defective]:
    miniatures: list[Defective] = list(range(len(MINIATURES))) if "miniatures" in chosen.only else []
    parts = (chosen.part or tuple(MUTANTS)) if "mutants" in chosen.only else ()
    # What is known to be no defect need not be tried.
    mutants = [one for part in parts for one in drawn(part, chosen.mutants, chosen.seed) if not is_equivalent(one.identity)]
    by_hand = [row for _, row in all_rows()] if "hand" in chosen.only else []
    manifests = {name: manifest.as_json() for name, manifest in installed().items()}
    by_rule = drawn_by_rule(manifests, chosen.rules, chosen.seed) if "rules" in chosen.only else []
    every = [*miniatures, *by_hand, *by_rule, *mutants]
    random.Random(chosen.seed).shuffle(every)  # a run that is broken off has tried a fair part of each kind and class
    return every


def _false_alarms(chosen: argparse.Namespace, sandbox: str, console: Console) -> Sequence[FalseAlarm]:
    """Each variant alone with one seed, and half of them together with each of the others."""
    with processes(chosen.jobs) as pool:
        alone = [pool.submit(try_variant, number, chosen.seed, sandbox) for number in range(len(VARIANTS))]
        together = [pool.submit(try_together, chosen.seed + seed, sandbox) for seed in range(chosen.seeds)]
        found = []
        for future in (*alone, *together):
            what, seed, red = future.result()
            console.print(f"{'FALSE ALARM' if red else 'green':9} {what} (seed {seed})", soft_wrap=True, markup=False)
            if red:
                found.append((what, seed, red))
        return found


def _tell(outcome: Outcome, console: Console) -> None:
    word = "no defect" if outcome.stillborn else outcome.caught or "SURVIVED"
    console.print(f"{word:9} {outcome.name}", soft_wrap=True, markup=False)


if __name__ == "__main__":
    sys.exit(main())
