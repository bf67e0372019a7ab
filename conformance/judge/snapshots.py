"""All that a connection shows, with unified ids replaced by the vendor's keys, so that two connections can be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
