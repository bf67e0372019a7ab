"""The kinds of value that unified records are made of: ids, instants, locations, question formats and answers.

Validation is strict: a number sent as text is an error, not a number. Instants are the exception: an ISO text of any zone,
or a datetime with one, becomes "2022-08-07T14:01:29.196Z".
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, StringConstraints, Tag

from connectors.unified.actions import Email

UnifiedId = Annotated[str, StringConstraints(pattern=r"^[1-9A-HJ-NP-Za-km-z]{24}$")]
Number = int | float
"""Kept as it came: 50000 does not turn into 50000.0."""


def to_instant(value: Any) -> Any:
    """ISO in UTC with milliseconds. Raises ValueError for what names no instant, such as a date without a time."""
    if isinstance(value, str):
        return _written(value)
    if not isinstance(value, datetime):
        raise ValueError(NO_INSTANT)
    return _in_utc(value)


NO_INSTANT = "expected a date-time such as 2022-08-07T14:01:29.196Z"


@lru_cache(maxsize=20_000)  # many records of an account were made, and are read, at the same moments
def _written(text: str) -> str:
    if "T" not in text:
        raise ValueError(NO_INSTANT)
    return _in_utc(datetime.fromisoformat(text))


def _in_utc(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a date-time needs a time zone")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


AS_INSTANT = BeforeValidator(to_instant)
Instant = Annotated[str, AS_INSTANT]


def _as_json(value: Any) -> Any:
    """Raises ValueError for what JSON cannot hold."""
    if value is None or value is True or value is False or (type(value) is str and value.isascii()):
        return value  # most parts of a vendor's answer
    try:
        orjson.dumps(value, option=ONLY_JSON)
    except TypeError as error:
        raise ValueError(f"no JSON value: {error}") from error
    return value


ONLY_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
AS_JSON = AfterValidator(_as_json)
Json = Annotated[Any, AS_JSON]
"""Any JSON value. Written out at once: pydantic's own JsonValue asks in Python for the kind of each part of a vendor's answer."""
JsonObject = Annotated[dict[str, Any], AS_JSON]


class Value(BaseModel):
    """Base of all: strict, and unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Location(Value):
    city: str | None = None
    country: str | None = None
    """ISO 3166 alpha-2 where it could be mapped, else as the vendor has it."""
    raw: str | None = None
    state: str | None = None
    street_1: str | None = None
    street_2: str | None = None
    zip_code: str | None = None


class EmailAddress(Value):
    email_address: Email | None = None
    type: str | None


class PhoneNumber(Value):
    phone_number: str
    type: str | None = None


class SocialMedia(Value):
    link: str | None = None
    type: str | None = None
    username: str | None = None


class IntegrationField(Value):
    """A field of the vendor that the unified model has no place for."""

    id: str
    key: str
    type: Literal["DEFAULT", "CUSTOM"]
    value: Json | None = None
    label: str | None


# ------------------------------------------------------------------------------------------ formats of screening questions


class SelectOption(Value):
    id: UnifiedId
    name: str
    remote_id: str | None = None


class TextFormat(Value):
    type: Literal["TEXT"]
    display_type: Literal["SINGLE_LINE", "MULTI_LINE", "EMAIL", "URL"] | None = None
    max_length: int | None = None


class NumberFormat(Value):
    type: Literal["NUMBER"]
    display_type: Literal["SLIDER", "FIELD"] | None = None
    min: Number | None = None
    max: Number | None = None


class FileFormat(Value):
    type: Literal["FILE"]
    accepted_mime_types: list[str] | None = None
    max_file_size_bytes: int | None = None


class SingleSelectFormat(Value):
    type: Literal["SINGLE_SELECT"]
    options: list[SelectOption]
    display_type: Literal["DROPDOWN", "RADIO"] | None = None


class MultiSelectFormat(Value):
    type: Literal["MULTI_SELECT"]
    options: list[SelectOption]


class PlainFormat(Value):
    type: Literal["BOOLEAN", "DATE", "INFORMATION"]


class UnknownFormat(Value):
    """No clear mapping: the vendor's own question is shown instead."""

    type: Literal["UNKNOWN"]
    raw_question: Json | None = None


QuestionFormat = Annotated[
    TextFormat | NumberFormat | FileFormat | SingleSelectFormat | MultiSelectFormat | PlainFormat | UnknownFormat,
    Discriminator("type"),
]


# ------------------------------------------------------------------------------------------ answers to screening questions


class TextContent(Value):
    content: str | None


class Choice(Value):
    choice: str | None
    """The option's text."""


class Choices(Value):
    choices: list[str] = []


class Checked(Value):
    checked: bool | None


class NumberContent(Value):
    number: Number | None


class DateContent(Value):
    date: Instant | None


class RawContent(Value):
    raw: Json | None = None


class Question(Value):
    remote_id: str | None
    title: str


class TextQuestion(Question):
    type: Literal["TEXT"]


class SingleSelectQuestion(Question):
    type: Literal["SINGLE_SELECT"]


class MultiSelectQuestion(Question):
    type: Literal["MULTI_SELECT"]


class BooleanQuestion(Question):
    type: Literal["BOOLEAN"]


class NumberQuestion(Question):
    type: Literal["NUMBER"]


class DateQuestion(Question):
    type: Literal["DATE"]


class UnknownQuestion(Question):
    type: Literal["UNKNOWN"]


class TextAnswer(Value):
    question: TextQuestion
    answer: TextContent


class SingleSelectAnswer(Value):
    question: SingleSelectQuestion
    answer: Choice


class MultiSelectAnswer(Value):
    question: MultiSelectQuestion
    answer: Choices


class BooleanAnswer(Value):
    question: BooleanQuestion
    answer: Checked


class NumberAnswer(Value):
    question: NumberQuestion
    answer: NumberContent


class DateAnswer(Value):
    question: DateQuestion
    answer: DateContent


class UnknownAnswer(Value):
    question: UnknownQuestion
    answer: RawContent


def _question_type(answer: Any) -> Any:
    question = answer.get("question") if isinstance(answer, dict) else getattr(answer, "question", None)
    return question.get("type") if isinstance(question, dict) else getattr(question, "type", None)


Answer = Annotated[
    Annotated[TextAnswer, Tag("TEXT")]
    | Annotated[SingleSelectAnswer, Tag("SINGLE_SELECT")]
    | Annotated[MultiSelectAnswer, Tag("MULTI_SELECT")]
    | Annotated[BooleanAnswer, Tag("BOOLEAN")]
    | Annotated[NumberAnswer, Tag("NUMBER")]
    | Annotated[DateAnswer, Tag("DATE")]
    | Annotated[UnknownAnswer, Tag("UNKNOWN")],
    Discriminator(_question_type),
]
"""File answers have no place here: the unified API's clients refuse them."""
