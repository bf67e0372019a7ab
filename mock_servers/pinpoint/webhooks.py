"""Pinpoint's webhooks: thin payloads that name what changed, signed with the secret of the webhook.

They are set up in Pinpoint's own pages (Settings > API & Webhooks > Webhooks), never through its API; the sandbox's admin
API stands in for those pages. The receiver is meant to fetch what the payload names.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.store import Row, Store, Written
from mock_servers.engine.webhook_rules import Event, Happening, Outgoing, Retries, WebhookRules
from mock_servers.pinpoint.quirks import CHECKED

OVERVIEW = "developers.pinpointhq.com/docs/webhooks-overview and /docs/verifying-webhooks"
_CONFIRMED = SeenInCode("tests of a public receiver that books hired applicants in an HR system: key and payload")
_NAMED = Assumed("the vendor's pages name the event; its key and its data follow the one that is known")
_BY_HAND = Assumed("the vendor's pages name the event; nothing in the API leads to it, so it is fired by hand only")

Change = Callable[[Store, Row | None, Row | None], bool]
"""(store, row before, row after) to whether the event has taken place."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row: an event, and the change of a table that means it."""

    name: str
    title: str
    table: str
    subject: str
    """What the payload calls the record."""
    change: Change | None = None
    """None: no change of records means it."""
    evidence: Evidence = _NAMED


def _new(store: Store, before: Row | None, after: Row | None) -> bool:
    return before is None and after is not None


def _gone(store: Store, before: Row | None, after: Row | None) -> bool:
    return after is None


def _changed(store: Store, before: Row | None, after: Row | None) -> bool:
    return before is not None and after is not None and any(before[name] != after[name] for name in after if name != "updated_at")


def _other(column: str) -> Change:
    """The value of an existing record's column is another."""
    return lambda store, before, after: before is not None and after is not None and before[column] != after[column]


def _becomes(column: str, value: Any) -> Change:
    return lambda store, before, after: after is not None and after[column] == value and (before is None or before[column] != value)


def _hired(store: Store, before: Row | None, after: Row | None) -> bool:
    return after is not None and _is_hired(store, after) and (before is None or not _is_hired(store, before))


def _is_hired(store: Store, application: Row) -> bool:
    stage = store.find("stages", id=application["stage_id"])
    return application["hired_at"] is not None or (stage is not None and stage["basic_type"] == "hired")


def _moved_on(store: Store, before: Row | None, after: Row | None) -> bool:
    """A move to another job brings a stage of that job: that is the other event."""
    return _other("stage_id")(store, before, after) and not _other("job_id")(store, before, after)


KINDS = (
    Kind("application_created", "New application", "applications", "application", _new),
    Kind("application_moved", "Application moved", "applications", "application", _other("job_id")),
    Kind("application_stage_changed", "Application stage changed", "applications", "application", _moved_on),
    Kind("application_hired", "Applicant hired", "applications", "application", _hired, _CONFIRMED),
    Kind(
        "background_check_completed", "Background check completed", "background_checks", "background_check", _becomes("is_completed", True)
    ),
    Kind("document_request_accepted", "Document request accepted", "document_requests", "document_request", _becomes("status", "accepted")),
    Kind("interview_scheduled", "Interview scheduled", "interviews", "interview", _new),
    Kind("job_created", "Job created", "jobs", "job", _new),
    Kind("job_updated", "Job updated", "jobs", "job", _changed),
    Kind("job_deleted", "Job deleted", "jobs", "job", _gone),
    Kind("offer_accepted", "Offer accepted", "offers", "offer", _becomes("result", "accepted")),
    Kind(
        "onboarding_completed", "Onboarding completed", "onboarding_applications", "onboarding_application", _becomes("status", "completed")
    ),
    Kind(
        "onboarding_stage_completed",
        "Onboarding stage completed (v2)",
        "onboarding_applications",
        "onboarding_application",
        evidence=_BY_HAND,
    ),
    Kind(
        "onboarding_workflow_completed",
        "Onboarding workflow completed",
        "onboarding_applications",
        "onboarding_application",
        evidence=_BY_HAND,
    ),
    Kind("requisition_approved", "Requisition approved", "requisitions", "requisition", _becomes("status", "approved")),
    Kind("requisition_created", "Requisition created", "requisitions", "requisition", _new),
    Kind("talent_pipeline_candidate_created", "Talent Pipeline candidate created", "job_seekers", "job_seeker", _new),
    Kind("user_created_on_company", "User created on company", "users", "user", _new),
)
_BY_TABLE: Mapping[str, tuple[Kind, ...]] = {
    table: tuple(kind for kind in KINDS if kind.table == table) for table in {kind.table for kind in KINDS}
}


