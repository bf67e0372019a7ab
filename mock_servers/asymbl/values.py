"""From what a client sends to what is stored, field by field: JSON types, lengths, picklists, numbers, mails, references."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from mock_servers.asymbl import ids
from mock_servers.asymbl.schema import TEXT_TYPES, Field
from mock_servers.asymbl.wire import Problem, stored_moment

Converter = Callable[[Field, Any], Any]
_EMAIL = re.compile(r"[^@\s,;<>()\[\]\"]+@[^@\s,;<>()\[\]\"]+\.[^@\s,;.<>()\[\]\"]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TOKENS: dict[type, str] = {
    str: "VALUE_STRING",
    int: "VALUE_NUMBER_INT",
    float: "VALUE_NUMBER_FLOAT",
    list: "START_ARRAY",
    dict: "START_OBJECT",
}


class Unfit(Exception):
    """A value that the field cannot take; `problem` says so in Salesforce's words."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def stored(field: Field, value: Any) -> Any:
    """The value as the field keeps it. Raises Unfit."""
    if isinstance(value, str) and field.type != "base64":
        value = value.strip() or None
    if value is None:
        return False if field.type == "boolean" else None
    convert: Converter = _CONVERTERS.get(field.type, _text)
    return convert(field, value)


def unreadable(type: str, value: Any) -> Unfit:
    """JSON of the wrong type."""
    token = {True: "VALUE_TRUE", False: "VALUE_FALSE"}[value] if isinstance(value, bool) else _TOKENS.get(value.__class__, "VALUE_STRING")
    shown = "" if token.startswith("START") else f" value {value}"
    message = f"Cannot deserialize instance of {type} from {token}{shown} or request may be missing a required field at [line:1, column:2]"
    return Unfit(Problem("JSON_PARSER_ERROR", message))


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise unreadable("string", value)
    if field.length and len(value) > field.length:
        message = f"{field.label}: data value too large: {value} (max length={field.length})"
        raise Unfit(Problem("STRING_TOO_LONG", message, (field.name,)))
    return value


def _picklist(field: Field, value: Any) -> str:
    text = _text(field, value)
    if not field.restricted:
        return text
    for known in field.values:
        if known.lower() == text.lower():
            return known
    message = f"{field.label}: bad value for restricted picklist field: {text}"
    raise Unfit(Problem("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (field.name,)))


def _multipicklist(field: Field, value: Any) -> str | None:
    text = _text(field, value)
    chosen = list(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
    order = {known: number for number, known in enumerate(field.values)}
    return ";".join(sorted(chosen, key=lambda one: order.get(one, len(order)))) or None


def _email(field: Field, value: Any) -> str:
    text = _text(field, value)
    if _EMAIL.fullmatch(text) is None:
        raise Unfit(Problem("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", (field.name,)))
    return text


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in {"true", "false", "1", "0"}:
        return value.lower() in {"true", "1"}
    if not isinstance(value, bool):
        raise unreadable("boolean", value)
    return value


def _integer(field: Field, value: Any) -> int:
    number = _decimal("int", value)
    if number != number.to_integral_value():
        raise unreadable("int", value)
    if not -(2**31) <= number < 2**31 and field.type == "int":
        raise _out_of_range(field, value)
    return int(number)


def _number(field: Field, value: Any) -> float:
    number = _decimal("double", value)
    if field.precision and abs(number) >= Decimal(10) ** (field.precision - field.scale):
        raise _out_of_range(field, value)
    try:
        return float(number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)) if field.precision else float(number)
    except InvalidOperation:
        raise _out_of_range(field, value) from None


def _decimal(type: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise unreadable(type, value)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise unreadable(type, value) from None
    if not number.is_finite() or abs(number) > Decimal(10) ** 30:
        raise unreadable(type, value)
    return number


def _out_of_range(field: Field, value: Any) -> Unfit:
    message = f"{field.label}: value outside of valid range on numeric field: {value}"
    return Unfit(Problem("NUMBER_OUTSIDE_VALID_RANGE", message, (field.name,)))


def _date(field: Field, value: Any) -> str:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
        if isinstance(value, str) and "T" in value:
            return stored_moment(value)[:10]
    except (ValueError, OverflowError):
        pass
    raise unreadable("date", value)


def _datetime(field: Field, value: Any) -> str:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return stored_moment(f"{value}T00:00:00+00:00")
        if isinstance(value, str):
            return stored_moment(value)
    except (ValueError, OverflowError):
        pass
    raise unreadable("datetime", value)


def _time(field: Field, value: Any) -> str:
    try:
        at = datetime.fromisoformat(f"2000-01-01T{value}").astimezone(UTC)
    except (ValueError, TypeError):
        raise unreadable("time", value) from None
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _base64(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise unreadable("base64Binary", value)
    try:
        base64.b64decode(value, validate=False)
    except (binascii.Error, ValueError):
        raise unreadable("base64Binary", value[:40]) from None
    return value


def _reference(field: Field, value: Any) -> str:
    """18 characters; whether the row exists and is of the right object is the saver's business."""
    if not isinstance(value, str):
        raise unreadable("string", value)
    id = ids.normalised(value)
    if id is None:
        raise malformed_id(field, value)
    return id


def malformed_id(field: Field, value: str) -> Unfit:
    return Unfit(Problem("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", (field.name,)))


_CONVERTERS: dict[str, Converter] = {
    **dict.fromkeys(TEXT_TYPES, _text),
    "picklist": _picklist,
    "multipicklist": _multipicklist,
    "email": _email,
    "boolean": _boolean,
    "int": _integer,
    "long": _integer,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "base64": _base64,
    "reference": _reference,
    "id": _reference,
}
