"""What an org knows: sObjects, fields and relationships, from schema.json. What an org adds: own_schema.py."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("schema.json")

TEXT_TYPES = frozenset({"string", "picklist", "multipicklist", "combobox", "email", "phone", "url", "textarea", "encryptedstring"})
NUMBER_TYPES = frozenset({"int", "long", "double", "currency", "percent"})
ID_TYPES = frozenset({"id", "reference"})
LONG_TEXT = 255
"""A textarea beyond this length can neither be filtered, sorted nor grouped (describe responses)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field, as describe tells it; `column` says where its value is kept."""

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    filterable: bool = True
    sortable: bool = True
    groupable: bool = False
    defaulted: bool = False
    default: Any = None
    to: tuple[str, ...] = ()
    """The sObjects that a reference may lead to."""
    to_any: bool = False
    """Besides those, any custom object (files and mails hang on everything)."""
    relationship: str | None = None
    """The name of the parent in a path, e.g. bpats__Job__r."""
    children: str | None = None
    """The name under which the parent lists its children."""
    on_delete: str | None = None
    """What happens to this row when the parent goes: SetNull, Restrict, Cascade, or None for nothing."""
    master: bool = False
    compound: str | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    unique: bool = False
    case_sensitive: bool = False
    external_id: bool = False
    html: bool = False
    auto_number: str | None = None
    formula: bool = False
    composed: bool = False
    """A person's name, put together from its parts."""
    lookup_filter: bool = False
    tracked: bool = False
    feature: str | None = None
    """Only orgs with this feature have the field."""
    own: bool = False
    """Added by the org itself, so it lives in the row's `own` document rather than in a column."""

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def column(self) -> str | None:
        """Its column in the sObject's table; None for what is computed or kept among the org's own values."""
        if self.formula or self.own or self.composed or self.type == "address":
            return None
        return "id" if self.type == "id" else self.name

    @property
    def required(self) -> bool:
        """In the sense of the API: a create without it is refused."""
        return not self.nillable and not self.defaulted and self.createable and self.type != "boolean"

    @property
    def permissionable(self) -> bool:
        """Whether field-level security applies: required, master-detail and system fields are always visible."""
        if self.name in SYSTEM_FIELDS or self.master or self.name == "Name" or self.type in {"id", "address"}:
            return False
        return not self.required

    @property
    def polymorphic(self) -> bool:
        return len(self.to) > 1 or self.to_any


SYSTEM_FIELDS = frozenset(
    {
        "Id", "IsDeleted", "OwnerId", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
        "LastActivityDate", "LastViewedDate", "LastReferencedDate", "MasterRecordId", "RecordTypeId", "SetupOwnerId", "CurrencyIsoCode",
    }
)  # fmt: skip
"""Fields without field-level security."""


NAME_PARTS = ("FirstName", "MiddleName", "LastName", "Suffix")
"""The salutation is no part of a name (describe: Name has 121 characters)."""


def full_name(row: Mapping[str, Any]) -> str | None:
    """The composed name of a contact or user."""
    return " ".join(part for name in NAME_PARTS if (part := row.get(name))) or None


@dataclass(frozen=True, slots=True)
class Child:
    """A relationship seen from the parent."""

    sobject: str
    field: Field

    @property
    def name(self) -> str | None:
        return self.field.children


