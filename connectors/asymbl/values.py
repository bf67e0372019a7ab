"""Small steps from what Salesforce writes to what the unified models hold; cells for the tables in mapping.py are built of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.transport import countries

Row = Mapping[str, Any]


def tidy(text: Any) -> str | None:
    """Text; None when it is null or blank."""
    return str(text) if text is not None and str(text).strip() else None


def below(row: Row, parent: str) -> Row:
    """A parent's columns; empty when there is no parent, or when its record is not shared with this user."""
    return row.get(parent) or {}


def number(value: float | None) -> float | int | None:
    """A number without a fraction that says nothing: Salesforce writes 50000.0. 0 stays 0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def day(date: str | None) -> str | None:
    """The first moment of a date, in UTC; a time stays what it is."""
    return date if date is None or "T" in date else f"{date}T00:00:00.000Z"


def address(
    *,
    city: Any = None,
    country: Any = None,
    raw: Any = None,
    state: Any = None,
    street: Any = None,
    zip_code: Any = None,
) -> dict[str, str | None] | None:
    """A unified location; None when every part is blank. A street's further lines are its second part."""
    lines = [line.strip() for line in str(street or "").splitlines() if line.strip()]
    parts = {
        "city": tidy(city),
        "country": countries.code_of(tidy(country)),
        "raw": tidy(raw),
        "state": tidy(state),
        "street_1": lines[0] if lines else None,
        "street_2": ", ".join(lines[1:]) or None,
        "zip_code": tidy(zip_code),
    }
    return parts if any(part is not None for part in parts.values()) else None
