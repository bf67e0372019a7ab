"""The report as one HTML file that opens from disk without network: promise and proof, heat maps, and what stands behind each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
import orjson
from markupsafe import Markup

from conformance.outcomes import MEANINGS
from conformance.reports.heat_map import sets_in_words

HERE = Path(__file__).parent
LONGEST_HEAD = 40
"""Characters of a credential's name at the head of its column; its whole name is a hint, and stands in each opened cell."""
SHOWN_CHECKS = ("MTX-1", "MTX-3", "MTX-7", "MTX-8")
"""The checks whose requirement an opened cell of a heat map cites."""
Meanings = {str(code): {"glyph": one.glyph, "verdict": str(one.verdict).replace(" ", "-"), "text": one.text} for code, one in MEANINGS.items()}


def render(report: Mapping[str, Any]) -> str:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, loader=jinja2.FileSystemLoader(HERE)
    )
    environment.filters["pretty"] = lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return environment.get_template("report.html.j2").render(
        report=report,
        groups=_groups,
        heat_maps=_heat_maps,
        codes=_codes,
        looks=_looks,
        head=_head,
        data=_data,
        meanings=Meanings,
        meanings_json=_json(Meanings),
        css=(HERE / "report.css").read_text("utf-8"),
        js=(HERE / "report.js").read_text("utf-8"),
    )


def _json(value: Any) -> Markup:
    """JSON that may stand in a script element: nothing in it can end the element."""
    return Markup(orjson.dumps(value).decode().replace("<", "\\u003c"))  # noqa: S704 - every "<" is escaped


def _groups(vendor: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Promised cells by model, action and features, in the order of the promise."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for cell in vendor["promise"]:
        title = {"field": cell["owner"], "feature": "Features"}.get(cell["kind"], f"→ {cell['owner']}")
        groups.setdefault(title, []).append(cell)
    return list(groups.items())


def _looks(code: str) -> str:
    """The class of a cell: what is reported as denied is right, and yet not read."""
    return "told" if code.endswith("_REPORTED") else Meanings[code]["verdict"]


def _head(name: str) -> str:
    """A column's name without its middle, if it is long: names begin alike ("FULL − …"), and end in what tells them apart."""
    if len(name) <= LONGEST_HEAD:
        return name
    half = (LONGEST_HEAD - 1) // 2
    return f"{name[: LONGEST_HEAD - 1 - half]}…{name[-half:]}"


def _codes(vendor: Mapping[str, Any]) -> list[str]:
    used = {cell["code"] for part in ("rows", "actions") for row in vendor["scopes"][part] for cell in row["cells"]}
    return [code for code in Meanings if code in used]


def _heat_maps(vendor: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    scopes = vendor["scopes"]
    names = [column["name"] for column in scopes["credentials"]]
    yield {"title": "credentials × models × fields", "corner": "model > field", "part": "rows", "columns": names, "rows": _map_rows(scopes, "rows", names)}
    if scopes["actions"]:
        tried = list(dict.fromkeys(name for row in scopes["actions"] for name in row["columns"]))
        yield {
            "title": "credentials × actions × inputs",
            "corner": "action > input",
            "part": "actions",
            "columns": tried,
            "rows": _map_rows(scopes, "actions", tried),
        }


def _map_rows(scopes: Mapping[str, Any], part: str, columns: list[str]) -> list[dict[str, Any]]:
    owner, piece = ("model", "field") if part == "rows" else ("action", "input")
    rows = []
    for index, row in enumerate(scopes[part]):
        own = row.get("columns", columns)
        cells = {name: {"column": name, "index": at, "code": row["cells"][at]["code"]} for at, name in enumerate(own)}
        rows.append(
            {
                "label": row[piece] or row[owner],
                "whole": row[piece] is None,
                "first": index == 0,
                "index": index,
                "cells": [cells.get(name) for name in columns],
                "enough": sets_in_words(row["smallest"]) if row[piece] is None else "",
            }
        )
    return rows


def _data(vendor: Mapping[str, Any]) -> Markup:
    """What an opened cell shows: the matrix, and the requirements with the ids under which they can be replayed."""
    checks: dict[str, dict[str, Any]] = {}
    for result in vendor["results"]:
        if result["check"] in SHOWN_CHECKS:
            rule = checks.setdefault(result["check"], {"requirement": result["requirement"], "source": result["source"], "ids": {}})
            rule["ids"][result["cell"]] = result["id"]
    return _json({"scopes": vendor["scopes"], "checks": checks})
