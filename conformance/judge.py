"""Compares what a subject delivered with what is right: value by value, as multisets, never shortened to the shorter side.

A Snapshot is everything that a connection shows, with unified ids replaced by the vendor's keys, so that two connections,
or a connection and expected.yaml, can be compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from conformance import identity
from conformance.fixture_models import Changes
from conformance.outcomes import Code
from conformance.sandbox import instant

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
UNIFIED_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
"""As JavaScript's toISOString writes it, which is what the unified API promises."""
UNIFIED_ID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{24}")
BLANK: tuple[Any, ...] = (None, [], {})
OWN_ADDRESS = "{base_url}"
"""Stands in texts for the address of the tenant that they are of."""
UNSTABLE = frozenset({"id", "changed_at", "remote_deleted_at"})
"""Different in every connection, so never compared between two of them."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where a value is not as it should be."""

    path: str
    code: Code
    expected: Any
    got: Any


def is_blank(value: Any) -> bool:
    """Null, an empty list or an empty mapping. Zero, false and "" are values."""
    return any(value is blank or (type(value) is type(blank) and value == blank) for blank in BLANK)


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


# ------------------------------------------------------------------------------------------------------ snapshots

Values = Mapping[str, Any]
Texts = Sequence[tuple[re.Pattern[str], str]]
"""What to put in the place of parts of texts that differ from tenant to tenant: its address, signatures in links."""


@dataclass(frozen=True)
class Snapshot:
    """All that a connection showed at one moment."""

    rows: Mapping[str, list[dict[str, Any]]]
    """As the subject gave them."""
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """Model to the error code with which its read was refused."""
    keys: Mapping[str, Counter[str]] = field(default_factory=dict)
    """How often each vendor's key was delivered."""
    records: Mapping[str, Mapping[str, Values]] = field(default_factory=dict)
    """By key, with ids replaced by keys; of several rows with one key, the last."""
    by_key: Mapping[str, Mapping[str, dict[str, Any]]] = field(default_factory=dict)
    """The subject's own rows, by key."""
    ids: identity.Ids = field(default_factory=dict)
    texts: Texts = ()

    def id_of(self, model: str, key: str) -> str | None:
        """The unified id of a record, or None when it was not delivered."""
        return next((made for made, known in self.ids.get(model, {}).items() if known == key), None)


def level(value: Any, texts: Texts) -> Any:
    """The value without what differs from tenant to tenant, at any depth."""
    if isinstance(value, str):
        for pattern, stand_in in texts:
            value = pattern.sub(stand_in, value)
        return value
    if isinstance(value, Mapping):
        return {key: level(inner, texts) for key, inner in value.items()}
    if isinstance(value, list):
        return [level(inner, texts) for inner in value]
    return value


class Levelled(Mapping[str, Any]):
    """One record, whose values lose what differs from tenant to tenant when they are first looked at.

    Most values of most records are never looked at: they are the same bytes in two snapshots (`same_bytes`), and a run makes
    hundreds of snapshots.
    """

    __slots__ = ("_levelled", "_written", "raw", "texts")

    def __init__(self, raw: Values, texts: Texts) -> None:
        self.raw, self.texts = raw, texts
        self._levelled: dict[str, Any] = {}
        self._written: bytes | None = None

    @property
    def written(self) -> bytes:
        """A digest of all that can be compared with another connection's record, without the tenant's own address."""
        if self._written is None:
            text = _bytes({name: value for name, value in self.raw.items() if name not in UNSTABLE})
            for pattern, stand_in in self.texts:
                if stand_in == OWN_ADDRESS:  # in JSON it stands as it is; other patterns might reach over the end of a text
                    text = pattern.sub(stand_in, text.decode()).encode()
            self._written = blake2b(text, digest_size=20).digest()
        return self._written

    def __getitem__(self, name: str) -> Any:
        if name not in self._levelled:
            self._levelled[name] = level(self.raw[name], self.texts)
        return self._levelled[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)


def same_bytes(one: Values, other: Values, name: str | None = None) -> bool:
    """Whether the values, or one of them, are the same without looking closer. False says nothing."""
    if not (isinstance(one, Levelled) and isinstance(other, Levelled)):
        return False
    if name is None:
        return one.written == other.written
    mine, its = one.raw.get(name), other.raw.get(name)
    if type(mine) is not type(its):
        return False
    # Equality alone would take 1 for true; bytes do not.
    written = _bytes(mine)
    # The address of one tenant shown in another is a leak, and looks the same in both.
    return written == _bytes(its) and (one.texts is other.texts or b"://" not in written)


def _bytes(value: Any) -> bytes:
    """The same for values that are the same in every type. A subject may deliver what is no JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return repr(value).encode()


def snapshot(
    rows: Mapping[str, list[dict[str, Any]]], unavailable: Mapping[str, str], known: identity.Ids | None = None, texts: Texts = ()
) -> Snapshot:
    """Resolve the rows. `known`: ids met before, for references to rows that are no longer shown."""
    ids = identity.collect(rows, known)
    keys: dict[str, Counter[str]] = {}
    records: dict[str, dict[str, Values]] = {}
    by_key: dict[str, dict[str, dict[str, Any]]] = {}
    for model, delivered in rows.items():
        keys[model], records[model], by_key[model] = Counter(), {}, {}
        for row in delivered:
            key = identity.key_of(model, row, ids)
            keys[model][key] += 1
            records[model][key] = Levelled(identity.resolve(model, row, ids), texts)
            by_key[model][key] = row
    return Snapshot(rows, unavailable, keys, records, by_key, ids, texts)


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell, or one whole record (`field` None), that is not the same in two snapshots."""

    model: str
    key: str
    field: str | None
    before: Any
    after: Any

    def __str__(self) -> str:
        place = f"{self.model}/{self.key}"
        if self.field is None:
            return f"{place} {'appeared' if self.before is None else 'disappeared'}"
        return f"{place}.{self.field}: {short(self.before)} became {short(self.after)}"


