"""What an application is made of: the unified input as Pinpoint's attributes, and a warning for all that has no place there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from connectors.transport import countries
from connectors.transport.mapping import Table, fill
from connectors.unified.actions import CreateCandidate
from connectors.unified.connector import Warning as Notice
from connectors.unified.manifest import Action

VENDOR = "pinpoint"
CANDIDATE_PART = "candidate"
"""remote_fields {"pinpoint": {"candidate": {...}}} is merged into what is sent of the person."""

CHANNELS = {
    "CAREER_SITE": "direct",
    "CHROME_EXTENSION": "chrome_extension",
    "DIRECT": "direct",
    "EMAIL": "email",
    "EMPLOYEE_REFERRAL": "employee_referral",
    "EVENT": "event",
    "IN_STORE": "in_store",
    "INVITED": "invited",
    "JOB_BOARD": "job_board",
    "MANUAL": "manual",
    "ORGANIC_SEARCH": "organic_search",
    "OTHER": "other",
    "PAID_JOB_BOARD": "paid_job_board",
    "PAID_SEARCH": "paid_search",
    "PAID_SOCIAL": "paid_social",
    "RECRUITER": "recruiter",
    "REFERRAL": "employee_referral",
    "SOCIAL": "social",
    "SOCIAL_MEDIA": "social",
    "WEB_TRAFFIC_REFERRAL": "web_traffic_referral",
}
"""source.unified_key → Pinpoint's channel. Assumed: the unified API publishes no list of its keys."""


def country(given: CreateCandidate) -> str | None:
    place = given.candidate.location
    return None if place is None else written_country(place.country)


def written_country(code: str) -> str:
    """As Pinpoint wants a country: by English name, but the United States by code, which switches its form of address."""
    return code if code == "US" else countries.name_of(code)


def phone_country(given: CreateCandidate) -> str | None:
    """Pinpoint wants to know whose number it is."""
    person = given.candidate
    if person.phone_number is None:
        return None
    return countries.country_of_phone(person.phone_number, None if person.location is None else person.location.country)


def linkedin(given: CreateCandidate) -> str | None:
    return next((link.url for link in given.candidate.social_links if is_linkedin(link.url)), None)


def is_linkedin(url: str) -> bool:
    """Whether an address is on LinkedIn."""
    host = url.split("/")[2].lower().partition(":")[0]
    return host == "linkedin.com" or host.endswith(".linkedin.com")


def channel(given: CreateCandidate) -> str | None:
    key = given.source.unified_key if given.source else None
    return None if key is None else CHANNELS.get(key.upper())


def channel_source(given: CreateCandidate) -> str | None:
    """The source's text: its name, else its id, else a key that no channel fits."""
    if given.source is None:
        return None
    unknown_key = given.source.unified_key if channel(given) is None else None
    return given.source.name or given.source.id or unknown_key


ATTRIBUTES: Table[CreateCandidate] = {
    "first_name": "candidate.first_name",
    "last_name": "candidate.last_name",
    "email": "candidate.email_address",
    "phone": "candidate.phone_number",
    "phone_iso2": phone_country,
    "town": "candidate.location.city",
    "country": country,
    "linkedin_url": linkedin,
    "channel": channel,
    "channel_source": channel_source,
}


def attributes(given: CreateCandidate) -> dict[str, Any]:
    """What is sent of the person; what was not given is not sent."""
    filled = fill(ATTRIBUTES, given, tree=given.model_dump(), wanted=ATTRIBUTES)
    return {name: value for name, value in filled.values.items() if value is not None}


def source_warnings(given: CreateCandidate) -> Iterator[Notice]:
    """What of the source has no effect."""
    if given.source is None:
        return
    if given.source.unified_key is not None and channel(given) is None:
        yield Notice(
            "source_key_unknown", f"source.unified_key {given.source.unified_key!r} is no channel of Pinpoint's; only a text is set"
        )
    if given.source.id is not None and given.source.name:
        yield Notice(
            "source_id_ignored", f"source.id {given.source.id!r} was left out: Pinpoint has no list of sources, so the name is used"
        )


def link_warnings(given: CreateCandidate) -> Iterator[Notice]:
    """Pinpoint keeps one LinkedIn address of a person."""
    kept = linkedin(given)
    for link in given.candidate.social_links:
        if link.url != kept:
            yield Notice("social_link_discarded", f"{link.url} was left out: Pinpoint keeps one LinkedIn address and no other links")


def own_words(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes that the caller wants in Pinpoint's own words; the hub has left nothing else of `remote_fields`."""
    words: Mapping[str, Any] = given.get(VENDOR, {}).get(CANDIDATE_PART, {})
    return words


def unpromised(given: BaseModel, action: Action) -> list[Notice]:
    """A warning for each input that was given and is not on the action's card."""
    known = {item.name for item in action.inputs} | {"remote_fields", "content_type"}
    names = dict.fromkeys(name for name in _given_names(given) if name not in known)
    return [Notice("input_unsupported", f"{name} was left out: the action {action.name!r} does not write it") for name in names]


def _given_names(given: BaseModel, prefix: str = "") -> Iterator[str]:
    for name in sorted(given.model_fields_set):
        value = getattr(given, name)
        parts = value if isinstance(value, tuple) else (value,)
        for part in parts:
            if isinstance(part, BaseModel):
                yield from _given_names(part, f"{prefix}{name}.")
            elif part is not None:
                yield f"{prefix}{name}"