def happenings(store: Store, written: Sequence[Written]) -> Iterator[Happening]:
    """The events of one transaction, in the order in which their records were first touched."""
    for table, before, after in _as_a_whole(written):
        row = after if after is not None else before
        for kind in _BY_TABLE[table]:
            if row is not None and kind.change is not None and kind.change(store, before, after):
                yield Happening(kind.name, _data(store, kind, row))


def _as_a_whole(written: Sequence[Written]) -> Iterator[tuple[str, Row | None, Row | None]]:
    """Each record once: as it was before the transaction, and as it is after it."""
    whole: dict[tuple[str, Any], tuple[Row | None, Row | None]] = {}
    for one in written:
        row = one.after if one.after is not None else one.before
        if row is None or one.table not in _BY_TABLE:
            continue
        key = (one.table, row["id"])
        whole[key] = (whole[key][0] if key in whole else one.before, one.after)
    for (table, _), (before, after) in whole.items():
        if before is not None or after is not None:
            yield table, before, after


def _data(store: Store, kind: Kind, row: Row) -> dict[str, Any]:
    """Ids as numbers: of the record, and of the application and the job that it belongs to."""
    data = {kind.subject: {"id": row["id"]}}
    application = row
    if kind.table == "interviews":
        application_id = row["interviewable_id"] if row["interviewable_type"] == "Application" else None
    else:
        application_id = row.get("application_id")
    if application_id is not None:
        data["application"] = {"id": application_id}
        application = store.find("applications", id=application_id) or {}
    job_id = application.get("job_id")
    if job_id is not None:
        data["job"] = {"id": job_id}
    return data


def _sample(kind: Kind, store: Store) -> dict[str, Any]:
    """Of the first record there is; of one with id 1 where there is none."""
    return _data(
        store,
        kind,
        next(store.where(kind.table), {column.name: 1 if column.name == "id" else None for column in store.columns(kind.table)}),
    )


def payload(happening: Happening, at: float) -> bytes:
    return orjson.dumps({"event": happening.event, "triggeredAt": int(at), "data": happening.data})


def headers(outgoing: Outgoing) -> dict[str, str]:
    """PINPOINT-HMAC-SHA256 is the HMAC-SHA256 of the raw body under the webhook's secret, in base64."""
    digest = hmac.new(outgoing.secret.encode(), outgoing.body, hashlib.sha256).digest()
    return {"content-type": "application/json", "PINPOINT-HMAC-SHA256": base64.b64encode(digest).decode("ascii")}


WEBHOOKS = WebhookRules(
    events=tuple(Event(kind.name, kind.title, kind.evidence, partial(_sample, kind)) for kind in KINDS),
    happenings=happenings,
    payload=payload,
    headers=headers,
    # 80 s, then each time twice as long: the tenth retry comes after 22 h 44 min, or up to 5 % later.
    retries=Retries(
        count=10,
        first_seconds=80,
        factor=2,
        jitter=0.05,
        evidence=Documented(f"{OVERVIEW}: up to ten retries in 24 hours, exponential with jitter; the seconds are chosen to fit", CHECKED),
    ),
    timeout_seconds=5,
    evidence=Documented(f"{OVERVIEW}: signature, 2xx within five seconds, a redirect is a failure", CHECKED),
)
