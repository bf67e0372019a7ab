"""What JOIN accepts in request bodies: one strict model each; their JSON Schemas go into the OpenAPI description."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from mock_servers.join.resources import LARGEST_ID

Id = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
Text = Annotated[str, Field(strict=True, min_length=1, pattern=r"\S")]
Email = Annotated[str, Field(strict=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
CountryCode = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, Field(strict=True, pattern=r"^[a-z]{2}$")]
Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False, strict=True)]
Requirement = Literal["REQUIRED", "OPTIONAL", "OFF"]
Source = Literal[
    "ORGANIC", "REFERRALS", "JOB_BOARDS", "SOCIAL_MEDIA", "AGENCY", "SOURCING_TOOLS", "EVENTS", "INTERNAL_APPLICATION", "OTHER"
]
DocumentType = Literal["CV", "COVER_LETTER", "PORTFOLIO", "CERTIFICATES", "OTHER", "REFERENCES", "TRANSCRIPT", "WORK_SAMPLES"]
QuestionType = Literal["TEXT", "LONG_TEXT", "INTEGER", "DATE", "BOOLEAN", "SINGLE_SELECT", "MULTI_SELECT", "FILE"]


class Body(BaseModel):
    """Base of all. What a model does not know is kept apart (`model_extra`), so that the journal can name it as unread."""

    model_config = ConfigDict(extra="allow", frozen=True)


class PersonBody(Body):
    email: Email
    firstName: Text  # noqa: N815 - JOIN's own names, here and below
    lastName: Text  # noqa: N815
    phone: Annotated[str, Field(strict=True, pattern=r"^\+[0-9][0-9 ()/.\-]*$")] | None = None


class DocumentBody(Body):
    type: DocumentType
    name: Text
    data: Text


class ApplicationBody(Body):
    """POST /applications."""

    jobId: Id  # noqa: N815
    candidate: PersonBody
    source: Source | None = None
    integrationExternalId: Text | None = None  # noqa: N815
    documents: list[DocumentBody] | None = None


class NoteBody(Body):
    """POST /candidates/{id}/notes."""

    content: Text


class TagsBody(Body):
    """PUT /candidates/{id}/tags: the whole set."""

    tags: list[Text]


class OfficeBody(Body):
    """POST /offices."""

    countryIso: CountryCode  # noqa: N815
    city: Text
    name: Text | None = None
    streetName: Text | None = None  # noqa: N815
    streetNumber: Text | None = None  # noqa: N815
    postalCode: Text | None = None  # noqa: N815
    isDefault: Annotated[bool, Field(strict=True)] = False  # noqa: N815


class SalaryBody(Body):
    frequency: Literal["PER_HOUR", "PER_DAY", "PER_WEEK", "PER_MONTH", "PER_YEAR"]
    currency: Literal["EUR", "CHF", "USD", "GBP"]
    from_: Amount | None = Field(default=None, alias="from")
    to: Amount | None = None
    isShownOnJobAd: Annotated[bool, Field(strict=True)] = True  # noqa: N815

    @model_validator(mode="after")
    def _ordered(self) -> SalaryBody:
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise ValueError("`from` must not be greater than `to`")
        return self


class ContactBody(Body):
    name: Text
    email: Email | None = None
    position: Text | None = None


class MemberBody(Body):
    email: Email
    role: Literal["REVIEWER", "HIRING_MANAGER", "JOB_ADMIN"]
    firstName: Text | None = None  # noqa: N815
    lastName: Text | None = None  # noqa: N815


class QuestionBody(Body):
    name: Text
    type: QuestionType
    required: Annotated[bool, Field(strict=True)] = False
    options: list[Text] | None = None


class JobChanges(Body):
    """PATCH /jobs/{id}: whatever is named is replaced; null where the job can do without."""

    title: Text = Field(default="")
    description: Text = Field(default="")
    categoryId: Id = Field(default=0)  # noqa: N815
    employmentTypeId: Id = Field(default=0)  # noqa: N815
    officeId: Id = Field(default=0)  # noqa: N815
    language: Language = Field(default="")
    externalId: Text | None = None  # noqa: N815
    workplaceType: Literal["ONSITE", "HYBRID", "REMOTE"] | None = None  # noqa: N815
    remoteType: Literal["ANYWHERE", "COUNTRY"] | None = None  # noqa: N815
    seniorityId: Id | None = None  # noqa: N815
    cv: Requirement = "REQUIRED"
    coverLetter: Requirement = "OPTIONAL"  # noqa: N815
    salary: SalaryBody | None = None
    contact: ContactBody | None = None
    hiringTeam: list[MemberBody] | None = None  # noqa: N815
    questions: list[QuestionBody] | None = None


class JobBody(JobChanges):
    """POST /jobs."""

    title: Text
    description: Text
    categoryId: Id  # noqa: N815
    employmentTypeId: Id  # noqa: N815
    officeId: Id  # noqa: N815
    language: Language
    status: Literal["ONLINE", "OFFLINE"] = "ONLINE"


class StatusBody(Body):
    """PATCH /jobs/{id}/changeStatus."""

    status: Literal["ONLINE", "OFFLINE", "ARCHIVED"]


def json_schema(body: type[Body]) -> dict[str, Any]:
    """The model's JSON Schema with nothing left to be looked up elsewhere."""
    schema = TypeAdapter(body).json_schema(by_alias=True)
    definitions = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return resolved(definitions[part["$ref"].rsplit("/", 1)[1]])
            # A default here only means "may be left out"; what it stands for is the server's business.
            return {key: resolved(value) for key, value in part.items() if key not in ("default", "title") or isinstance(value, dict)}
        if isinstance(part, list):
            return [resolved(value) for value in part]
        return part

    return resolved(schema)  # type: ignore[no-any-return]


def unknown_members(body: Body, path: str = "") -> list[str]:
    """Dotted names of what was sent and nothing reads."""
    found = [f"{path}{name}" for name in body.model_extra or {}]
    for name in body.model_fields_set:
        value = getattr(body, name, None)
        for index, part in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(part, Body):
                place = f"{path}{name}.{index}." if isinstance(value, list) else f"{path}{name}."
                found.extend(unknown_members(part, place))
    return sorted(found)
