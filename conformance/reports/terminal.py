"""The report as a person reads it in a terminal: one matrix a vendor, promise beside proof, then what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.reports.heat_map import print_heat_map

STYLES = {"proved": "green", "failed": "bold red", "untested": "yellow"}
MOST_FAILURES = 40


def print_report(report: Mapping[str, Any], console: Console) -> None:
    """Glyphs carry the meaning; colour only repeats it, and only on a terminal."""
    for vendor in report["vendors"].values():
        console.print(_matrix(vendor))
        if vendor["scopes"] is not None:
            print_heat_map(vendor, console, fields=False)
    _print_problems(report, console)
    summary = report["summary"]
    cells, checks = summary["cells"], summary["checks"]
    console.print(
        f"[bold]{summary['outcome'].upper()}[/bold]: {cells['proved']} of {cells['promised']} promised cells proved, "
        f"{cells['failed']} failed, {cells['untested']} untested; {checks['emitted']} of {checks['expected']} cases judged"
    )


def _matrix(vendor: Mapping[str, Any]) -> Table:
    told = vendor["cells"]
    title = f"{vendor['title']}: {told['proved']} of {told['promised']} cells proved"
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    table.add_column("promise")
    table.add_column("proof", overflow="fold")
    owners: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for cell in vendor["promise"]:
        group = "action" if cell["kind"] == "input" else cell["kind"]
        owners.setdefault((group, cell["owner"]), []).append(cell)
    for (kind, owner), cells in owners.items():
        proof = Text()
        for cell in cells:
            if cell["kind"] == "action":
                continue
            proof.append(f"{cell['glyph']}", style=STYLES[cell["state"]]).append(f" {cell['name']}  ")
        table.add_row(owner if kind != "action" else f"→ {owner}", proof)
    return table


def _print_problems(report: Mapping[str, Any], console: Console) -> None:
    for vendor in report["vendors"].values():
        bad = [result for result in vendor["results"] if result["verdict"] in ("fail", "error", "untested") and "waiver" not in result]
        for result in bad[:MOST_FAILURES]:
            line = f"{result['check']} {result['code']} {vendor['title']} {result['cell']}: {result['message']}"
            console.print(line, markup=False, highlight=False, soft_wrap=True, style="red" if result["verdict"] == "fail" else "yellow")
        if len(bad) > MOST_FAILURES:
            console.print(f"… and {len(bad) - MOST_FAILURES} more in the report")
    for problem in report["summary"]["waivers"]:
        console.print(f"waiver {problem}", markup=False, style="red")
