"""The records that an action's own answer shows, as far as it shows them; what only a list would show is left to the next sync."""

from __future__ import annotations

from connectors.pinpoint import mapping
from connectors.pinpoint.people import linkedin
from connectors.pinpoint.values import tidy
from connectors.pinpoint.wire import Resource
from connectors.unified.connector import Record, Ref

# remote_data is the vendor's resource as the sync asks for it; an answer to a write shows other parts of it.
APPLICATION_FIELDS = frozenset(
    {
        "outcome",
        "current_stage_id",
        "job_id",
        "candidate_id",
        "screening_question_answers",
        "remote_url",
        "remote_created_at",
        "remote_updated_at",
    }
)
MOVED_FIELDS = frozenset({"outcome", "current_stage_id", "remote_updated_at"})

# The person's own times and first source are not in an application.
PERSON_FIELDS = frozenset({"first_name", "last_name", "phone_numbers", "email_addresses", "location"})


def created_records(application: Resource, candidate_id: str | None) -> tuple[Record, ...]:
    """The application, and the person whom it made or found."""
    values = dict(mapping.filled("Applications", application, wanted=APPLICATION_FIELDS).values)
    if candidate_id is None:
        return (Record("Applications", application.id, values),)
    values["candidate_id"] = Ref("Candidates", candidate_id)
    person = dict(mapping.filled("Candidates", application, wanted=PERSON_FIELDS).values)
    link = tidy(application.get("linkedin_url"))
    if link is not None:
        person["social_media"] = linkedin(link)
    return (Record("Candidates", candidate_id, person), Record("Applications", application.id, values))


def moved_record(application: Resource) -> tuple[Record, ...]:
    """What a move changes."""
    return (Record("Applications", application.id, mapping.filled("Applications", application, wanted=MOVED_FIELDS).values),)
