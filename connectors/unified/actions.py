"""Inputs of the unified actions, by the names of the cards; the shapes of the unified API's request bodies.

At the hub's door ids are unified ids (job ids also as "remote:<vendor id>"); when a connector gets the input, the hub
has put the vendor's ids in their place.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", max_length=254)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=4096)]
DataUrl = Annotated[str, StringConstraints(pattern=r"^(https?://|data:)[^\s]+$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
MimeType = Annotated[str, StringConstraints(pattern=r"^[\w.+-]+/[\w.+-]+$")]
Text = Annotated[str, StringConstraints(min_length=1)]
AttachmentType = Literal["CV", "COVER_LETTER", "OTHER"]


class ActionInput(BaseModel):
    """Base of all inputs: unknown members are refused, not dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LocationInput(ActionInput):
    country: CountryCode
    city: str | None = None
    state: str | None = None
    street_1: str | None = None
    zip_code: str | None = None


class SocialLink(ActionInput):
    url: Url


class TypedEmail(ActionInput):
    type: Literal["PERSONAL", "WORK", "OTHER"]
    email_address: Email


class TypedPhone(ActionInput):
    type: Literal["PERSONAL", "WORK", "OTHER"]
    phone_number: Text


class SalaryExpectations(ActionInput):
    period: Literal["MONTH", "YEAR"]
    amount: float


class CandidateInput(ActionInput):
    first_name: Text
    last_name: Text
    email_address: Email
    additional_email_addresses: tuple[TypedEmail, ...] = ()
    company: str | None = None
    title: str | None = None
    phone_number: str | None = None
    additional_phone_numbers: tuple[TypedPhone, ...] = ()
    gender: Literal["MALE", "FEMALE", "OTHER"] | None = None
    location: LocationInput | None = None
    availability_date: str | None = None
    salary_expectations: SalaryExpectations | None = None
    social_links: tuple[SocialLink, ...] = ()


class ApplicationInput(ActionInput):
    job_id: Text
    stage_id: Text | None = None


class File(ActionInput):
    """Exactly one of data_url (fetched at once, without credentials) and data (base64)."""

    name: Text
    content_type: MimeType | None = None
    """Needed with data; with data_url the download's own type is the default."""
    data_url: DataUrl | None = None
    data: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> File:
        if (self.data is None) == (self.data_url is None):
            raise ValueError(f"attachment {self.name!r} needs exactly one of data and data_url")
        if self.data is not None:
            try:
                base64.b64decode(self.data, validate=True)
            except binascii.Error as error:
                raise ValueError(f"attachment {self.name!r}: data is not base64 ({error})") from error
        return self


class Attachment(File):
    type: AttachmentType


class ScreeningAnswer(ActionInput):
    question_id: Text
    answer: Any
    """By the question's type: text, option id, list of option ids, bool, number, ISO date, or a file object."""


class Source(ActionInput):
    name: str | None = None
    unified_key: str | None = None
    id: str | None = None


class SourcedBy(ActionInput):
    user_id: Text


class GdprConsent(ActionInput):
    expires_at: str | None = None
    given: bool | None = None


class CreateCandidate(ActionInput):
    """Create candidate and Create application share this: the latter's job_id comes from its path."""

    candidate: CandidateInput
    application: ApplicationInput
    screening_question_answers: tuple[ScreeningAnswer, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    source: Source | None = None
    sourced_by: SourcedBy | None = None
    gdpr_consent: GdprConsent | None = None
    remote_fields: dict[str, Any] = Field(default_factory=dict)
    """{vendor: {part: free object}}, merged into the vendor's own payload."""


class CreateApplication(CreateCandidate):
    """As CreateCandidate; the answer is the application instead of the candidate."""


class MoveApplication(ActionInput):
    application_id: Text
    stage_id: Text
    remote_fields: dict[str, Any] = Field(default_factory=dict)


class ResultAttribute(ActionInput):
    key: Text
    value: str


class ResultDetails(ActionInput):
    custom_field_name_prefix: str
    attributes: tuple[ResultAttribute, ...]


class AddResultLink(ActionInput):
    application_id: Text
    label: Text
    url: Url
    details: ResultDetails | None = None


class AddNote(ActionInput):
    application_id: Text
    content: Text
    content_type: Literal["PLAIN_TEXT"] = "PLAIN_TEXT"


class AddApplicationAttachment(ActionInput):
    application_id: Text
    attachment: Attachment


class GetApplicationAttachments(ActionInput):
    application_id: Text


class GetCandidateAttachments(ActionInput):
    candidate_id: Text


ACTIONS: dict[str, type[ActionInput]] = {
    "Create candidate": CreateCandidate,
    "Create application": CreateApplication,
    "Move application to stage": MoveApplication,
    "Add result link to application": AddResultLink,
    "Add note to application": AddNote,
    "Add attachment to application": AddApplicationAttachment,
    "Get application attachments": GetApplicationAttachments,
    "Get candidate attachments": GetCandidateAttachments,
}
