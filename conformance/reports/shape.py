"""The form of report.json, as other programs may rely on it: its published schema is made of these classes."""

from __future__ import annotations

import json
import sys
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from conformance.outcomes import Code, RunOutcome, Verdict

FORMAT = 1
EvidenceKind = Literal["documented", "seen in code", "assumed"]
Sets = list[list[str]]
"""Alternatives: each list is a set of permissions that is enough."""


class Exact(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SubjectShape(Exact):
    name: str
    version: str


class CellCounts(Exact):
    promised: int = Field(ge=0)
    proved: int = Field(ge=0)
    failed: int = Field(ge=0)
    untested: int = Field(ge=0)


class CaseCounts(Exact):
    expected: int = Field(ge=0)
    emitted: int = Field(ge=0)
    kept: int = Field(default=0, ge=0)
    """Judged by an earlier run, with nothing changed since that could change the result; the others were judged by this one."""


class Summary(Exact):
    outcome: RunOutcome
    exit_code: Literal[0, 1, 3, 4]
    cells: CellCounts
    checks: CaseCounts
    waivers: list[str]
    """What is wrong with the waivers: each one fails the run."""
    selected: bool
    """Something was left out by selection, so promised cells may be untested without anybody's fault."""


class VendorCases(CaseCounts):
    left_out: list[str]
    """Checks that were not selected."""


class EvidenceShares(Exact):
    cells: dict[EvidenceKind, int]
    vendor_behaviour: dict[EvidenceKind, int]


class PromisedShape(Exact):
    kind: Literal["field", "action", "input", "feature"]
    owner: str
    name: str
    state: Literal["proved", "failed", "untested"]
    code: Code | None
    glyph: str
    evidence: EvidenceKind
    proved_by: list[str]


class WaiverShape(Exact):
    reason: str
    owner: str
    expires: str


class ResultShape(Exact):
    id: str
    check: str
    chapter: str
    level: Literal["MUST", "SHOULD"]
    requirement: str
    source: str
    cell: str
    code: Code
    verdict: Verdict
    message: str
    expected: Any = None
    got: Any = None
    exchanges: list[dict[str, Any]] = []
    waiver: WaiverShape | None = None


class CredentialShape(Exact):
    name: str
    also: list[str]
    state: Literal["good", "invalid", "expired", "revoked"]
    holds: list[str]
    lacks: list[str]
    sync: str | None
    error: str | None
    diagnostics: list[dict[str, Any]]
    exchanges: list[dict[str, Any]]


class MatrixCell(Exact):
    code: Code
    message: str | None = None
    expected: Any = None
    got: Any = None


class ReadRow(Exact):
    model: str
    field: str | None
    declared: list[str]
    smallest: Sets
    cells: list[MatrixCell]
    grain: Literal["field", "model", "none"] | None = None
    worlds: dict[str, Any] | None = None


class WriteRow(Exact):
    action: str
    input: str | None
    declared: list[str]
    smallest: Sets
    columns: list[str]
    cells: list[MatrixCell]


class ScopesShape(Exact):
    credentials: list[CredentialShape]
    rows: list[ReadRow]
    actions: list[WriteRow]


class VendorShape(Exact):
    title: str
    scenario: str
    cells: CellCounts
    checks: VendorCases
    evidence: EvidenceShares
    promise: list[PromisedShape]
    results: list[ResultShape]
    scopes: ScopesShape | None


class ReportShape(Exact):
    """A conformance report."""

    format: Literal[1]
    subject: SubjectShape
    summary: Summary
    vendors: dict[str, VendorShape]


def schema() -> dict[str, Any]:
    """The JSON Schema of report.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ReportShape.model_json_schema()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=1) + "\n")
