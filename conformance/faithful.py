"""Whether what a subject says of a refusal is what the vendor said: its status and its code, which a person needs to ask the vendor."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.sandbox import Entry
from conformance.subjects import Diagnostic

CODES = frozenset({"code", "errorCode", "statusCode", "type", "error"})
"""Members by which answers name what is wrong, for programs."""
SHUT = frozenset({401, 403})
"""Statuses that stand for themselves: they are not waited out, and nothing else comes instead."""
SPOKEN_OF = frozenset({"not_permitted", "error"})


def unfaithful(answers: Sequence[Entry], said: Sequence[Diagnostic]) -> str | None:
    """Why the diagnostics do not carry what these answers say, or None."""
    refused: dict[int, list[frozenset[str]]] = {}
    for entry in answers:
        if entry.status is not None and entry.status >= 400:
            refused.setdefault(entry.status, []).append(frozenset(_codes(answered(entry))))
    told = [one for one in said if one.reason in SPOKEN_OF]
    shut = SHUT & refused.keys()
    if told and shut and not any(one.http_status in shut for one in told):
        return f"the vendor answered {', '.join(map(str, sorted(shut)))}, and no diagnostic carries it"
    for one in told if refused else ():
        if one.http_status is None:
            continue
        what = f"{one.model}.{one.field}" if one.field else one.model
        codes = refused.get(one.http_status)
        if codes is None:
            return f"of {what} it says that the vendor answered {one.http_status}; it answered {', '.join(map(str, sorted(refused)))}"
        if one.vendor_code is None and all(codes):
            return f"of {what} the vendor's code ({', '.join(sorted(codes[0]))}) is not passed on"
        if one.vendor_code is not None and not any(one.vendor_code in some for some in codes):
            return f"of {what} it passes on the code {one.vendor_code!r}, which the vendor never gave"
    return None


def answered(entry: Entry) -> Any:
    """The JSON of an answer; None when it is none."""
    try:
        return json.loads((entry.raw.get("response") or {}).get("body") or "null")
    except ValueError:
        return None


def _codes(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _codes(part)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if name in CODES and isinstance(part, str) and part and " " not in part:
                yield part
            else:
                yield from _codes(part)
