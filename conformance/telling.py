"""What the report shows of a result and of an exchange: plain JSON, without what differs from run to run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance import judge
from conformance.check import Result
from conformance.outcomes import Verdict
from conformance.sandbox import Entry

LONGEST_BODY = 2000


def neutral(result: Result, without: judge.Texts) -> Result:
    """The result as JSON, levelled."""
    told = result.verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.UNTESTED)
    rest = (result.expected, result.got, result.exchanges) if told else (None, None, ())
    message, expected, got, exchanges = (judge.level(plain(part), without) for part in (result.message, *rest))
    return replace(result, message=message, expected=expected, got=got, exchanges=tuple(exchanges))


def places(scenario: str) -> judge.Texts:
    """Addresses of this machine, and the names that tenants of a scenario get."""
    return [
        (re.compile(r"https?://(127\.0\.0\.1|localhost)(:\d+)?"), "{address}"),
        (re.compile(rf"\b{re.escape(scenario.replace('_', '-'))}-\d+\b"), "{tenant}"),
    ]


def plain(value: Any) -> Any:
    """The value as JSON has it; what is no JSON as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def shown(entry: Entry, base_url: str, *, longest_body: int = LONGEST_BODY) -> dict[str, Any]:
    """One exchange for the report: from both sides, without what differs from run to run."""
    raw = entry.raw
    response = raw.get("response") or {}
    body = str(response.get("body"))
    return {
        "operation": entry.operation,
        "request": f"{entry.method} {entry.path}{'?' + entry.query if entry.query else ''}",
        "request_body": (raw.get("request") or {}).get("body"),
        "status": entry.status,
        "response_body": (body if len(body) <= longest_body else body[:longest_body] + "…").replace(base_url, "{base_url}"),
        "permission_decision": raw.get("permission_decision"),
        "quirks": list(raw.get("quirks") or ()),
        "faults": list(raw.get("faults") or ()),
        "changes": [list(change) for change in raw.get("changes") or ()],
        "unread": list(entry.unread),
        "why": raw.get("why"),
    }
