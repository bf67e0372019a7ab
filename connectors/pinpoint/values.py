"""Small steps from what Pinpoint writes to what the unified models hold; cells for the tables in mapping.py are built of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.pinpoint.wire import Resource
from connectors.transport import countries
from connectors.transport.mapping import Withheld
from connectors.unified.connector import Ref

HIDDEN = "Hidden due to blind screening"
"""What the vendor writes instead of a value where a job screens blindly."""


def tidy(text: Any) -> str | None:
    """Text; None when it is null or blank."""
    return str(text) if text is not None and str(text).strip() else None


def number(value: Any) -> float | int | None:
    """A number that the vendor writes as a number or as decimal text; 0 stays 0."""
    if value is None or isinstance(value, int | float):
        return value
    exact = float(value)
    return int(exact) if exact.is_integer() else exact


def translated(attribute: str, table: Mapping[str, str]) -> Callable[[Resource], Any]:
    """A cell: the attribute through a table, and unchanged where the table has no row."""

    def cell(resource: Resource) -> Any:
        value = present(resource, attribute)
        return table.get(value, value) if isinstance(value, str) else value

    return cell


def present(resource: Resource, attribute: str) -> Any:
    """An attribute; Withheld when this account's Pinpoint does not have it at all."""
    if attribute not in resource.attributes:
        return Withheld("unsupported", f"{resource.type} show no {attribute}")
    return resource.get(attribute)


def refers(attribute: str, model: str) -> Callable[[Resource], Any]:
    """A cell: the attribute as a reference; ids come as text or as numbers."""

    def cell(resource: Resource) -> Any:
        value = present(resource, attribute)
        return value if value is None or isinstance(value, Withheld) else Ref(model, str(value))

    return cell


def admin_page(kind: str) -> Callable[[Resource], str]:
    """A cell: the address of the record's page in Pinpoint. Assumed from how its own pages are addressed."""
    return lambda resource: f"{resource.document.home}/admin/{kind}/{resource.id}"


def raw_below(path: str) -> Callable[[Resource], dict[str, Any]]:
    """A cell: the vendor's own resource, without what blind screening hides."""

    def cell(resource: Resource) -> dict[str, Any]:
        shown = {name: value for name, value in resource.attributes.items() if value != HIDDEN}
        return {path: {**resource.raw, "attributes": shown}}

    return cell


def amount(attribute: str) -> Callable[[Resource], Any]:
    """A cell: a sum of money."""

    def cell(job: Resource) -> Any:
        value = present(job, attribute)
        return value if isinstance(value, Withheld) else number(value)

    return cell


def address(
    *,
    city: Any = None,
    country: Any = None,
    raw: Any = None,
    state: Any = None,
    street_1: Any = None,
    street_2: Any = None,
    zip_code: Any = None,
) -> dict[str, str | None] | None:
    """A unified location; None when every part is blank."""
    parts = {"city": city, "country": country, "raw": raw, "state": state, "street_1": street_1, "street_2": street_2, "zip_code": zip_code}
    tidied = {name: tidy(part) for name, part in parts.items()}
    tidied["country"] = countries.code_of(tidied["country"])
    return tidied if any(tidied.values()) else None


def by_number(id: str) -> tuple[int, str]:
    """Sorts "9" before "10"."""
    return (int(id), "") if id.isdecimal() else (0, id)
