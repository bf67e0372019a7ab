"""The report for a pull request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reports.counting import told_of_kept

MOST_FAILURES = 50


def render(report: Mapping[str, Any]) -> str:
    summary = report["summary"]
    lines = [
        f"# Conformance: {summary['outcome']}",
        "",
        f"Subject: {report['subject']['name']} {report['subject']['version']}",
        "",
        "| vendor | promised | proved | failed | untested | documented / seen in code / assumed behaviour |",
        "|---|---|---|---|---|---|",
    ]
    for vendor in report["vendors"].values():
        cells, kinds = vendor["cells"], vendor["evidence"]["vendor_behaviour"]
        shares = " / ".join(str(kinds[kind]) for kind in ("documented", "seen in code", "assumed"))
        counts = " | ".join(str(cells[name]) for name in ("promised", "proved", "failed", "untested"))
        lines.append(f"| {vendor['title']} | {counts} | {shares} |")
    checks = summary["checks"]
    lines += ["", f"Cases judged: {checks['emitted']} of {checks['expected']}{told_of_kept(checks)}."]
    for vendor in report["vendors"].values():
        bad = [result for result in vendor["results"] if result["verdict"] in ("fail", "error", "untested")]
        if bad:
            lines += ["", f"## {vendor['title']}: {len(bad)} problems", ""]
            lines += [_problem(one) for one in bad[:MOST_FAILURES]]
        if len(bad) > MOST_FAILURES:
            lines.append(f"- … and {len(bad) - MOST_FAILURES} more")
    return "\n".join(lines) + "\n"


def _problem(one: Mapping[str, Any]) -> str:
    return f"- **{_cell(one['check'])}** {_cell(one['code'])} {_cell(one['cell'])}: {_cell(one['message'])}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
