"""The report as a person reads it in a terminal: one matrix a vendor, promise beside proof, then what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from conformance.outcomes import Code
from conformance.reports.counting import told_of_kept
from conformance.reports.heat_map import print_heat_map

GAP = "  "
STYLES = {"proved": "green", "failed": "bold red", "untested": "yellow"}
MOST_FAILURES = 40
CRASHES = (str(Code.HARNESS_ERROR), str(Code.CRASHED))
WORST_FIRST = ("error", "fail", "untested")


class Together:
    """Text whose parts stay whole: a line ends between two of them, never inside one."""

    def __init__(self, parts: Sequence[Text]) -> None:
        self._parts = parts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = Text()
        for part in self._parts:
            if line and line.cell_len + len(GAP) + part.cell_len > options.max_width:
                yield line
                line = Text()
            line = Text.assemble(line, GAP, part) if line else part
        yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        lengths = [part.cell_len for part in self._parts] or [0]
        return Measurement(min(max(lengths), options.max_width), min(sum(lengths) + len(GAP) * (len(lengths) - 1), options.max_width))


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
        f"{cells['failed']} failed, {cells['untested']} untested; {checks['emitted']} of {checks['expected']} cases judged{told_of_kept(checks)}",
        soft_wrap=True,
    )
    if summary["selected"]:
        console.print("Only a part of the suite was run: what it left out of the promise counts as untested.", soft_wrap=True)


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
        parts = [Text.assemble((cell["glyph"], STYLES[cell["state"]]), f" {cell['name']}") for cell in cells if cell["kind"] != "action"]
        table.add_row(owner if kind != "action" else f"→ {owner}", Together(parts))
    return table


def _print_problems(report: Mapping[str, Any], console: Console) -> None:
    for vendor in report["vendors"].values():
        groups = _alike(vendor["results"])
        for first, *others in groups[:MOST_FAILURES]:
            more = f" (and {len(others)} more case{'s' if len(others) > 1 else ''})" if others else ""
            line = f"{first['id']} {first['code']} {vendor['title']} {first['cell']}{more}: {first['message']}"
            console.print(line, markup=False, highlight=False, soft_wrap=True, style="yellow" if first["verdict"] == "untested" else "red")
        if len(groups) > MOST_FAILURES:
            console.print(f"… and {len(groups) - MOST_FAILURES} more in the report")
        if groups:
            console.print("`ats-sandbox explain ID --report report.json` shows what was seen, `replay` runs the case again", markup=False)
    for problem in report["summary"]["waivers"]:
        console.print(f"waiver {problem}", markup=False, style="red")


def _alike(results: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """What is not good, what says the same once: crashes first, for whatever a crash hides is judged after it; the untested last."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for result in results:
        if result["verdict"] in WORST_FIRST and "waiver" not in result:
            check = "" if result["code"] in CRASHES else result["check"]
            groups.setdefault((result["code"], result["message"], check), []).append(result)
    order = [*CRASHES, *WORST_FIRST]
    return sorted(groups.values(), key=lambda group: order.index(group[0]["code"] if group[0]["code"] in CRASHES else group[0]["verdict"]))
