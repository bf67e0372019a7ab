"""Two snapshots against the changes that may and must happen between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conformance.fixture_models import Changes
from conformance.judge.differing import Difference, differences, short
from conformance.judge.notation import compare, compare_plain
from conformance.judge.snapshots import Snapshot
from conformance.outcomes import Code


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
