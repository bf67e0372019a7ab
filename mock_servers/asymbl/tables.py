"""What an org stores: one table for each sObject of schema.json, its columns named as the API names the fields.

The engine wants the key to be called `id`; records.yaml may write `Id`. Ids are texts of 18 characters. Dates, date-times
and times are texts in the very form in which Salesforce sends them ("2026-03-04", "2026-03-04T09:15:00.000+0000"), so that
text order is time order. Base64 fields hold base64. `own` holds the values of fields that the org itself added.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, text

from mock_servers.asymbl.own_schema import OWN_RECORD_COLUMNS
from mock_servers.asymbl.schema import NUMBER_TYPES, Field, SObject, whole_schema
from mock_servers.engine.store import BOOKKEEPING

METADATA = MetaData()

OWN = "own"
OWN_RECORDS = "OwnRecords"
"""Rows of the objects that the org itself added; `sobject` says which."""
KEY_PREFIXES = "KeyPrefixes"
"""What ids of a custom object begin with in this org: id is the object's name."""
FEATURES = "Features"
"""What is switched on in the org beyond the usual, by the `feature` of fields in schema.json."""
CUSTOM_FIELDS = "CustomField"
"""Fields that the org itself added, as the Tooling API keeps them: TableEnumOrId, DeveloperName, Metadata {label, type, …}."""
DESCRIBES = "Describes"
"""Objects that the org itself added: id is an object's name, `describe` the answer of /sobjects/X/describe, as JSON."""
CURSORS, CURSOR_IDS = "QueryCursors", "QueryCursorIds"
"""Results that are open, and their ids in order: up to 2,000 in a row, without anything between them."""


def _type_of(field: Field) -> Any:
    if field.type == "boolean":
        return Boolean
    if field.type in {"int", "long"}:
        return Integer
    return Float if field.type in NUMBER_TYPES else String


def _columns(sobject: SObject) -> list[Column[Any]]:
    found: list[Column[Any]] = [Column("id", String, primary_key=True)]
    for field in sobject.fields.values():
        # A composed name has a column for whoever wants to fill it in; what is read is put together from its parts.
        column = field.name if field.composed else field.column
        if column is None or column == "id":
            continue
        found.append(Column(column, _type_of(field), default=_default_of(field)))
    return found


def _default_of(field: Field) -> Any:
    if field.type == "boolean":
        return bool(field.default)
    return None


def _indexes(sobject: SObject) -> list[Index]:
    """What queries are narrowed by: references, and the stamp that every delta sync asks for."""
    wanted = [field.column for field in sobject.fields.values() if field.type == "reference" and field.relationship is not None]
    ignored = {"CreatedById", "LastModifiedById", "OwnerId"}
    listed = [Index(f"{sobject.name}_{column}", column) for column in wanted if column is not None and column not in ignored]
    folded = [field for field in sobject.fields.values() if field.external_id or field.unique or field.name in {"Email", "Name"}]
    listed += [Index(f"{sobject.name}_{field.column}_folded", text(f'fold("{field.column}")')) for field in folded if field.column]
    if "systemmodstamp" in sobject.fields:
        listed.append(Index(f"{sobject.name}_SystemModstamp", "SystemModstamp", "id"))
    return listed


for _sobject in whole_schema().sobjects.values():
    Table(_sobject.name, METADATA, *_columns(_sobject), Column(OWN, JSON), *_indexes(_sobject))

Table(
    OWN_RECORDS,
    METADATA,
    Column("id", String, primary_key=True),
    Column("sobject", String, nullable=False, index=True),
    *(Column(name, Boolean if name == "IsDeleted" else String) for name in OWN_RECORD_COLUMNS if name != "Id"),
    Column(OWN, JSON),
)
Table(KEY_PREFIXES, METADATA, Column("id", String, primary_key=True), Column("prefix", String, nullable=False))
Table(FEATURES, METADATA, Column("id", String, primary_key=True))
Table(
    CUSTOM_FIELDS,
    METADATA,
    Column("id", String, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("TableEnumOrId", "DeveloperName")),
    Column("Metadata", JSON, nullable=False),
    Column("doc", LargeBinary),
)
Table(DESCRIBES, METADATA, Column("id", String, primary_key=True), Column("describe", JSON, nullable=False), Column("doc", LargeBinary))
Table(
    CURSORS,
    METADATA,
    Column("id", String, primary_key=True),
    *(Column(name, String) for name in ("owner", "session", "soql")),
    Column("all_rows", Boolean),
    *(Column(name, Integer) for name in ("total", "batch")),
    Column("expires_at", Float),
    info={BOOKKEEPING: True},
)
Table(CURSOR_IDS, METADATA, Column("id", String, primary_key=True), Column("ids", String), info={BOOKKEEPING: True})


def table_of(sobject: SObject) -> str:
    """The table that keeps the rows of this object."""
    return OWN_RECORDS if sobject.own else sobject.name
