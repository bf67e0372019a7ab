"""The report as GitHub workflow commands: what is not proved shows on the pull request's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reports.counting import told_of_kept

COMMANDS = {"fail": "error", "error": "error", "untested": "warning", "warn": "notice"}


def render(report: Mapping[str, Any]) -> str:
    lines = [
        f"::{COMMANDS[result['verdict']] if 'waiver' not in result else 'notice'} title={_property(_title(vendor, result))}::{_text(result['message'])}"
        for vendor in report["vendors"].values()
        for result in vendor["results"]
        if result["verdict"] in COMMANDS
    ]
    lines += [f"::error title=waiver::{_text(problem)}" for problem in report["summary"]["waivers"]]
    summary = report["summary"]
    level = "notice" if summary["outcome"] == "passed" else "error"
    cells = summary["cells"]
    proved = f"{cells['proved']} of {cells['promised']} promised cells proved{told_of_kept(summary['checks'])}"
    lines.append(f"::{level} title=conformance {summary['outcome']}::{proved}")
    return "\n".join(lines) + "\n"


def _title(vendor: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    return f"{result['check']} {result['code']} {vendor['title']} {result['cell']}"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
