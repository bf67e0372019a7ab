"""Runs the benchmarks and prints their ratios: python -m benchmarks [--only CHAPTER] [--json]. Exit code 1: a figure was missed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.table import Table

from benchmarks import cold_start, conform, reading, speed, state
from benchmarks.figures import Figure

CHAPTERS: Mapping[str, Callable[[], Iterator[Figure]]] = {
    "speed": speed.figures,
    "state": state.figures,
    "reading": reading.figures,
    "cold_start": cold_start.figures,
    "conform": conform.figures,
}


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=CHAPTERS, action="append", help="a chapter (repeatable)")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args()
    found: dict[str, list[Figure]] = {}
    console = Console(stderr=True)
    for name in options.only or CHAPTERS:
        with console.status(f"{name}…"):
            found[name] = list(CHAPTERS[name]())
    if options.json:
        print(json.dumps({name: [figure.as_json() for figure in figures] for name, figures in found.items()}))
    else:
        print_table(found)
    return int(any(figure.met is False for figures in found.values() for figure in figures))


def print_table(found: Mapping[str, list[Figure]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("what", "measured", "wanted", "", "how"):
        table.add_column(heading, overflow="fold")
    for figures in found.values():
        for figure in figures:
            verdict = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure.met]
            table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}", figure.wanted, verdict, figure.detail)
    console = Console()
    # Without a terminal nobody knows how wide it is.
    Console(width=None if console.is_terminal else 180).print(table)


if __name__ == "__main__":
    sys.exit(main())
