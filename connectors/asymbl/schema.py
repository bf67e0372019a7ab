"""What this user may see of what is wanted: asked of describe before anything is selected, and reported cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.asymbl.columns import (
    CELLS,
    SOBJECTS,
    Cell,
    guarded,
    home_of,
    mapped,
    may_read,
    may_see,
)
from connectors.asymbl.described import COMPOUND, Described, FieldInfo
from connectors.asymbl.wire import Wire
from connectors.unified.connector import Diagnostic, Wanted
from connectors.unified.errors import PermissionMissing
from connectors.unified.models import MODELS

REMEDY = "Give the connection's user {permissions} in Salesforce (Setup > Permission Sets), then sync again."
HIDDEN = "Salesforce does not show it to this user; a hidden field and one that the org lacks look alike"

Lost = dict[tuple[str, str | None], Diagnostic]
"""(model, field) that cannot be read; field None: the whole model, or some of it."""


@dataclass(frozen=True, slots=True)
class View:
    """One list as this user may see it."""

    sobject: str
    columns: tuple[str, ...]
    """To be selected, parents' as paths."""
    types: Mapping[str, str] = field(repr=False)
    """Column to Salesforce's type."""
    customs: tuple[FieldInfo, ...] = ()
    """Delivered as custom fields."""
    picked: tuple[FieldInfo, ...] = ()
    """Delivered as integration fields."""
    own: tuple[str, ...] = ()
    """All of the record's own columns, if all of them are wanted."""
    lost: Lost = field(default_factory=dict, repr=False)

    def without(self, column: str, diagnostics: Lost) -> View:
        """The same without a column that turned out not to be there."""
        return replace(
            self,
            columns=tuple(name for name in self.columns if name != column and not name.startswith(f"{column}.")),
            customs=tuple(info for info in self.customs if info.name != column),
            picked=tuple(info for info in self.picked if info.name != column),
            own=tuple(name for name in self.own if name != column),
            lost={**self.lost, **diagnostics},
        )

    def readable(self, model: str, wanted: Iterable[str]) -> frozenset[str]:
        """The wanted fields of a model that are not lost."""
        return frozenset(name for name in wanted if (model, name) not in self.lost)


def denied(model: str, field: str | None, permissions: Sequence[str], *, detail: str = HIDDEN) -> Diagnostic:
    """What is said of something that this user may not read."""
    missing = tuple(dict.fromkeys(permissions))
    remedy = REMEDY.format(permissions=" and ".join(f'"{name}"' for name in missing))
    return Diagnostic(model, "not_permitted", field, missing, remedy=remedy, detail=detail)


class Schema:
    """Objects as this user sees them, each asked for once: permissions may change, so nothing is kept beyond one sync."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._known: dict[str, Described | None] = {}
        self._refused: PermissionMissing | None = None

    def described(self, sobject: str) -> Described | None:
        """None: hidden, or not there. Raises ConnectorError; PermissionMissing when the user may not even ask."""
        if self._refused is not None:
            raise self._refused
        if sobject not in self._known:
            try:
                self._known[sobject] = self._wire.describe(sobject)
            except PermissionMissing as refusal:
                self._refused = refusal
                raise
        return self._known[sobject]

    def hidden(self, sobject: str, columns: Iterable[str]) -> tuple[str, ...]:
        """The permissions that lack for these columns; paths lead to parents."""
        lacking: list[str] = []
        for column in columns:
            lacking += self._lacking(sobject, column)
        return tuple(dict.fromkeys(lacking))

    def _lacking(self, sobject: str, column: str) -> Iterator[str]:
        owner, name = home_of(sobject, column)
        described = self.described(owner)
        if described is None or not described.queryable:
            yield may_read(owner)
        elif "." in name or name in described.fields:
            return
        else:
            yield may_see(owner, name)

    def view(
        self, sobject: str, models: Iterable[str], wanted: Wanted, picked: Mapping[str, Sequence[str]], *, also: Sequence[str]
    ) -> View:
        """What can be selected for the wanted fields of these models, which are read from one object.

        `also`: columns that reading itself needs. An object that is hidden makes a view without columns.
        """
        described = self.described(sobject)
        if described is None or not described.queryable:
            return View(sobject, (), {}, lost={(model, None): denied(model, None, (may_read(sobject),)) for model in models})
        columns, lost = list(also), Lost()
        cells = [(model, name, cell) for model in models for name, cell in CELLS[model].items() if name in wanted[model]]
        for model, name, cell in cells:
            lacking = self.hidden(sobject, cell.columns)
            if lacking:
                # A join model's row is named by its keys, so that nothing is left of it without them.
                about = None if name in MODELS[model].key else name
                lost[model, about] = denied(model, about, lacking)
            else:
                columns += [*cell.columns, *(column for column in cell.if_there if column in described.fields)]
        customs = self._customs(described) if any(cell.customs for _, _, cell in cells) else ()
        chosen = self._picked(described, cells, picked, customs)
        own = tuple(info.name for info in described.fields.values() if info.type not in COMPOUND)
        whole = own if any(cell.whole for _, _, cell in cells) else ()
        columns += [*(info.name for info in (*customs, *chosen)), *whole]
        selected = tuple(dict.fromkeys(columns))
        # Of a model that is lost no field need be named.
        lost = {(model, name): one for (model, name), one in lost.items() if name is None or (model, None) not in lost}
        return View(sobject, selected, self._types(sobject, selected), customs, chosen, whole, lost)

    def _customs(self, described: Described) -> tuple[FieldInfo, ...]:
        taken = mapped(described.name)
        return tuple(info for info in described.fields.values() if info.custom and info.type not in COMPOUND and info.name not in taken)

    def _picked(
        self,
        described: Described,
        cells: Sequence[tuple[str, str, Cell]],
        picked: Mapping[str, Sequence[str]],
        customs: tuple[FieldInfo, ...],
    ) -> tuple[FieldInfo, ...]:
        model = next((model for model, name, _ in cells if name == "integration_fields"), None)
        if model is None or model not in picked:
            return customs if model is not None else ()
        return tuple(info for name in picked[model] if (info := described.fields.get(name)) is not None and info.type not in COMPOUND)

    def _types(self, sobject: str, columns: Iterable[str]) -> dict[str, str]:
        found = {}
        for column in columns:
            owner, name = home_of(sobject, column)
            described = self.described(owner)
            info = None if described is None else described.fields.get(name)
            found[column] = "string" if info is None else info.type
        return found


def unpicked(view: View, model: str, picked: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Fields that the connection picks and this user does not see."""
    shown = {info.name for info in view.picked}
    return tuple(name for name in picked.get(model, ()) if name not in shown)


def losing(sobject: str, column: str, wanted: Wanted) -> Lost:
    """The cells that go with a column, for one that describe showed and a query refused."""
    lost = Lost()
    for model in (model for model, owner in SOBJECTS.items() if owner == sobject and model in wanted):
        for name, cell in CELLS[model].items():
            own = [one for one in cell.columns if one == column or one.startswith(f"{column}.")]
            if own and name in wanted[model]:
                about = None if name in MODELS[model].key else name
                owner, end = home_of(sobject, own[0])
                lost[model, about] = denied(model, about, (may_see(owner, end) if guarded(owner, end) else may_read(owner),))
    return lost
