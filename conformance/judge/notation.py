"""Values against the notation of expected.yaml, place by place, never shortened to the shorter side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.outcomes import Code
from conformance.sandbox import instant

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
UNIFIED_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
"""As JavaScript's toISOString writes it, which is what the unified API promises."""
UNIFIED_ID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{24}")
BLANK_KINDS = (list, dict)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where a value is not as it should be."""

    path: str
    code: Code
    expected: Any
    got: Any


def is_blank(value: Any) -> bool:
    """Null, an empty list or an empty mapping. Zero, false and "" are values."""
    return value is None or (not value and type(value) in BLANK_KINDS)


def compare(expected: Any, got: Any, path: str = "") -> list[Mismatch]:
    """Every place where `got` differs from `expected` (expected notation, see fixture_models)."""
    if isinstance(expected, Mapping) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        return _compare_special(expected, got, path)
    if expected is None:
        return [] if got is None else [Mismatch(path, Code.WRONG_VALUE, expected, got)]
    if got is None:
        return [Mismatch(path, Code.MISSING, expected, got)]
    if _kind(expected) != _kind(got):
        return [Mismatch(path, Code.TYPE_MISMATCH, expected, got)]
    if isinstance(expected, Mapping):
        # A key that is absent and one that is null say the same in JSON.
        names = [*expected, *(name for name in got if name not in expected)]
        return [found for name in names for found in compare(expected.get(name), got.get(name), _join(path, name))]
    if isinstance(expected, list):
        if len(expected) != len(got):
            return [Mismatch(path, Code.WRONG_VALUE, expected, got)]
        return [found for index, item in enumerate(expected) for found in compare(item, got[index], _join(path, str(index)))]
    return [] if _equal(expected, got) else [Mismatch(path, Code.WRONG_VALUE, expected, got)]


def _compare_special(expected: Mapping[str, Any], got: Any, path: str) -> list[Mismatch]:
    [(word, wanted)] = expected.items()
    wrong = [Mismatch(path, Code.MISSING if got is None else Code.WRONG_VALUE, expected, got)]
    match word:
        case "$any":
            return wrong if got is None else []
        case "$datetime":
            return [] if isinstance(got, str) and _instant(got) is not None and _instant(got) == _instant(wanted) else wrong
        case "$matches":
            return [] if isinstance(got, str) and re.fullmatch(wanted, got, re.DOTALL) else wrong
        case "$masked":
            return [Mismatch(path, Code.MASKED_AS_DATA, None, got)] if got == wanted else compare(None, got, path)
        case "$unordered":
            return [] if isinstance(got, list) and _left_over(wanted, got) == [] else wrong
        case "$includes":
            return [] if isinstance(got, list) and _left_over(wanted, got) is not None else wrong
        case "$contains":
            if got is None:
                return wrong
            return [found for inner, value in wanted.items() for found in _compare_inside(got, inner, value, path)]
        case _:
            raise ValueError(
                f"{path}: {word!r} is no special value; known: $any, $contains, $datetime, $includes, $masked, $matches, $unordered"
            )


def _compare_inside(got: Any, inner: str, wanted: Any, path: str) -> list[Mismatch]:
    found = list(dig(got, inner))
    where = _join(path, inner)
    if "*" in inner.split("."):
        return [] if any(not compare(wanted, value) for value in found) else [Mismatch(where, Code.WRONG_VALUE, wanted, found)]
    if not found:
        return [] if wanted is None else [Mismatch(where, Code.MISSING, wanted, None)]
    return compare(wanted, found[0], where)


def dig(value: Any, path: str) -> Iterator[Any]:
    """Every value at a dotted path; numbers index lists, an asterisk takes each item. Keys may hold dots themselves."""
    if path == "":
        yield value
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if path == key or path.startswith(f"{key}."):
                yield from dig(inner, path[len(key) + 1 :])
        if path == "*" or path.startswith("*."):
            for inner in value.values():
                yield from dig(inner, path[2:])
    elif isinstance(value, list):
        head, _, rest = path.partition(".")
        chosen = value if head == "*" else value[int(head) : int(head) + 1] if head.isdigit() else []
        for inner in chosen:
            yield from dig(inner, rest)


def _left_over(wanted: Sequence[Any], got: Sequence[Any]) -> list[Any] | None:
    """What is in `got` beyond one item for each that is wanted, in any order; None when a wanted one is not there."""
    left = list(got)
    for item in wanted:
        match = next((index for index, value in enumerate(left) if not compare(item, value)), None)
        if match is None:
            return None
        left.pop(match)
    return left


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list() | tuple():
            return "list"
        case Mapping():
            return "mapping"
        case _:
            return type(value).__name__


def _equal(expected: Any, got: Any) -> bool:
    if expected == got:
        return True
    if isinstance(expected, str) and isinstance(got, str):
        wanted = _instant(expected)
        return wanted is not None and wanted == _instant(got)
    return False


def _instant(text: str) -> float | None:
    if not DATE_TIME.fullmatch(text):
        return None
    try:
        return instant(text)
    except ValueError:
        return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def fill(value: Any, placeholders: Mapping[str, str]) -> Any:
    """The value with "{base_url}" and the like put in, at any depth."""
    if isinstance(value, str):
        for name, text in placeholders.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, Mapping):
        return {key: fill(inner, placeholders) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, placeholders) for inner in value]
    return value


def compare_plain(expected: Any, got: Any) -> list[Mismatch]:
    """As compare, for two values that both came from a subject: nothing in them is a notation."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return [found for name in {**expected, **got} for found in compare_plain(expected.get(name), got.get(name))]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [found for index, item in enumerate(expected) for found in compare_plain(item, got[index])]
    if isinstance(expected, Mapping) or isinstance(got, Mapping):
        return [] if expected == got else [Mismatch("", Code.WRONG_VALUE, expected, got)]
    return compare(expected, got)
