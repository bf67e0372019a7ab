"""The report as one HTML file that opens from disk without network: matrix, filter, and what stands behind each cell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import orjson

TEMPLATE = Path(__file__).with_name("report.html.j2")


def render(report: Mapping[str, Any]) -> str:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["pretty"] = lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return environment.from_string(TEMPLATE.read_text("utf-8")).render(report=report, groups=_groups)


def _groups(vendor: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Promised cells by model, action and features, in the order of the promise."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for cell in vendor["promise"]:
        title = {"field": cell["owner"], "feature": "Features"}.get(cell["kind"], f"→ {cell['owner']}")
        groups.setdefault(title, []).append(cell)
    return list(groups.items())
