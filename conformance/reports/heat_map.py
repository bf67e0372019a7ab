"""The matrix in a terminal: rows model > field with what is declared and enough, one narrow column a credential.

Every word has a glyph of its own, so that nothing is lost without colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.outcomes import MEANINGS, Code, Verdict

STYLES = {
    Verdict.PASS: "",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "bold red",
    Verdict.UNTESTED: "bold yellow",
    Verdict.ERROR: "bold magenta",
    Verdict.NOT_APPLICABLE: "dim",
}
NARROWEST_ENOUGH = 24
"""Characters in which the name of a permission can be read."""
COLOURS = {Code.READABLE: "green", Code.EMPTY: "green", Code.HONOURED: "green", Code.DENIED_REPORTED: "cyan", Code.REJECTED_REPORTED: "cyan"}


def print_heat_map(vendor: Mapping[str, Any], console: Console, *, fields: bool = True) -> None:
    """The matrix of one vendor's report; without `fields` only models and actions."""
    scopes = vendor["scopes"]
    names = [column["name"] for column in scopes["credentials"]]
    console.print(f"\n[bold]{vendor['title']}[/bold]: {len(names)} credentials × {len(scopes['rows'])} models and fields")
    _print_map("model > field", names, [row for row in scopes["rows"] if fields or row["field"] is None], console)
    _print_names(names, console)
    write_names = list(dict.fromkeys(name for row in scopes["actions"] for name in row["columns"]))
    if write_names:
        _print_map("action > input", write_names, [row for row in scopes["actions"] if fields or row["input"] is None], console)
        _print_names(write_names, console)
    _print_legend(scopes, console)


def _print_map(title: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """All columns beside what is enough, where the terminal is as wide; else the columns in blocks, and what is enough after them."""
    label = max([len(title), *(_label(row).cell_len for row in rows)]) + 1
    if label + 3 * len(names) + 1 + NARROWEST_ENOUGH <= console.width:
        console.print(_table(title, names, rows, first=0, last=len(names), enough=True))
        return
    size = max(1, (console.width - label - 1) // 3)
    for first in range(0, len(names), size):
        console.print(_table(title, names, rows, first=first, last=first + size, enough=False))
    needs = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    needs.add_column(title, no_wrap=True)
    needs.add_column("enough", overflow="fold")
    for row in rows:
        if _enough(row):
            needs.add_row(_label(row), _enough(row))
    console.print(needs)


def _table(title: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]], *, first: int, last: int, enough: bool) -> Table:
    """The columns from `first` to before `last`."""
    shown = names[first:last]
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(title, no_wrap=True)
    table.add_column(" ".join(f"{number:>2}" for number in range(first + 1, first + len(shown) + 1)), no_wrap=True)
    if enough:
        table.add_column("enough", overflow="fold", min_width=NARROWEST_ENOUGH)
    for row in rows:
        codes = _by_name(row, names)
        glyphs = Text(" ").join(_glyph(codes[name]) for name in shown)
        table.add_row(_label(row), glyphs, *([_enough(row)] if enough else []))
    return table


def _label(row: Mapping[str, Any]) -> Text:
    part = row["field"] if "field" in row else row["input"]
    return Text(row.get("model") or f"→ {row['action']}", style="bold") if part is None else Text(f"  {part}")


def _by_name(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Code | None]:
    own = row.get("columns", names)
    codes = {name: Code(cell["code"]) for name, cell in zip(own, row["cells"], strict=True)}
    return {name: codes.get(name) for name in names}


def _glyph(code: Code | None) -> Text:
    if code is None:
        return Text("  ")
    meaning = MEANINGS[code]
    return Text(f" {meaning.glyph}", style=COLOURS.get(code) or STYLES[meaning.verdict])


