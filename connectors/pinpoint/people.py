"""People, their applications and interviews, and the tags they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.pinpoint.values import HIDDEN, address, by_number, present, tidy
from connectors.pinpoint.wire import Resource
from connectors.transport.mapping import Withheld


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as the vendor writes it on people and applications; it has no record of its own."""

    context: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.context}:{self.name}"


@dataclass(frozen=True, slots=True)
class CandidateTag:
    """A tag on a person."""

    candidate_id: str
    tag: Tag


def tags(owner: Resource) -> tuple[Tag, ...]:
    """The tags on a person or an application, each once."""
    pairs = owner.get("tags") or ()
    return tuple(dict.fromkeys(Tag(str(pair["context"]), str(pair["name"])) for pair in pairs))


def shows_outcome(application: Resource) -> bool:
    """Whether the answer holds what tells the outcome: being hired counts for more than all else, and the rest hangs on the stage."""
    return application.get("hired_at") is not None or application.shows("stage")


def outcome(application: Resource) -> str:
    """The vendor has no status: two times and the kind of the stage tell."""
    stage = application.one("stage")
    kind = stage.get("basic_type") if stage else None
    if application.get("hired_at") is not None or kind == "hired":
        return "HIRED"
    return "DECLINED" if application.get("rejected_at") is not None or kind == "rejected" else "PENDING"


def _applications_of(candidate: Resource) -> list[Resource]:
    """The person's applications, the first made first."""
    return sorted(candidate.many("applications"), key=lambda application: (str(application.get("created_at")), by_number(application.id)))


def source(candidate: Resource) -> Any:
    """Where the person's first application came from."""
    if not candidate.shows("applications"):
        return Withheld("unsupported", "the applications are not shown")
    first = next(iter(_applications_of(candidate)), None)
    if first is None:
        return None
    found = tidy(first.get("channel_source")) or tidy(first.get("channel"))
    if found is None and first.get("concealed"):
        return Withheld("masked", "the person's first application is screened blindly")
    return found


def linkedin(url: str) -> list[dict[str, Any]]:
    return [{"link": url, "type": "LINKEDIN", "username": None}]


def social_media(candidate: Resource) -> Any:
    """LinkedIn, from the latest application that names it."""
    if not candidate.shows("applications"):
        return Withheld("unsupported", "the applications are not shown")
    found = _applications_of(candidate)
    links = [link for application in found if (link := tidy(application.get("linkedin_url"))) and link != HIDDEN]
    if not links and any(application.get("concealed") for application in found):
        return Withheld("masked", "an application of the person is screened blindly")
    return linkedin(links[-1]) if links else []


def email_addresses(person: Resource) -> Any:
    value = present(person, "email")
    if isinstance(value, Withheld) or value == HIDDEN:
        return value
    found = tidy(value)
    return [{"email_address": found, "type": None}] if found else []


def phone_numbers(person: Resource) -> Any:
    value = present(person, "phone")
    if isinstance(value, Withheld) or value == HIDDEN:
        return value
    found = tidy(value)
    return [{"phone_number": found, "type": None}] if found else []


HOME = {
    "city": "town",
    "country": "country",
    "state": "state_province",
    "street_1": "address1",
    "street_2": "address2",
    "zip_code": "postcode",
}
"""Part of a unified location to the attribute of a person."""


def home(person: Resource) -> Any:
    """Where a person lives."""
    if not any(attribute in person.attributes for attribute in HOME.values()):
        return Withheld("unsupported", f"{person.type} show no address")
    return address(**{part: person.get(attribute) for part, attribute in HOME.items()})


def interview_title(interview: Resource) -> Any:
    """Interviews have no title of their own. Assumed: a person would call them by their stage."""
    if not interview.shows("stage"):
        return Withheld("unsupported", "the stage is not shown")
    stage = interview.one("stage")
    return stage.get("name") if stage else None
