"""From a scenario's records.yaml to the rows of the tables: key prefixes, a user, an organization, and what every row has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_servers.asymbl import ids, package, saving, tables
from mock_servers.asymbl.own_schema import widened
from mock_servers.asymbl.platform import CORPORATE_CURRENCY
from mock_servers.asymbl.schema import Field, Schema, SObject, whole_schema
from mock_servers.asymbl.wire import stored_moment

Rows = Mapping[str, list[dict[str, Any]]]

BEGINNING = "2026-01-05T09:00:00.000+0000"
"""When a record was made that does not say so."""
FIRST_PREFIX = 6
"""Where an org without records begins to number its custom objects: a06."""


def prepare(told: Rows) -> dict[str, list[dict[str, Any]]]:
    """Rows keyed by sObject and field names, as tables keep them. Raises ValueError for names and values that cannot be.

    `Id` may have 15 or 18 characters and may be left out; so may system fields, owners, auto numbers and composed names.
    """
    given = {name: [dict(row) for row in rows] for name, rows in told.items()}
    described, custom_fields = given.pop(tables.DESCRIBES, []), given.pop(tables.CUSTOM_FIELDS, [])
    schema = widened(whole_schema().sobjects, custom_fields, described)
    prefixes = _prefixes(schema, given)
    _add_essentials(given)
    numbers: dict[str, int] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    named = {name: (schema.get(name), records) for name, records in given.items()}
    for name, (sobject, records) in named.items():
        if sobject is None:
            raise ValueError(f"no such object: {name}; there are {', '.join(one.name for one in schema.sobjects.values())}")
        for record in records:
            _name(record, sobject, prefixes, numbers)
    first_user = str(given["User"][0]["Id"])
    features = _features(schema, given)
    currency = CORPORATE_CURRENCY if {"id": "MultiCurrency"} in features else None
    for sobject, records in named.values():
        if sobject is not None:
            rows.setdefault(tables.table_of(sobject), []).extend(_row(sobject, record, first_user, currency, numbers) for record in records)
    rows[tables.KEY_PREFIXES] = [{"id": schema[name].name, "prefix": prefix} for name, prefix in prefixes.items() if schema[name].custom]
    rows[tables.FEATURES] = features
    rows[tables.CUSTOM_FIELDS] = [{"id" if key == "Id" else key: value for key, value in one.items()} for one in custom_fields]
    rows[tables.DESCRIBES] = [{"id": one["name"], "describe": one} for one in described]
    return rows


def _features(schema: Schema, given: Rows) -> list[dict[str, str]]:
    """Those whose fields some record fills: an org without several currencies has no currency on its rows."""
    filled = {
        field.feature
        for name, records in given.items()
        if (sobject := schema.get(name)) is not None
        for key in {key for record in records for key, value in record.items() if value is not None}
        if (field := sobject.field(key)) is not None and field.feature is not None
    }
    return [{"id": feature} for feature in sorted(filled)]


def _prefixes(schema: Schema, given: Rows) -> dict[str, str]:
    """The prefixes that the scenario's own ids show; the other custom objects get the next ones, in the schema's order."""
    found = {name: sobject.prefix for name, sobject in schema.sobjects.items() if sobject.prefix is not None}
    for name, records in given.items():
        sobject = schema.get(name)
        id = next((record["Id"] for record in records if record.get("Id") is not None), None)
        if sobject is None or id is None:
            continue
        other = next((known for known, prefix in found.items() if prefix == id[:3]), None)
        if other not in {None, sobject.name.lower()}:
            raise ValueError(f"{name} and {schema[str(other)].name} both have ids that begin with {id[:3]}")
        found.setdefault(sobject.name.lower(), id[:3])
    missing = [name for name in schema.sobjects if name not in found]
    return {**found, **ids.custom_prefixes(missing, set(found.values()), FIRST_PREFIX)}


def _add_essentials(given: dict[str, list[dict[str, Any]]]) -> None:
    """No org is without an organization, a profile and a user."""
    if not given.get("Organization"):
        about = {"OrganizationType": "Developer Edition", "InstanceName": "NA224", "TimeZoneSidKey": "America/Los_Angeles"}
        locale = {"DefaultLocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "FiscalYearStartMonth": 1}
        given["Organization"] = [{"Name": "Example Org", **about, **locale}]
    if not given.get("Profile"):
        given["Profile"] = [{"Id": ids.made("00e", 1), "Name": "System Administrator", "UserType": "Standard"}]
    if not given.get("User"):
        login = {"Username": "integration@example.com", "Email": "integration@example.com", "Alias": "integ"}
        given["User"] = [
            {"FirstName": "Integration", "LastName": "User", **login, "CommunityNickname": "integration", "IsActive": True,
             "UserType": "Standard", "ProfileId": given["Profile"][0].get("Id"), "TimeZoneSidKey": "America/Los_Angeles",
             "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8"}
        ]  # fmt: skip


def _name(record: dict[str, Any], sobject: SObject, prefixes: Mapping[str, str], numbers: dict[str, int]) -> None:
    """See to it that the record has an id of 18 characters."""
    if record.get("Id") is None:
        prefix = prefixes[sobject.name.lower()]
        numbers[prefix] = numbers.get(prefix, 0) + 1
        # Far from the numbers of records that are made later.
        record["Id"] = ids.made(prefix, 62**3 + numbers[prefix])
    whole = ids.normalised(record["Id"])
    if whole is None:
        raise ValueError(f"{sobject.name}: {record['Id']!r} is no id; its checksum would be {ids.checksum(str(record['Id'])[:15])}")
    record["Id"] = whole


def _row(sobject: SObject, record: Mapping[str, Any], user: str, currency: str | None, numbers: dict[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name, value in record.items():
        field = sobject.field(name)
        if field is None or field.formula or field.type == "address":
            raise ValueError(f"{sobject.name} keeps no field {name!r}")
        (own if field.own else row)["id" if field.type == "id" else field.name] = _value(sobject, field, value)
    _fill(sobject, row, user, currency, numbers)
    if own:
        row[tables.OWN] = own
    if sobject.own:
        row["sobject"] = sobject.name
    return row


def _value(sobject: SObject, field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.type in {"reference", "id"}:
        id = ids.normalised(value)
        if id is None:
            raise ValueError(f"{sobject.name}.{field.name}: {value!r} is no id; its checksum would be {ids.checksum(str(value)[:15])}")
        return id
    if field.type == "datetime":
        return stored_moment(value)
    return float(value) if field.type in {"double", "currency", "percent"} else value


def _fill(sobject: SObject, row: dict[str, Any], user: str, currency: str | None, numbers: dict[str, int]) -> None:
    """What a record does not say."""
    created = row.get("CreatedDate") or BEGINNING
    modified = row.get("LastModifiedDate") or created
    told = {
        "CreatedDate": created, "LastModifiedDate": modified, "SystemModstamp": modified, "CreatedById": user,
        "LastModifiedById": user, "OwnerId": user, "CurrencyIsoCode": currency,
    }  # fmt: skip
    for name, value in told.items():
        field = sobject.field(name)
        if field is not None and row.get(name) is None and not (name == "OwnerId" and field.nillable):
            row[name] = value
    for field in sobject.fields.values():
        if field.name in row or field.column is None:
            continue
        if field.auto_number is not None:
            key = f"{sobject.name}.{field.name}"
            numbers[key] = numbers.get(key, 0) + 1
            row[field.name] = saving.auto_number(field.auto_number, numbers[key], created)
        elif field.name == "bpats__Contact_Job_Relationship__c":
            row[field.name] = package.relationship_key(row.get("bpats__ATS_Applicant__c"), row.get("bpats__Job__c"))
        elif field.default is not None and field.type != "boolean":
            row[field.name] = field.default