def _enough(row: Mapping[str, Any]) -> str:
    part = row["field"] if "field" in row else row["input"]
    found = sets_in_words(row["smallest"]) or "?"
    same = [row["declared"]] == row["smallest"]
    if part is not None and same:
        return ""
    return found if same else f"declared {sets_in_words([row['declared']])}, enough {found}"


def sets_in_words(sets: Sequence[Sequence[str]]) -> str:
    """Alternative sets of permissions, for people: what differs in its last part alone is said once.

    "Contact.Email: read", "Contact.Email: edit" and the same of Phone are Contact.(Email, Phone): edit+read.
    """
    return " or ".join("{" + ", ".join(_folded(one)) + "}" for one in sets)


def _folded(permissions: Sequence[str]) -> Iterator[str]:
    verbs: dict[str, list[str]] = {}
    for permission in sorted(permissions):
        thing, _, verb = permission.partition(": ")
        verbs.setdefault(thing, []).append(verb)
    parts: dict[tuple[str, str], list[str]] = {}
    for thing, of_thing in verbs.items():
        whole, dot, part = thing.partition(".")
        parts.setdefault((whole + dot, "+".join(of_thing)), []).append(part)
    for (whole, how), of_whole in parts.items():
        named = of_whole[0] if len(of_whole) == 1 else f"({', '.join(of_whole)})"
        yield f"{whole}{named}" + (f": {how}" if how else "")


def _print_names(names: Sequence[str], console: Console) -> None:
    for number, name in enumerate(names, start=1):
        console.print(f"  {number:>2}  {name}", markup=False, soft_wrap=True)


def _print_legend(scopes: Mapping[str, Any], console: Console) -> None:
    used = {cell["code"] for part in ("rows", "actions") for row in scopes[part] for cell in row["cells"]}
    for code, meaning in MEANINGS.items():
        if str(code) in used:
            console.print(f"  {meaning.glyph}  {code}: {meaning.text}", markup=False, soft_wrap=True)


def print_losses(vendor: Mapping[str, Any], name: str, console: Console) -> None:
    """What a customer with this credential would not get: a line for each model, field and action, and what to grant."""
    scopes = vendor["scopes"]
    at = next(index for index, column in enumerate(scopes["credentials"]) if name in (column["name"], *column["also"]))
    column = scopes["credentials"][at]
    console.print(f"\n[bold]{vendor['title']}[/bold] with {', '.join(column['holds']) or 'no permission'}", soft_wrap=True)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "model or action", "grant"):
        table.add_column(heading, overflow="fold")
    denied: set[str] = set()
    for row in scopes["rows"]:
        code = Code(row["cells"][at]["code"])
        if row["field"] is None:
            table.add_row(_glyph(code), row["model"], _grants(row, column))
            if code not in (Code.READABLE, Code.EMPTY):
                denied.add(row["model"])
        elif row["model"] not in denied and code not in (Code.READABLE, Code.EMPTY):
            table.add_row(_glyph(code), f"  {row['model']} > {row['field']}", _grants(row, column))
    for action, rows in groupby(scopes["actions"], key=lambda row: row["action"]):
        words = [(row, Code(dict(zip(row["columns"], row["cells"], strict=True))[name]["code"])) for row in rows]
        for row, code in words[:1]:
            table.add_row(_glyph(code), f"→ {action}", _grants(row, column) if code is not Code.HONOURED else "")
        if any(code is Code.HONOURED for _, code in words[1:]):
            for row, code in words[1:]:
                if code is not Code.HONOURED:
                    table.add_row(_glyph(code), f"  {action} > {row['input']}", "")
    console.print(table)
    shown = [{"cells": [row["cells"][at]]} for row in scopes["rows"]]
    _print_legend({"rows": shown, "actions": scopes["actions"]}, console)


def _grants(row: Mapping[str, Any], column: Mapping[str, Any]) -> str:
    best = min((set(one) - set(column["holds"]) for one in row["smallest"] or [row["declared"]]), key=len)
    return ", ".join(sorted(best))
