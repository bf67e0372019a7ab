"""What Salesforce itself does when rows are saved: record types, currencies, and the lists of countries."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mock_servers.asymbl.wire import refuse

if TYPE_CHECKING:
    from mock_servers.asymbl.schema import SObject
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

CORPORATE_CURRENCY = "USD"
_PROBLEM = (
    "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid "
    "countries."
)


@lru_cache(1)
def countries() -> dict[str, str]:
    """Names by two-letter code."""
    found: dict[str, str] = json.loads(Path(__file__).with_name("countries.json").read_text("utf-8"))
    return found


def before_save(exchange: Exchange, sobject: SObject, row: Row, old: Row | None) -> None:
    """Rules of every object, before its own triggers. Raises ApiError."""
    if old is None and "currencyisocode" in sobject.fields and row.get("CurrencyIsoCode") is None:
        row["CurrencyIsoCode"] = CORPORATE_CURRENCY
    if "recordtypeid" in sobject.fields:
        _record_type(exchange, sobject, row, old)
    for field in sobject.fields.values():
        if field.feature == "StateAndCountryPicklist" and field.name.endswith("CountryCode"):
            _country(row, old, field.name.removesuffix("Code"))


def _record_type(exchange: Exchange, sobject: SObject, row: Row, old: Row | None) -> None:
    """A new record has its object's first active record type unless it says another; another object's is refused."""
    given = row.get("RecordTypeId")
    if old is None and given is None:
        known = exchange.store.find("RecordType", SobjectType=sobject.name, IsActive=True)
        row["RecordTypeId"] = known["id"] if known is not None else None
    elif given is not None and (old is None or old.get("RecordTypeId") != given):
        named = exchange.store.find("RecordType", id=given)
        if named is None or named["SobjectType"] != sobject.name or not named["IsActive"]:
            message = f"Record Type ID: this ID value isn't valid for the user: {given}"
            raise refuse(400, "INVALID_CROSS_REFERENCE_KEY", message, ["RecordTypeId"])


def _country(row: Row, old: Row | None, name: str) -> None:
    """Where countries come from a list, name and code go together, and nothing else is taken."""
    code = f"{name}Code"
    if row.get(code) is not None and (old is None or old.get(code) != row[code]):
        known = countries().get(str(row[code]).upper())
        if known is None:
            raise refuse(400, "FIELD_INTEGRITY_EXCEPTION", f"{_PROBLEM}: {row[code]}", [code])
        row[code], row[name] = str(row[code]).upper(), known
    elif row.get(name) is not None and (old is None or old.get(name) != row[name]):
        wanted = str(row[name]).lower()
        found = next((key for key, country in countries().items() if country.lower() == wanted), None)
        if found is None:
            raise refuse(400, "FIELD_INTEGRITY_EXCEPTION", f"{_PROBLEM}: {row[name]}", [name])
        row[code], row[name] = found, countries()[found]
    elif old is not None and row.get(name) is None and row.get(code) is not None and old.get(name) is not None:
        row[code] = None
