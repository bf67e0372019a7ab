"""Writes a result's details into custom fields of an application, making the fields that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from connectors.pinpoint.manifest import (
    READ_CUSTOM_ATTRIBUTES,
    READ_CUSTOM_FIELDS,
    WRITE_CUSTOM_ATTRIBUTES,
    WRITE_CUSTOM_FIELDS,
)
from connectors.pinpoint.wire import Payload, Query, Resource, Wire
from connectors.unified.actions import ResultDetails
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import FixInput, OutcomeUnknown, PermissionMissing, RetryLater

NEW_FIELD_TYPE = "text"
"""Unlike varchar it has no limit of 255 characters."""

PAGE_SIZE = 1000


def _whole(value: str) -> int:
    return int(value)


def _yes_or_no(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError("neither true nor false")
    return value.lower() == "true"


def _decimal(value: str) -> str:
    float(value)  # raises ValueError; the text itself is sent, since a float would round it
    return value


WRITTEN_AS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "varchar": ("varchar_value", str),
    "text": ("text_value", str),
    "integer": ("integer_value", _whole),
    "decimal": ("decimal_value", _decimal),
    "date": ("date_value", str),
    "boolean": ("boolean_value", _yes_or_no),
    "single_select": ("single_select_value", str),
    "multi_select": ("multi_select_value", lambda value: [value]),
}
"""Type of a custom field → the attribute that carries its value, and how a text becomes one."""


class SentOnce(Protocol):
    """Sends a write, and looks before it repeats one."""

    def __call__(self, send: Callable[[], Resource], *, look: Callable[[], Resource | None]) -> Resource: ...


class CustomFields:
    """The custom fields of applications, of one account."""

    def __init__(self, wire: Wire, *, sent_once: SentOnce) -> None:
        self._wire = wire
        self._sent_once = sent_once

    def write(self, application_id: str, given: ResultDetails) -> tuple[Notice, ...]:
        """A warning for each detail that could not be written."""
        warnings = []
        for attribute in given.attributes:
            name = given.custom_field_name_prefix + attribute.key
            try:
                self._write_one(application_id, name, attribute.value)
            except PermissionMissing as refusal:
                needs = ", ".join(repr(need) for need in refusal.missing_permissions)
                warnings.append(Notice("details_in_comment_only", f"custom field {name!r} was not written: the key lacks {needs}"))
            except (FixInput, RetryLater, OutcomeUnknown, ValueError) as refusal:
                warnings.append(Notice("details_in_comment_only", f"custom field {name!r} was not written: {refusal}"))
        return tuple(warnings)

    def _write_one(self, application_id: str, name: str, value: str) -> None:
        field = self._named(name)
        if field is None:
            made = Payload("custom_fields", {"name": name, "field_type": NEW_FIELD_TYPE, "resource_type": "application"})
            send = lambda: self._wire.write("POST", "/custom_fields", made, needs=(WRITE_CUSTOM_FIELDS,))  # noqa: E731
            field = self._sent_once(send, look=lambda: self._named(name))
        self._set(application_id, field, value)

    def _set(self, application_id: str, field: Resource, value: str) -> None:
        """A field has one value on an application: it is changed when it is there, made when it is not."""
        kind = str(field.get("field_type"))
        if kind not in WRITTEN_AS:
            raise ValueError(f"fields of type {kind!r} cannot be written")
        attribute, convert = WRITTEN_AS[kind]
        values = {attribute: convert(value)}
        there = self._value_of(application_id, field)
        if there is not None:
            changed = Payload("custom_attributes", values, id=there.id)
            path = f"/custom_attributes/{there.id}"
            # Writing the same value again changes nothing, so a lost answer needs no look.
            self._sent_once(lambda: self._wire.write("PUT", path, changed, needs=(WRITE_CUSTOM_ATTRIBUTES,)), look=lambda: None)
            return
        links = {"custom_field": ("custom_fields", field.id), "custom_attributable": ("applications", application_id)}
        made = Payload("custom_attributes", values, links)
        self._sent_once(
            lambda: self._wire.write("POST", "/custom_attributes", made, needs=(WRITE_CUSTOM_ATTRIBUTES,)),
            look=lambda: self._value_of(application_id, field),
        )

    def _named(self, name: str) -> Resource | None:
        """The custom field of applications with this name."""
        rows = self._all("/custom_fields", Query(filters=(("resource_type", "application"),)), needs=(READ_CUSTOM_FIELDS,))
        return next((row for row in rows if row.get("name") == name), None)

    def _value_of(self, application_id: str, field: Resource) -> Resource | None:
        """The field's value on the application."""
        filters = (("custom_attributable_id", application_id), ("custom_attributable_type", "Application"))
        query = Query(include=("custom_field",), filters=filters)
        rows = self._all("/custom_attributes", query, needs=(READ_CUSTOM_ATTRIBUTES,))
        return next((row for row in rows if field.id in row.ids("custom_field")), None)

    def _all(self, path: str, query: Query, *, needs: tuple[str, ...]) -> list[Resource]:
        found: list[Resource] = []
        number = 1
        while True:
            asked = Query(query.include, query.extra_fields, query.filters, "id", (number, PAGE_SIZE))
            page = self._wire.list(path, asked, needs=needs)
            found += page
            if len(page) < PAGE_SIZE:
                return found
            number += 1
