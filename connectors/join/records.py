"""Collects the unified records of a page: each once, only the wanted ones, with a diagnostic for what could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.join.mapping import TABLES
from connectors.join.values import Unknown
from connectors.transport.mapping import Cell, Withheld, value_at
from connectors.unified.connector import Diagnostic, Page, Reason, Record, Wanted, Warning


class Recorder:
    """Fills one page by the mapping tables."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._records: dict[tuple[str, str], Record] = {}
        self._diagnostics: dict[tuple[str, str | None], Diagnostic] = {}
        self._warnings: list[Warning] = []

    def add(self, model: str, key: str, source: Any) -> None:
        """Map one source object; a later one under the same key replaces the earlier."""
        if model not in self._wanted:
            return
        values = {}
        for field, cell in TABLES[model].items():
            if field not in self._wanted[model]:
                continue
            value = self._value(cell, source)
            if isinstance(value, Withheld):
                self._withhold(model, field, value)
            else:
                values[field] = value
        self._records[model, key] = Record(model, key, values)

    def warn(self, warning: Warning) -> None:
        self._warnings.append(warning)

    def miss(self, models: Iterable[str], reason: Reason, detail: str) -> None:
        """These models are not all here: nothing may be concluded from what is absent."""
        for model in models:
            if model in self._wanted:
                self._diagnostics.setdefault((model, None), Diagnostic(model, reason, detail=detail))

    def page(self, *, cursor: str | None) -> Page:
        return Page(tuple(self._records.values()), cursor, tuple(self._diagnostics.values()), tuple(self._warnings))

    def _value(self, cell: Cell[Any], source: Any) -> Any:
        try:
            return _at(cell, source) if isinstance(cell, str) else cell(source)
        except Unknown as unknown:
            return Withheld("unsupported", str(unknown))

    def _withhold(self, model: str, field: str, value: Withheld) -> None:
        """One diagnostic a field is enough: a person looks at the field, not at each record."""
        self._diagnostics.setdefault((model, field), Diagnostic(model, value.reason, field=field, detail=value.detail))


def _at(path: str, source: Any) -> Any:
    """A path begins at an attribute of the source object, and goes on in JOIN's own record."""
    first, _, rest = path.partition(".")
    found = getattr(source, first)
    if not rest:
        return found
    value = value_at(rest, found)
    if not isinstance(value, Withheld) or path not in OPTIONAL:
        return value
    # What may be left out has no value; what should hold it must be there.
    above = value_at(rest.rpartition(".")[0], found) if "." in rest else None
    return above if isinstance(above, Withheld) else None


OPTIONAL = frozenset({"raw.description", "raw.salary.from", "raw.salary.to"})
"""Members that JOIN may leave out where there is no value; any other that is absent is reported, not taken as blank."""