@dataclass(frozen=True)
class SObject:
    """One object with its fields by lower-case name, in describe's order."""

    name: str
    label: str
    plural: str
    prefix: str | None
    """The first three characters of its ids; None: the org gives them (see ids.py)."""
    fields: Mapping[str, Field]
    sharing: str = "ReadWrite"
    history: bool = False
    custom_setting: bool = False
    own: bool = False
    """Added by the org itself: its rows lie in the common table of such objects."""

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    def field(self, name: str) -> Field | None:
        """By name in any case."""
        return self.fields.get(name.lower())

    @property
    def name_field(self) -> Field | None:
        for name in ("name", "title", "subject"):
            if name in self.fields:
                return self.fields[name]
        return None

    @cached_property
    def required_names(self) -> tuple[str, ...]:
        """Fields without which a create is refused."""
        return tuple(one.name for one in self.fields.values() if one.required)

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Fields that the org itself added."""
        return frozenset(one.name for one in self.fields.values() if one.own)

    @cached_property
    def composes_name(self) -> bool:
        """Whether its name is put together from parts."""
        return "name" in self.fields and self.fields["name"].composed

    @cached_property
    def unique_fields(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields.values() if one.unique)

    @cached_property
    def numbered_fields(self) -> tuple[Field, ...]:
        """Those that number the records."""
        return tuple(one for one in self.fields.values() if one.auto_number is not None)

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """What a new record has where nothing is said."""
        return {
            one.name: one.default if one.type != "boolean" else bool(one.default)
            for one in self.fields.values()
            if one.default is not None or (one.type == "boolean" and not one.formula)
        }

    @property
    def soft_deletes(self) -> bool:
        """Whether a deleted row stays in the recycle bin (users, profiles and record types are never deleted)."""
        return "isdeleted" in self.fields

    def parent_field(self, relationship: str) -> Field | None:
        """The reference that a relationship name in any case stands for."""
        wanted = relationship.lower()
        return next((one for one in self.fields.values() if one.relationship is not None and one.relationship.lower() == wanted), None)


@dataclass(frozen=True)
class Schema:
    """All objects of an org by lower-case name."""

    sobjects: Mapping[str, SObject]
    _children: Mapping[str, tuple[Child, ...]] = field(default_factory=dict)

    def get(self, name: str) -> SObject | None:
        """By name in any case."""
        return self.sobjects.get(name.lower())

    def __getitem__(self, name: str) -> SObject:
        return self.sobjects[name.lower()]

    def children(self, name: str) -> tuple[Child, ...]:
        """Every reference of the schema that leads to this object."""
        return self._children.get(name.lower(), ())


def make_schema(sobjects: Iterable[SObject]) -> Schema:
    """The schema of these objects, with the children of each worked out."""
    by_name = {sobject.name.lower(): sobject for sobject in sobjects}
    children: dict[str, list[Child]] = {}
    for sobject in by_name.values():
        for one in sobject.fields.values():
            parents = set(one.to) | ({other.name for other in by_name.values() if other.custom} if one.to_any else set())
            for parent in parents:
                children.setdefault(parent.lower(), []).append(Child(sobject.name, one))
    return Schema(by_name, {name: tuple(found) for name, found in children.items()})


def type_defaults(type: str, length: int) -> dict[str, Any]:
    """What describe says of a field of this type unless the file says otherwise."""
    long = type == "textarea" and length > LONG_TEXT
    groupable = type in {"string", "picklist", "reference", "email", "phone", "url", "boolean", "date", "int", "id", "combobox"}
    return {
        "nillable": type not in {"boolean", "id"},
        "createable": type not in {"id", "address"},
        "updateable": type not in {"id", "address"},
        "filterable": not long and type != "base64",
        "sortable": not long and type not in {"base64", "address", "multipicklist"},
        "groupable": groupable or (type == "textarea" and not long),
        "defaulted": type in {"boolean", "id"},
    }


_KEYS = {
    "defaultedOnCreate": "defaulted", "toAnyCustom": "to_any", "onDelete": "on_delete", "caseSensitive": "case_sensitive",
    "externalId": "external_id", "autoNumber": "auto_number", "lookupFilter": "lookup_filter",
}  # fmt: skip
_UNUSED = {"valueSet"}


def field_from(told: Mapping[str, Any]) -> Field:
    """A field of schema.json."""
    values: dict[str, Any] = type_defaults(told["type"], told.get("length", 0))
    for key, value in told.items():
        if key not in _UNUSED:
            values[_KEYS.get(key, key)] = tuple(value) if isinstance(value, list) else value
    return Field(**values)


def _implied(name_label: str, auto_number: str | None, *, owner: bool, setting: bool) -> list[Field]:
    """The fields that every custom object has."""
    given: dict[str, Any] = {"nillable": False, "createable": False, "updateable": False, "defaulted": True}
    user: dict[str, Any] = {"type": "reference", "to": ("User",), "groupable": True}
    found = [Field("Id", "id", "Record ID", groupable=True, **given)]
    if owner:
        owned: dict[str, Any] = {"nillable": False, "defaulted": True, "groupable": True, "to": ("Group", "User"), "relationship": "Owner"}
        found.append(Field("OwnerId", "reference", "Owner ID", **owned))
    if setting:
        found.append(
            Field("SetupOwnerId", "reference", "Location ID", nillable=False, updateable=False, to=("Organization", "Profile", "User"))
        )
    number: dict[str, Any] = {"createable": False, "updateable": False, "nillable": False} if auto_number is not None else {}
    currency: dict[str, Any] = {"length": 3, "groupable": True, "defaulted": True, "feature": "MultiCurrency"}
    viewed: dict[str, Any] = {"createable": False, "updateable": False}
    return [
        *found,
        Field("IsDeleted", "boolean", "Deleted", groupable=True, **given),
        Field("Name", "string", name_label, length=80, groupable=True, defaulted=True, auto_number=auto_number, **number),
        Field("CurrencyIsoCode", "picklist", "Currency ISO Code", **currency),
        Field("CreatedDate", "datetime", "Created Date", **given),
        Field("CreatedById", label="Created By ID", relationship="CreatedBy", **user, **given),
        Field("LastModifiedDate", "datetime", "Last Modified Date", **given),
        Field("LastModifiedById", label="Last Modified By ID", relationship="LastModifiedBy", **user, **given),
        Field("SystemModstamp", "datetime", "System Modstamp", **given),
        Field("LastActivityDate", "date", "Last Activity Date", groupable=True, **viewed),
        Field("LastViewedDate", "datetime", "Last Viewed Date", **viewed),
        Field("LastReferencedDate", "datetime", "Last Referenced Date", **viewed),
    ]


def sobject_from(told: Mapping[str, Any]) -> SObject:
    """An object of schema.json; what custom objects have by nature is added."""
    fields = [field_from(one) for one in told["fields"]]
    if "prefix" not in told:
        setting = bool(told.get("customSetting"))
        owner = not setting and not any(one.master for one in fields)
        fields = _implied(told["nameLabel"], told.get("autoNumber"), owner=owner, setting=setting) + fields
    return SObject(
        told["name"], told["label"], told["plural"], told.get("prefix"), {one.name.lower(): one for one in fields},
        sharing=told.get("sharing", "ReadWrite"), history=told.get("history", False), custom_setting=told.get("customSetting", False),
    )  # fmt: skip


@lru_cache(1)
def whole_schema() -> Schema:
    """Everything in schema.json, features included: what the tables are made of."""
    return make_schema(sobject_from(one) for one in json.loads(SCHEMA_FILE.read_text("utf-8"))["sobjects"])
