"""What an org adds to the schema: fields as the Tooling API keeps them (CustomField), whole objects as describe tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson

from mock_servers.asymbl.schema import Field, Schema, SObject, make_schema, type_defaults, whole_schema

OWN_RECORD_COLUMNS = (
    "Id", "IsDeleted", "OwnerId", "Name", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
"""What the common table of the org's own objects keeps in columns."""

_TYPES = {
    "Text": "string", "TextArea": "textarea", "LongTextArea": "textarea", "Html": "textarea", "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist", "Number": "double", "Currency": "currency", "Percent": "percent", "Checkbox": "boolean",
    "Date": "date", "DateTime": "datetime", "Time": "time", "Email": "email", "Phone": "phone", "Url": "url", "Lookup": "reference",
    "MasterDetail": "reference",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z]\w*")
_LENGTHS = {"Email": 80, "Phone": 40, "Url": 255, "Picklist": 255, "MultiselectPicklist": 4099, "TextArea": 255}


@lru_cache(16)
def org_schema(features: frozenset[str], custom_fields: tuple[bytes, ...], describes: tuple[bytes, ...]) -> Schema:
    """The schema of an org with these features, to which it added these fields and describes (each a JSON text)."""
    known = {
        name: replace(sobject, fields={key: one for key, one in sobject.fields.items() if one.feature is None or one.feature in features})
        for name, sobject in whole_schema().sobjects.items()
    }
    return widened(known, map(orjson.loads, custom_fields), map(orjson.loads, describes))


def widened(known: Mapping[str, SObject], custom_fields: Iterable[Mapping[str, Any]], describes: Iterable[Mapping[str, Any]]) -> Schema:
    """These objects and what an org adds to them. Raises ValueError for what cannot be added."""
    found = dict(known)
    for told in describes:
        added = sobject_of_describe(told)
        before = found.get(added.name.lower())
        if before is None:
            found[added.name.lower()] = added
        else:
            more = {key: replace(one, own=True) for key, one in added.fields.items()}
            found[added.name.lower()] = replace(before, fields={**more, **before.fields})
    for told in custom_fields:
        sobject = found.get(str(told["TableEnumOrId"]).lower())
        if sobject is None:
            raise ValueError(f"CustomField {told['DeveloperName']}: there is no object {told['TableEnumOrId']!r}")
        field = field_of_metadata(told["DeveloperName"], told["Metadata"])
        if field.name.lower() not in sobject.fields:
            found[sobject.name.lower()] = replace(sobject, fields={**sobject.fields, field.name.lower(): field})
    return make_schema(found.values())


def field_of_metadata(developer_name: str, told: Mapping[str, Any]) -> Field:
    """A field as the Tooling API's Metadata tells it. Raises ValueError for a type that is not known here, KeyError, TypeError."""
    kind = told["type"]
    if kind not in _TYPES:
        raise ValueError(f"CustomField {developer_name}: no type {kind!r}; there are {', '.join(_TYPES)}")
    type, length = _TYPES[kind], told.get("length", _LENGTHS.get(kind, 0))
    given = type_defaults(type, length)
    given["nillable"] = given["nillable"] and not told.get("required", False) and kind != "MasterDetail"
    default = told.get("defaultValue")
    reference = type == "reference"
    return _sound(Field(
        f"{developer_name}__c", type, told.get("label", developer_name), length=length, precision=told.get("precision", 0),
        scale=told.get("scale", 0), **given, default=default,
        to=(told["referenceTo"],) if reference else (), relationship=f"{developer_name}__r" if reference else None,
        children=f"{told['relationshipName']}__r" if told.get("relationshipName") else None,
        on_delete=("Cascade" if kind == "MasterDetail" else told.get("deleteConstraint", "SetNull")) if reference else None,
        master=kind == "MasterDetail", values=tuple(told.get("values", ())), restricted=told.get("restricted", "values" in told),
        unique=told.get("unique", False), case_sensitive=told.get("caseSensitive", False), external_id=told.get("externalId", False),
        html=kind == "Html", own=True,
    ))  # fmt: skip


