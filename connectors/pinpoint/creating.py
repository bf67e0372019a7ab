"""The records that an action's own answer shows, as far as it shows them; what only a list would show is left to the next sync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.pinpoint import mapping
from connectors.pinpoint.people import linkedin, shows_outcome
from connectors.pinpoint.values import tidy
from connectors.pinpoint.wire import Resource
from connectors.unified.connector import Record, Ref

# remote_data is the vendor's resource as the sync asks for it; an answer to a write shows other parts of it, and answers to
# questions without the questions, so that one choice looks like several.
APPLICATION_FIELDS = frozenset(
    {
        "outcome",
        "current_stage_id",
        "job_id",
        "candidate_id",
        "remote_url",
        "remote_created_at",
        "remote_updated_at",
    }
)
MOVED_FIELDS = frozenset({"outcome", "current_stage_id", "remote_updated_at"})

# The person's own times and first source are not in an application.
PERSON_FIELDS = frozenset({"first_name", "last_name", "phone_numbers", "email_addresses", "location"})


def created_application(application: Resource, candidate_id: str | None, *, at_the_beginning: bool) -> Record:
    """The application that a create made. `at_the_beginning`: no stage was chosen for it."""
    values = dict(_shown(application, APPLICATION_FIELDS, at_the_beginning=at_the_beginning))
    if candidate_id is not None:
        values["candidate_id"] = Ref("Candidates", candidate_id)
    return Record("Applications", application.id, values)


def created_person(application: Resource, candidate_id: str) -> Record:
    """The person whom the create made. Of one whom it found an application tells nothing: it has its own phone and address."""
    person = dict(mapping.filled("Candidates", application, wanted=PERSON_FIELDS).values)
    link = tidy(application.get("linkedin_url"))
    if link is not None:
        person["social_media"] = linkedin(link)
    return Record("Candidates", candidate_id, person)


def moved_record(application: Resource) -> tuple[Record, ...]:
    """What a move changes."""
    return (Record("Applications", application.id, _shown(application, MOVED_FIELDS, at_the_beginning=False)),)


def _shown(application: Resource, fields: frozenset[str], *, at_the_beginning: bool) -> Mapping[str, Any]:
    """Those of the fields that the answer tells: in a stage that it does not show, an application may be hired or rejected."""
    known = fields if at_the_beginning or shows_outcome(application) else fields - {"outcome"}
    return mapping.filled("Applications", application, wanted=known).values