def short(value: Any, limit: int = 120) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def differences(before: Snapshot, after: Snapshot, models: Sequence[str]) -> list[Difference]:
    """Everything that differs between two snapshots, except what every connection makes anew."""
    found: list[Difference] = []
    for model in models:
        old, new = before.records.get(model, {}), after.records.get(model, {})
        for key in [*old, *(key for key in new if key not in old)]:
            found += _record_differences(model, key, old.get(key), new.get(key))
        found += [
            Difference(model, key, None, before.keys[model][key], count)
            for key, count in after.keys.get(model, Counter()).items()
            if count != before.keys.get(model, Counter())[key] and key in old
        ]
    return found


def _record_differences(model: str, key: str, old: Values | None, new: Values | None) -> list[Difference]:
    if old is None or new is None:
        return [Difference(model, key, None, old and dict(old), new and dict(new))]
    if same_bytes(old, new):
        return []
    names = [*old, *(name for name in new if name not in old)]
    return [
        Difference(model, key, name, old.get(name), new.get(name))
        for name in names
        if name not in UNSTABLE and not same_bytes(old, new, name) and compare_plain(old.get(name), new.get(name))
    ]


def compare_plain(expected: Any, got: Any) -> list[Mismatch]:
    """As compare, for two values that both came from a subject: nothing in them is a notation."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return [found for name in {**expected, **got} for found in compare_plain(expected.get(name), got.get(name))]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [found for index, item in enumerate(expected) for found in compare_plain(item, got[index])]
    if isinstance(expected, Mapping) or isinstance(got, Mapping):
        return [] if expected == got else [Mismatch("", Code.WRONG_VALUE, expected, got)]
    return compare(expected, got)


@dataclass(frozen=True, slots=True)
class Deviation:
    """One cell or record that did not do what was declared: changed unasked, or did not change as it should."""

    model: str
    key: str
    field: str | None
    code: Code
    expected: Any
    got: Any
    undeclared: bool

    def __str__(self) -> str:
        place = f"{self.model}/{self.key}" + (f".{self.field}" if self.field else "")
        if self.undeclared and self.field is None:
            return f"{place} {'appeared' if self.expected is None else 'disappeared'} though nothing declares it"
        if self.undeclared:
            return f"{place} changed though nothing declares it: {short(self.expected)} became {short(self.got)}"
        return f"{place} is {short(self.got)}, declared is {short(self.expected)}"


class Declared:
    """The changes that may and must happen between two snapshots."""

    def __init__(self, *changes: tuple[Changes, Sequence[str]]) -> None:
        self.cells: dict[tuple[str, str, str], Any] = {}
        self.gone: set[tuple[str, str]] = set()
        self._free: set[str] = set()
        for expect, also in changes:
            self._add(expect, also)

    def _add(self, expect: Changes, also: Sequence[str]) -> None:
        for model, records in expect.items():
            for key, values in records.items():
                if values is None:
                    self.gone.add((model, key))
                    continue
                self.cells |= {(model, key, name): value for name, value in values.items()}
                self._free |= {f"{model}/{key}.{name}" for name in also if "." not in name}
        self._free |= {name for name in also if "." in name}

    def free(self, model: str, key: str, name: str) -> bool:
        """Whether this cell mirrors the vendor's row and is not judged."""
        return f"{model}/{key}.{name}" in self._free or f"{model}.{name}" in self._free

    def records(self) -> set[tuple[str, str]]:
        return {(model, key) for model, key, _ in self.cells}

    def deviations(self, before: Snapshot, after: Snapshot, models: Sequence[str]) -> list[Deviation]:
        """Whatever is not exactly as declared."""
        found = [
            Deviation(one.model, one.key, one.field, Code.WRONG_VALUE, one.before, one.after, undeclared=True)
            for one in differences(before, after, models)
            if not self._expected_difference(one)
        ]
        for (model, key, name), wanted in self.cells.items():
            if model not in models:
                continue
            values = after.records.get(model, {}).get(key)
            if values is None:
                found.append(Deviation(model, key, None, Code.MISSING, "a record", None, undeclared=False))
                continue
            wrong = compare(wanted, values.get(name))
            if wrong:
                earlier = before.records.get(model, {}).get(key)
                stale = not compare_plain(earlier.get(name) if earlier is not None else None, values.get(name))
                code = Code.STALE if stale else wrong[0].code
                found.append(Deviation(model, key, name, code, wanted, values.get(name), undeclared=False))
        found += [
            Deviation(model, key, None, Code.STALE, None, "still there", undeclared=False)
            for model, key in sorted(self.gone)
            if model in models and key in after.records.get(model, {})
        ]
        return found

    def _expected_difference(self, one: Difference) -> bool:
        if one.field is None:
            if one.after is None:
                return (one.model, one.key) in self.gone
            return one.before is None and (one.model, one.key) in self.records()
        return (one.model, one.key, one.field) in self.cells or self.free(one.model, one.key, one.field)
