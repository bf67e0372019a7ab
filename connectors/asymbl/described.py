"""Objects and columns as describe tells of them to one user: what is hidden from that user is not there.

Part of the room for Salesforce's format (see wire.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.unified.errors import UnexpectedReply

COMPOUND = frozenset({"address", "location", "base64", "complexvalue", "anyType"})
"""Types of columns that are never selected: made of others that are, or refused in bulk, or no value at all."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A column as describe tells of it."""

    name: str
    label: str
    type: str
    custom: bool
    createable: bool
    updateable: bool
    restricted: bool
    """Whether a picklist takes no other than its own values."""
    values: tuple[str, ...] = ()
    """The active values of a picklist."""


@dataclass(frozen=True, slots=True)
class Described:
    """An object as this user sees it."""

    name: str
    queryable: bool
    createable: bool
    updateable: bool
    fields: Mapping[str, FieldInfo] = field(repr=False)


def described(told: Any) -> Described:
    """An answer of describe. Raises UnexpectedReply when it is none."""
    if not isinstance(told, Mapping) or "name" not in told or not isinstance(told.get("fields"), list):
        raise UnexpectedReply("a describe was answered without a name or without fields")
    return Described(
        name=str(told["name"]),
        queryable=bool(told.get("queryable")),
        createable=bool(told.get("createable")),
        updateable=bool(told.get("updateable")),
        fields={str(one["name"]): _field_info(one) for one in told["fields"]},
    )


def _field_info(told: Mapping[str, Any]) -> FieldInfo:
    picked = [one for one in told.get("picklistValues") or () if one.get("active", True)]
    return FieldInfo(
        name=str(told["name"]),
        label=str(told.get("label", told["name"])),
        type=str(told.get("type", "string")),
        custom=bool(told.get("custom")),
        createable=bool(told.get("createable")),
        updateable=bool(told.get("updateable")),
        restricted=bool(told.get("restrictedPicklist")),
        values=tuple(str(one["value"]) for one in picked if one.get("value") is not None),
    )
