"""The report as JSON: the one truth from which terminal, HTML, Markdown and JUnit are made. No secret leaves here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.check import Cell, Check, Result
from conformance.outcomes import EXIT_CODES, MEANINGS, Verdict
from conformance.reports.masking import masked
from conformance.reports.shape import FORMAT
from conformance.runner import Run, VendorRun, cell_states, code_of
from conformance.waivers import Waiver

def build(run: Run, *, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """The whole report. The same run gives the same report, byte for byte."""
    vendors = {vendor.vendor: _vendor(vendor) for vendor in run.vendors}
    states = [state for vendor in run.vendors for state in cell_states(vendor).values()]
    report = {
        "format": FORMAT,
        "subject": {"name": run.subject, "version": run.version},
        "summary": {
            "outcome": str(run.outcome),
            "exit_code": EXIT_CODES[run.outcome],
            "cells": {
                "promised": len(states),
                "proved": states.count("proved"),
                "failed": states.count("failed"),
                "untested": states.count("untested"),
            },
            "checks": {
                "expected": sum(vendor.expected for vendor in run.vendors),
                "emitted": sum(vendor.emitted for vendor in run.vendors),
                "kept": sum(vendor.kept for vendor in run.vendors),
            },
            "waivers": run.waiver_problems,
            "selected": run.selected,
        },
        "vendors": vendors,
    }
    clean: dict[str, Any] = masked(report, {*secrets, *run.secrets})
    return clean


def _vendor(run: VendorRun) -> dict[str, Any]:
    states = cell_states(run)
    return {
        "title": run.title,
        "scenario": run.scenario,
        "cells": {
            "promised": len(states),
            "proved": list(states.values()).count("proved"),
            "failed": list(states.values()).count("failed"),
            "untested": list(states.values()).count("untested"),
        },
        "checks": {"expected": run.expected, "emitted": run.emitted, "kept": run.kept, "left_out": run.left_out},
        "evidence": {"cells": _kinds(run.evidence.values()), "vendor_behaviour": dict(run.behaviour)},
        "promise": [_cell(run, cell, state) for cell, state in states.items()],
        "results": [_result(run.vendor, check, result, waiver) for check, result, waiver in run.results],
        "scopes": run.scopes,
    }


def _kinds(kinds: Iterable[str]) -> dict[str, int]:
    listed = list(kinds)
    return {kind: listed.count(kind) for kind in ("documented", "seen in code", "assumed")}


def _cell(run: VendorRun, cell: Cell, state: str) -> dict[str, Any]:
    code = code_of(run, cell)
    return {
        "kind": cell.kind,
        "owner": cell.owner,
        "name": cell.name,
        "state": state,
        "code": None if code is None else str(code),
        "glyph": "?" if code is None else MEANINGS[code].glyph,
        "evidence": run.evidence[cell],
        "proved_by": sorted({check.id for check, result, _ in run.results if result.cell == cell and result.verdict is Verdict.PASS}),
    }


def result_id(vendor: str, check: str, cell: str) -> str:
    """The same for the same case in every run: what `replay` and waivers can be told."""
    return f"{check}-{hashlib.sha256(f'{vendor}|{check}|{cell}'.encode()).hexdigest()[:8]}"


def _result(vendor: str, check: Check, result: Result, waiver: Waiver | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": result_id(vendor, check.id, str(result.cell)),
        "check": check.id,
        "chapter": check.chapter,
        "level": check.level,
        "requirement": check.requirement,
        "source": check.source,
        "cell": str(result.cell),
        "code": str(result.code),
        "verdict": str(result.verdict),
        "message": result.message,
    }
    if result.verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.UNTESTED):
        shown |= {"expected": result.expected, "got": result.got, "exchanges": list(result.exchanges)}
    if waiver is not None:
        shown["waiver"] = {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires.isoformat()}
    return shown
