"""What all formats are built of."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from conformance.subjects import ConfigurationError


class FixtureError(ConfigurationError):
    """A fixture file is missing or wrong. The message names the file, the place in it and what would be right."""


class Strict(BaseModel):
    """Base of all: unknown members are refused, so that a misspelt one cannot be skipped in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_key(value: Any) -> Any:
    """Keys are texts; YAML reads 310 as a number, and no vendor's id is spoilt by writing it out."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Key = Annotated[str, BeforeValidator(_as_key), Field(min_length=1)]
RecordId = Annotated[int | str, Field(union_mode="left_to_right")]
Table = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Changes = dict[str, dict[Key, dict[str, Any] | None]]
"""{model: {key: {field: value after} | null when the record is gone}}. A key that expected.yaml lacks is a new record."""


def compiles(expression: str) -> None:
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"{expression!r} is no regular expression: {error}") from error