def sobject_of_describe(told: Mapping[str, Any]) -> SObject:
    """An object as `/sobjects/X/describe` tells it. Raises ValueError for what is no describe."""
    try:
        fields = [_field_of_describe(one, told["name"]) for one in told["fields"]]
        name, label = told["name"], told["label"]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is not the describe of an sObject: {error!r}") from error
    prefix = told.get("keyPrefix")
    if not all(isinstance(text, str) for text in (name, label)) or _NAME.fullmatch(name) is None:
        raise ValueError("an object has a name that begins with a letter, and a label")
    if prefix is not None and (not isinstance(prefix, str) or re.fullmatch("[0-9A-Za-z]{3}", prefix) is None):
        raise ValueError(f"{name}: keyPrefix has three letters or digits, unlike {prefix!r}")
    if "id" not in {one.name.lower() for one in fields}:
        raise ValueError(f"{name}: the describe of an object has the field Id")
    return SObject(name, label, told.get("labelPlural", label), prefix, {one.name.lower(): one for one in fields}, own=True)


def _field_of_describe(told: Mapping[str, Any], sobject: str) -> Field:
    values = tuple(one["value"] for one in told.get("picklistValues") or () if one.get("active", True))
    given = [one["value"] for one in told.get("picklistValues") or () if one.get("defaultValue")]
    reference = told["type"] == "reference"
    delete = "Cascade" if told.get("cascadeDelete") else "Restrict" if told.get("restrictedDelete") else "SetNull"
    return _sound(Field(
        told["name"], told["type"], told.get("label", told["name"]), length=told.get("length") or 0,
        precision=told.get("precision") or told.get("digits") or 0, scale=told.get("scale") or 0,
        nillable=told.get("nillable", True), createable=told.get("createable", True), updateable=told.get("updateable", True),
        filterable=told.get("filterable", True), sortable=told.get("sortable", True), groupable=told.get("groupable", False),
        defaulted=told.get("defaultedOnCreate", False), default=told.get("defaultValue") if not values else next(iter(given), None),
        to=tuple(told.get("referenceTo") or ()), relationship=told.get("relationshipName"),
        children=told.get("childRelationshipName", f"{sobject.removesuffix('__c')}s__r") if reference and told["name"].endswith("__c") else None,
        on_delete=delete if reference else None, compound=told.get("compoundFieldName"), values=values,
        restricted=told.get("restrictedPicklist", False), unique=told.get("unique", False),
        case_sensitive=told.get("caseSensitive", False), external_id=told.get("externalId", False),
        html=told.get("htmlFormatted", False), own=told["name"] not in OWN_RECORD_COLUMNS,
    ))  # fmt: skip


def _sound(field: Field) -> Field:
    """The field, if every request can rely on its parts. Raises ValueError."""
    texts = (field.name, field.label, *field.to, *field.values)
    if _NAME.fullmatch(str(field.name)) is None or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{field.name!r}: names, labels and values are texts, and a name begins with a letter")
    if field.type not in {*_TYPES.values(), "id", "int", "long", "combobox", "base64", "address", "encryptedstring", "anyType", "location"}:
        raise ValueError(f"{field.name}: there is no type {field.type!r}")
    for number in (field.length, field.precision, field.scale):
        if not isinstance(number, int) or not 0 <= number < 2**31:
            raise ValueError(f"{field.name}: length, precision and scale are whole numbers, not {number!r}")
    if not all(isinstance(text, str | None) for text in (field.relationship, field.children, field.compound)):
        raise ValueError(f"{field.name}: relationships and compounds are called by texts")
    if field.default is not None and not isinstance(field.default, bool if field.type == "boolean" else str | int | float):
        raise ValueError(f"{field.name}: {field.default!r} is no default for {field.type}")
    try:
        hash(field)  # what describe tells of it is kept
    except TypeError as error:
        raise ValueError(f"{field.name}: each of its properties is one text, number or boolean ({error})") from error
    return field
