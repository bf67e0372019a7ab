"""Duplicate rules: what is refused because somebody is there already.

Salesforce matches names and mails fuzzily. Here a contact matches another when the normalised e-mail and the last name are
the same, which is what a connector can rely on; or, if the quirk says so, when first and last name are, as namesakes show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import quirks, saving, wire
from mock_servers.asymbl.wire import ApiError, Problem

if TYPE_CHECKING:
    from mock_servers.asymbl.schema import SObject
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

HEADER = b"sforce-duplicate-rule-header"
MOST_SHOWN = 5
_DETAILS = ("Id", "Name", "FirstName", "LastName", "Email")


def check(exchange: Exchange, sobject: SObject, values: Mapping[str, Any], before: Row | None) -> None:
    """Raise DUPLICATES_DETECTED when a rule forbids to save these stored values (all of the row's; `before`: what it was)."""
    rule = exchange.quirk(quirks.ContactDuplicateRule)
    if rule is None or sobject.name != "Contact" or not _concerned(values, before):
        return
    matching = _matching(exchange, sobject, values, before, by_name=rule.by_name)
    if not matching:
        return
    exchange.acted(rule)
    wishes = _wishes(exchange)
    alerts = rule.action == "alert"
    if alerts and wishes.get("allowsave") == "true":
        return
    shown = [_match(exchange, one, details=wishes.get("includerecorddetails") == "true") for one in matching]
    raise ApiError(400, Problem("DUPLICATES_DETECTED", rule.message, None, {"duplicateResult": _result(rule, shown, allow_save=alerts)}))


def _concerned(values: Mapping[str, Any], before: Row | None) -> bool:
    """Whether what the rule compares is there, and new."""
    names = ("Email", "LastName")
    complete = all(values.get(name) for name in names)
    return complete and (before is None or any(_folded(values[name]) != _folded(before.get(name)) for name in names))


def _matching(exchange: Exchange, sobject: SObject, values: Mapping[str, Any], before: Row | None, *, by_name: bool) -> list[Row]:
    alike = [("Email", "LastName"), *([("LastName", "FirstName")] if by_name else [])]
    found: dict[str, Row] = {}
    for looked_up, compared in alike:
        for id in saving.find_by(exchange.store, sobject, sobject.fields[looked_up.lower()], values[looked_up], limit=50):
            row = saving.get(exchange.store, sobject, id) if before is None or id != before["id"] else None
            if row is not None and _folded(row[compared]) == _folded(values.get(compared)):
                found[id] = row
    return list(found.values())[:MOST_SHOWN]


def _folded(text: object) -> str:
    return str(text).strip().casefold()


def _wishes(exchange: Exchange) -> dict[str, str]:
    """The header's parts: allowSave=true; includeRecordDetails=false; runAsCurrentUser=true."""
    parts = (part.partition("=") for part in (exchange.header(HEADER) or "").replace(",", ";").split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in parts}


def _match(exchange: Exchange, row: Row, *, details: bool) -> dict[str, Any]:
    record = {"attributes": wire.attributes(wire.version_of(exchange), "Contact", row["id"])}
    names = _DETAILS if details else ("Id",)
    shown = {name: row["id"] if name == "Id" else row.get(name) for name in names}
    return {"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": {**record, **shown}}


def _result(rule: quirks.ContactDuplicateRule, shown: list[dict[str, Any]], *, allow_save: bool) -> dict[str, Any]:
    match = {
        "entityType": "Contact",
        "errors": [],
        "matchEngine": "FuzzyMatchEngine",
        "matchRecords": shown,
        "rule": "Standard_Contact_Match_Rule_v1_1",
        "size": len(shown),
        "success": True,
    }
    return {
        "allowSave": allow_save,
        "duplicateRule": "Standard_Contact_Duplicate_Rule",
        "duplicateRuleEntityType": "Contact",
        "errorMessage": rule.message,
        "matchResults": [match],
    }
