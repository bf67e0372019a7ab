"""What a right subject shows: card.yaml, expected.yaml, perturbations.yaml."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from conformance.fixture_models.base import Changes, Key, RecordId, Strict, Table


class ExpectedRecord(Strict):
    key: Key
    values: dict[str, Any]
    """Every promised field of the model except id, changed_at and remote_deleted_at; remote_id is the key unless given."""


class Expected(Strict):
    """expected.yaml: what a right subject returns for a fresh full sync. By hand from records and facts, never from a subject."""

    models: dict[str, list[ExpectedRecord]]

    @model_validator(mode="after")
    def _unique_keys(self) -> Expected:
        for model, records in self.models.items():
            keys = [record.key for record in records]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{model}: the keys {', '.join(twice)} stand there twice")
        return self


class Perturbation(Strict):
    """A change of the truth, and exactly the unified cells that may change with it."""

    id: Key
    why: str | None = None
    table: Table
    record: RecordId
    set: dict[str, Any]
    """If it does not set the `touch` column itself, the suite sets that one to the tenant's now."""
    expect: Changes
    also_changes: list[str] = []
    """Fields that mirror the row and so may change too, unjudged: "remote_updated_at" in the records of `expect`,
    "Jobs.remote_data" in any record of that model, "Jobs/310.remote_data" in one."""


Perturbations = list[Perturbation]


class Card(Strict):
    """fixtures/<vendor>/card.yaml: the names that the connector is known to offer, written down apart from its manifest."""

    models: dict[str, list[str]]
    actions: dict[str, list[str]]
    features: list[str]
