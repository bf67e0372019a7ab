"""What differs between two snapshots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conformance.judge.notation import compare_plain
from conformance.judge.snapshots import UNSTABLE, Snapshot, Values, same_bytes


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
            one, other = old.get(key), new.get(key)
            if one is None or other is None or not same_bytes(one, other):
                found += _record_differences(model, key, one, other)
        found += [
            Difference(model, key, None, before.keys[model][key], count)
            for key, count in after.keys.get(model, Counter()).items()
            if count != before.keys.get(model, Counter())[key] and key in old
        ]
    return found


def unmoved(before: Snapshot, after: Snapshot, model: str) -> list[str]:
    """The keys of records of which a value is another and changed_at the same."""
    old, new = before.by_key.get(model, {}), after.by_key.get(model, {})
    changed = dict.fromkeys(one.key for one in differences(before, after, [model]) if one.field is not None)
    return [key for key in changed if key in old and key in new and old[key].get("changed_at") == new[key].get("changed_at")]


def _record_differences(model: str, key: str, old: Values | None, new: Values | None) -> list[Difference]:
    if old is None or new is None:
        return [Difference(model, key, None, old and dict(old), new and dict(new))]
    names = [*old, *(name for name in new if name not in old)]
    return [
        Difference(model, key, name, old.get(name), new.get(name))
        for name in names
        if name not in UNSTABLE and not same_bytes(old, new, name) and compare_plain(old.get(name), new.get(name))
    ]
