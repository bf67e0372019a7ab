"""What changed between two reports: new problems, fixed ones, those still there, and what is no longer tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BAD = frozenset({"fail", "error"})
GROUPS = ("new", "still", "fixed", "newly untested")
"""In the order in which a reader wants to know."""


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Cases by group. A case that was judged before and is missing now counts as newly untested."""
    old, new = _cases(before), _cases(after)
    found: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for id, case in {**old, **new}.items():
        group = _group(old.get(id), new.get(id))
        if group is not None:
            then, now = old.get(id), new.get(id)
            found[group].append(
                {
                    "id": id,
                    "vendor": case["vendor"],
                    "check": case["check"],
                    "cell": case["cell"],
                    "before": None if then is None else then["code"],
                    "after": None if now is None else now["code"],
                    "message": (now or case)["message"],
                }
            )
    return found


def _cases(report: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {result["id"]: {"vendor": name, **result} for name, vendor in report["vendors"].items() for result in vendor["results"]}


def _group(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str | None:
    was, untested = _bad(then), then is not None and then["verdict"] == "untested"
    if now is None or now["verdict"] == "untested":
        return None if untested or then is None and now is None else "newly untested"
    if _bad(now):
        return "still" if was else "new"
    return "fixed" if was else None


def _bad(case: Mapping[str, Any] | None) -> bool:
    return case is not None and case["verdict"] in BAD and "waiver" not in case


def is_worse(found: Mapping[str, list[dict[str, Any]]]) -> bool:
    return bool(found["new"] or found["newly untested"])
