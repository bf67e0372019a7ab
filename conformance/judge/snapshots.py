"""All that a connection shows, with unified ids replaced by the vendor's keys, so that two connections can be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson

from conformance import identity

OWN_ADDRESS = "{base_url}"
"""Stands in texts for the address of the tenant that they are of."""
UNSTABLE = frozenset({"id", "changed_at", "remote_deleted_at"})
"""Different in every connection, so never compared between two of them."""

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
    digests: Digests | None = None

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


class Digests:
    """Digests of the rows of one connection, each made once, however many snapshots show the row."""

    def __init__(self, texts: Texts) -> None:
        self._own = [pattern for pattern, stand_in in texts if stand_in == OWN_ADDRESS]
        self._made: dict[int, tuple[Values, bytes]] = {}

    def of(self, row: Values, but: Iterable[str]) -> bytes:
        """Of all in a row that can be compared with another connection's. `but`: what is compared by itself."""
        made = self._made.get(id(row))
        if made is None:
            left = dict(row)
            for name in (*UNSTABLE, *but):
                left.pop(name, None)
            # With the row itself, so that its place in memory is no other row's later.
            made = self._made[id(row)] = (row, blake2b(self.plain(left), digest_size=20).digest())
        return made[1]

    def plain(self, values: Values) -> bytes:
        """The values as JSON without the tenant's own address, which stands there as it is; other patterns might reach over the
        end of a text."""
        text = _bytes(values)
        for pattern in self._own:
            literal = _literal(pattern)
            text = pattern.sub(OWN_ADDRESS, text.decode()).encode() if literal is None else text.replace(literal, OWN_ADDRESS.encode())
        return text


@cache
def _literal(pattern: re.Pattern[str]) -> bytes | None:
    """The only text that the pattern matches, if there is only one: bytes are searched for it much faster."""
    text = re.sub(r"\\(.)", r"\1", pattern.pattern, flags=re.DOTALL)
    return text.encode() if re.escape(text) == pattern.pattern and not pattern.flags & re.IGNORECASE else None


class Levelled(Mapping[str, Any]):
    """One record, whose values lose what differs from tenant to tenant when they are first looked at.

    Most values of most records are never looked at: they are the same bytes in two snapshots (`same_bytes`), and a run makes
    hundreds of snapshots.
    """

    __slots__ = ("_digests", "_levelled", "_resolved", "_row", "_written", "texts")

    def __init__(self, row: Values, texts: Texts, resolved: Values | None = None, digests: Digests | None = None) -> None:
        """`resolved`: what counts instead of the row's own values, for they are ids that each connection makes."""
        self._row, self.texts = row, texts
        self._resolved: Values = {} if resolved is None else resolved
        self._digests = Digests(texts) if digests is None else digests
        self._levelled: dict[str, Any] = {}
        self._written: tuple[bytes, bytes] | None = None

    @property
    def written(self) -> tuple[bytes, bytes]:
        """Stands for all that can be compared with another connection's record, without the tenant's own address."""
        if self._written is None:
            ids = self._digests.plain(self._resolved) if self._resolved else b""
            self._written = (self._digests.of(self._row, self._resolved), ids)
        return self._written

    def raw(self, name: str) -> Any:
        """The value as it came, or None."""
        return self._resolved[name] if name in self._resolved else self._row.get(name)

    def __getitem__(self, name: str) -> Any:
        if name not in self._levelled:
            self._levelled[name] = level(self._resolved[name] if name in self._resolved else self._row[name], self.texts)
        return self._levelled[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __len__(self) -> int:
        return len(self._row)


def same_bytes(one: Values, other: Values, name: str | None = None) -> bool:
    """Whether the values, or one of them, are the same without looking closer. False says nothing."""
    if not (isinstance(one, Levelled) and isinstance(other, Levelled)):
        return False
    if name is None:
        return one.written == other.written
    mine, its = one.raw(name), other.raw(name)
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
    rows: Mapping[str, list[dict[str, Any]]],
    unavailable: Mapping[str, str],
    known: identity.Ids | None = None,
    texts: Texts = (),
    digests: Digests | None = None,
) -> Snapshot:
    """Resolve the rows. `known`: ids met before, for references to rows that are no longer shown. `digests`: of these very rows."""
    ids = identity.collect(rows, known)
    made = Digests(texts) if digests is None else digests
    keys: dict[str, Counter[str]] = {}
    records: dict[str, dict[str, Values]] = {}
    by_key: dict[str, dict[str, dict[str, Any]]] = {}
    for model, delivered in rows.items():
        every = [identity.key_of(model, row, ids) for row in delivered]
        keys[model] = Counter(every)
        by_key[model] = dict(zip(every, delivered, strict=True))
        records[model] = {key: Levelled(row, texts, identity.resolved(model, row, ids), made) for key, row in by_key[model].items()}
    return Snapshot(rows, unavailable, keys, records, by_key, ids, texts, made)
