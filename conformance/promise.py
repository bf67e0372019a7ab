"""What a subject promises for one vendor, read from the JSON that it publishes: the list of cells that must be proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conformance.check import Cell

MADE_BY_SERVICE = ("id", "remote_id", "changed_at", "remote_deleted_at")
"""Fields that the service makes for every record; no fixture says their values, except that remote_id is the key."""


class Lenient(BaseModel):
    """A published manifest may say more than is read here."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class PromisedCell(Lenient):
    needs: tuple[str, ...] = ()
    evidence: Literal["documented", "seen in code", "assumed"] = "assumed"
    note: str | None = None


class PromisedModel(Lenient):
    needs: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    delta: bool = True
    note: str | None = None
    fields: Mapping[str, PromisedCell]


class PromisedAction(Lenient):
    needs: tuple[str, ...] = ()
    writes: bool = True
    note: str | None = None
    inputs: Mapping[str, PromisedCell] = Field(alias="fields")
    own_words: tuple[str, ...] = ()
    """Parts of `remote_fields`, below the vendor's name, that are sent as the caller says them."""

    @property
    def permissions(self) -> frozenset[str]:
        """What the action takes with all its inputs."""
        return frozenset(self.needs).union(*(item.needs for item in self.inputs.values()))


class PromisedFeature(Lenient):
    text: str = ""


class CredentialField(Lenient):
    name: str
    label: str
    secret: bool


class Promise(Lenient):
    title: str
    models: Mapping[str, PromisedModel]
    actions: Mapping[str, PromisedAction]
    features: Mapping[str, PromisedFeature]
    credential: tuple[CredentialField, ...] = ()
    permissions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = {}
    """What a customer may set on a connection, with its defaults."""

    def cells(self) -> Iterator[Cell]:
        """Every promised cell, in the order of the manifest."""
        for model, promised in self.models.items():
            yield from (Cell("field", model, name) for name in promised.fields)
        for action, inputs in self.actions.items():
            yield Cell("action", action, action)
            yield from (Cell("input", action, name) for name in inputs.inputs)
        yield from (Cell("feature", "features", name) for name in self.features)

    def evidence(self, cell: Cell) -> str:
        """How sure it is that the vendor offers this cell; a feature or an action is as sure as its weakest part."""
        match cell.kind:
            case "field":
                return self.models[cell.owner].fields[cell.name].evidence
            case "input":
                return self.actions[cell.owner].inputs[cell.name].evidence
            case "action":
                kinds = {item.evidence for item in self.actions[cell.owner].inputs.values()}
                return next((kind for kind in ("assumed", "seen in code") if kind in kinds), "documented")
            case _:
                return "documented"


class UnreadablePromise(Exception):
    """What the subject published as its manifest cannot be understood."""


def read_promise(published: Mapping[str, Any]) -> Promise:
    """Raises UnreadablePromise with every problem."""
    try:
        return Promise.model_validate(published)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise UnreadablePromise(f"the manifest is not in the published form: {problems}") from error
