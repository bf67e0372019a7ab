"""The report as a small SVG picture for a README."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

COLOURS = {"passed": "#1a7f37", "failed": "#b3261e", "incomplete": "#8a5a00", "errored": "#6e40c9"}
CHARACTER = 6.6
"""Pixels of an average character at this size."""


def render(report: Mapping[str, Any]) -> str:
    summary = report["summary"]
    left, right = "conformance", f"{summary['outcome']} {summary['cells']['proved']}/{summary['cells']['promised']}"
    first, second = (round(len(text) * CHARACTER + 14) for text in (left, right))
    texts = "".join(f'<text x="{x}" y="14">{escape(text)}</text>' for x, text in ((first / 2, left), (first + second / 2, right)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="20" role="img" aria-label="{escape(f"{left}: {right}")}">'
        f"<title>{escape(f'{left}: {right}')}</title>"
        f'<rect width="{first + second}" height="20" rx="3" fill="#444"/>'
        f'<path d="M{first} 0h{second - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{second - 3}z" fill="{COLOURS[summary["outcome"]]}"/>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g></svg>\n'
    )
