"""A connector's promise as data: every model, field, action, input and feature, and the permission each one needs.

One promise, four readers: the connector refuses what is not here, conformance turns each cell into cases, docs and
reports print promise beside proof, and other languages get it as JSON (`as_json`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

Evidence = Literal["documented", "seen in code", "assumed"]


class Named(Protocol):
    """Anything that the manifest lists by name."""

    @property
    def name(self) -> str:
        """As on the card."""


Item = TypeVar("Item", bound=Named)


@dataclass(frozen=True, slots=True)
class Field:
    """One promised field of a model, or one promised input of an action."""

    name: str
    """As on the card: "salary_currency"; inputs with dots: "candidate.location.city"."""
    needs: tuple[str, ...] = ()
    """Vendor permissions beyond the model's (or the action's) own."""
    evidence: Evidence = "documented"
    """How sure it is that the vendor offers this: assumed cells are proved against an assumption."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """One promised unified model, by the name on the card ("Job hiring team members")."""

    name: str
    fields: tuple[Field, ...]
    needs: tuple[str, ...]
    """Vendor permissions without which the model cannot be read."""
    streams: tuple[str, ...]
    """Names of the connector's streams that deliver it."""
    depends_on: tuple[str, ...] = ()
    """Models that must be enabled in the scope config, too."""
    delta: bool = True
    """Whether a delta sync brings changes of this model without reading all of it."""
    note: str | None = None
    keeps_rows: bool = False
    """Rows stay when a full sync no longer shows them, as long as every record they refer to is alive (rows that refer to
    none: as long as another kept row refers to them): for models that a connector can only derive from what other
    records happen to show."""

    def field(self, name: str) -> Field:
        """Raises KeyError."""
        return next_named(self.fields, name, f"model {self.name}")


@dataclass(frozen=True, slots=True)
class Action:
    """One promised action, by the name on the card ("Move application to stage")."""

    name: str
    inputs: tuple[Field, ...]
    needs: tuple[str, ...]
    writes: bool = True
    note: str | None = None
    own_words: tuple[str, ...] = ()
    """The parts of `remote_fields`, below the vendor's name, that the connector sends in the vendor's own words: ("candidate",)."""

    def input(self, name: str) -> Field:
        """Raises KeyError."""
        return next_named(self.inputs, name, f"action {self.name}")


@dataclass(frozen=True, slots=True)
class Feature:
    """One promised feature, by the name on the card ("Delta Syncs")."""

    name: str
    text: str
    """What a user gets, in a sentence or two."""


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One value a customer must hand over to connect."""

    name: str
    label: str
    secret: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything one connector promises."""

    vendor: str
    title: str
    models: tuple[Model, ...]
    actions: tuple[Action, ...]
    features: tuple[Feature, ...]
    credential: tuple[CredentialField, ...]
    permissions: tuple[str, ...]
    """All vendor permissions that the promises above need, in the vendor's own names."""
    notes: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    """The connector's settings with their defaults."""

    def model(self, name: str) -> Model:
        """Raises KeyError."""
        return next_named(self.models, name, f"{self.vendor}'s manifest")

    def action(self, name: str) -> Action:
        """Raises KeyError."""
        return next_named(self.actions, name, f"{self.vendor}'s manifest")

    def cells(self) -> Iterator[tuple[str, str, str]]:
        """Every promised cell as (kind, owner, name); kind is field, action, input or feature."""
        for model in self.models:
            for item in model.fields:
                yield "field", model.name, item.name
        for action in self.actions:
            yield "action", action.name, action.name
            for item in action.inputs:
                yield "input", action.name, item.name
        for feature in self.features:
            yield "feature", "features", feature.name

    def as_json(self) -> dict[str, Any]:
        """{"models": {name: {"fields": {name: {...}}}}, "actions": {name: {"fields": ...}}, "features": {name: {...}}}."""
        return {
            "title": self.title,
            "models": {
                model.name: {
                    "needs": list(model.needs),
                    "depends_on": list(model.depends_on),
                    "delta": model.delta,
                    "keeps_rows": model.keeps_rows,
                    "note": model.note,
                    "fields": {item.name: _field_json(item, model.needs) for item in model.fields},
                }
                for model in self.models
            },
            "actions": {
                action.name: {
                    "needs": list(action.needs),
                    "writes": action.writes,
                    "note": action.note,
                    "own_words": list(action.own_words),
                    "fields": {item.name: _field_json(item, action.needs) for item in action.inputs},
                }
                for action in self.actions
            },
            "features": {feature.name: {"text": feature.text} for feature in self.features},
            "credential": [{"name": item.name, "label": item.label, "secret": item.secret} for item in self.credential],
            "permissions": list(self.permissions),
            "notes": list(self.notes),
            "settings": dict(self.settings),
        }


def _field_json(item: Field, base: tuple[str, ...]) -> dict[str, Any]:
    return {"needs": list(dict.fromkeys((*base, *item.needs))), "evidence": item.evidence, "note": item.note}


def next_named(items: tuple[Item, ...], name: str, where: str) -> Item:
    """The item of that name. Raises KeyError naming what there is instead."""
    for item in items:
        if item.name == name:
            return item
    raise KeyError(f"{where} has no {name!r}; it has {', '.join(item.name for item in items)}")
