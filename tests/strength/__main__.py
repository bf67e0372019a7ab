"""Measures the strength of the suite and prints a table: `make strength`, or python -m tests.strength.

Score: the share of defects that a named, right check turns red; a crash, a hang or an unrelated red does not count. Silent defects
(plausible output that is wrong) are scored apart. What is right, and variants of it, must stay green.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.conformance.miniatures import MINIATURES
from tests.conformance.wrong.sandboxes import started
from tests.strength.development import drawn, modules_for
from tests.strength.known import is_equivalent
from tests.strength.mutants import ROOT
from tests.strength.running import Outcome, of_miniature, of_variant, try_all
from tests.strength.variants import VARIANTS

CLASSES = ("access honesty", "completeness", "mapping", "identity", "state", "faults", "writes", "errors", "manners", "configuration")
WANTED, LEAST_OF_A_CLASS = 0.95, 0.85


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.strength", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes (default: one a core)")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds each variant is tried with (default: %(default)s)")
    parser.add_argument("--mutants", type=int, default=None, help="how many a vendor (default: as in development.py)")
    parser.add_argument("--only", choices=("miniatures", "mutants", "variants"), help="one part alone")
    parser.add_argument("--out", type=Path, default=ROOT / "reports" / "strength.json", help="the outcomes as JSON (default: %(default)s)")
    chosen = parser.parse_args()
    console = Console(highlight=False)
    with started() as sandbox:
        outcomes = list(_defects(chosen, sandbox, console))
        false_alarms = [] if chosen.only in ("miniatures", "mutants") else list(_variants(chosen, sandbox, console))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(
        json.dumps({"defects": [asdict(one) for one in outcomes], "false alarms": false_alarms}, indent=1, ensure_ascii=False), "utf-8"
    )
    good = _print(outcomes, console) if outcomes else True
    for what, seed, found in false_alarms:
        console.print(f"[red]false alarm[/red] {what} (seed {seed}): {found}", soft_wrap=True, markup=True)
    if chosen.only in (None, "variants"):
        console.print(f"{len(VARIANTS)} right variants over {chosen.seeds} seeds: {len(false_alarms)} false alarms")
    return 0 if good and not false_alarms else 1


def _defects(chosen: argparse.Namespace, sandbox: str, console: Console) -> Iterator[Outcome]:
    if chosen.only in (None, "miniatures"):
        with _pool(chosen.jobs) as pool:
            for outcome in pool.map(of_miniature, range(len(MINIATURES)), [sandbox] * len(MINIATURES)):
                _tell(outcome, console)
                yield outcome
    if chosen.only in (None, "mutants"):
        mutants = [(mutant, vendor) for vendor, modules in modules_for().items() for mutant in drawn(vendor, modules, chosen.mutants)]
        keep = chosen.out.with_suffix(".jsonl")
        for outcome in try_all(mutants, sandbox, chosen.jobs, keep, lambda one: _tell(one, console)):
            if not is_equivalent(outcome.identity):
                yield outcome


def _variants(chosen: argparse.Namespace, sandbox: str, console: Console) -> Iterator[tuple[str, int, dict[str, list[str]]]]:
    pairs = [(number, seed) for number in range(len(VARIANTS)) for seed in range(chosen.seeds)]
    with _pool(chosen.jobs) as pool:
        for what, seed, found in pool.map(of_variant, *zip(*pairs, strict=True), [sandbox] * len(pairs)):
            if found:
                yield what, seed, found


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    import multiprocessing

    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def _tell(outcome: Outcome, console: Console) -> None:
    word = "no defect" if outcome.stillborn else outcome.caught or "SURVIVED"
    console.print(f"{word:9} {outcome.name}", soft_wrap=True, markup=False)


def _print(outcomes: list[Outcome], console: Console) -> bool:
    counted = [one for one in outcomes if not one.stillborn]
    table = Table(title="Defects that a named, right check turned red")
    for name in ("class", "caught", "of", "share", "silent: caught", "of"):
        table.add_column(name, justify="left" if name == "class" else "right")
    good = True
    for defect in (*CLASSES, "all"):
        own = [one for one in counted if defect in (one.defect, "all")]
        if not own:
            continue
        caught, silent = [one for one in own if one.caught], [one for one in own if one.silent]
        share = len(caught) / len(own)
        good = good and share >= (WANTED if defect == "all" else LEAST_OF_A_CLASS)
        table.add_row(
            defect, str(len(caught)), str(len(own)), f"{share:.0%}", str(sum(one.caught is not None for one in silent)), str(len(silent))
        )
        if defect == "all" and silent:
            good = good and sum(one.caught is not None for one in silent) / len(silent) >= WANTED
    console.print(table)
    dead = sum(one.stillborn for one in outcomes)
    console.print(f"{dead} mutants that crash or hang at once are not counted")
    for one in counted:
        if not one.caught:
            console.print(
                f"survivor ({one.defect}{', silent' if one.silent else ''}) {one.vendor}: {one.name} {one.said}",
                soft_wrap=True,
                markup=False,
            )
    return good


if __name__ == "__main__":
    sys.exit(main())
