"""The report as SARIF 2.1.0, for code scanning pages: one result for each case that is not a pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"fail": "error", "error": "error", "untested": "warning", "warn": "note"}
KINDS = {"fail": "fail", "error": "fail", "untested": "open", "warn": "review"}


def render(report: Mapping[str, Any]) -> str:
    summary = report["summary"]
    rules = {result["check"]: result for vendor in report["vendors"].values() for result in vendor["results"]}
    run = {
        "tool": {
            "driver": {
                "name": "ats-sandbox conformance",
                "rules": [
                    {
                        "id": check,
                        "shortDescription": {"text": rule["requirement"]},
                        "help": {"text": f"Source: {rule['source']} ({rule['level']})"},
                    }
                    for check, rule in rules.items()
                ],
            }
        },
        "invocations": [
            {
                "executionSuccessful": summary["outcome"] == "passed",
                "exitCode": summary["exit_code"],
                "exitCodeDescription": summary["outcome"],
                "toolExecutionNotifications": [{"level": "error", "message": {"text": f"waiver {text}"}} for text in summary["waivers"]],
            }
        ],
        "results": [one for name, vendor in report["vendors"].items() for one in _results(name, vendor)],
    }
    return orjson.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_INDENT_2).decode() + "\n"


def _results(name: str, vendor: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for result in vendor["results"]:
        if result["verdict"] not in LEVELS:
            continue
        shown: dict[str, Any] = {
            "ruleId": result["check"],
            "level": LEVELS[result["verdict"]],
            "kind": KINDS[result["verdict"]],
            "message": {"text": f"{vendor['title']} {result['cell']}: {result['code']}: {result['message']}"},
            "locations": [{"logicalLocations": [{"fullyQualifiedName": f"{name}/{result['cell']}", "kind": "member"}]}],
            "partialFingerprints": {"case/v1": result["id"]},
        }
        if "waiver" in result:
            shown["suppressions"] = [{"kind": "external", "status": "accepted", "justification": result["waiver"]["reason"]}]
        yield shown
