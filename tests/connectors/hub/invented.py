"""An invented vendor that is a few dictionaries, and its connector: what the hub's tests run against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.unified.actions import ActionInput
from connectors.unified.connector import (
    ActionResult,
    Diagnostic,
    ExploredField,
    Page,
    Probed,
    RawReply,
    Record,
    Ref,
    Stream,
    Wanted,
    Warning,
)
from connectors.unified.errors import ConnectorError, Invalid
from connectors.unified.manifest import Action, CredentialField, Field, Manifest, Model
from connectors.unified.models import MODELS
from connectors.unified.service import Target

SECRET = "s3cret-of-the-invented"
BASE_URL = "http://invented.example"

STREAMS: dict[str, tuple[str, ...]] = {
    "users": ("Users",),
    "jobs": ("Jobs", "Application Stages", "Screening questions", "Job-specific screening questions", "Job hiring team members"),
    "people": ("Candidates", "Tags", "Candidate tags"),
    "applications": ("Applications",),
    "interviews": ("Interviews",),
}
WITHOUT_DELTA = frozenset({"users"})

PROMISED: dict[str, tuple[str, ...]] = {
    "Users": ("first_name", "last_name", "email"),
    "Jobs": ("name", "department", "salary_amount_from", "status", "contact_id", "custom_fields", "remote_updated_at"),
    "Application Stages": ("name",),
    "Screening questions": ("title", "format"),
    "Job-specific screening questions": ("index", "job_id", "question_id", "precondition_options"),
    "Job hiring team members": ("roles", "job_id", "user_id"),
    "Candidates": ("first_name", "last_name", "email_addresses", "location"),
    "Tags": ("name",),
    "Candidate tags": ("candidate_id", "tag_id"),
    "Applications": ("outcome", "candidate_id", "job_id", "current_stage_id"),
    "Interviews": ("title", "application_id", "starting_at"),
}

CREATE_INPUTS = (
    "candidate.first_name",
    "candidate.last_name",
    "candidate.email_address",
    "candidate.location.city",
    "candidate.location.country",
    "candidate.salary_expectations.amount",
    "application.job_id",
    "application.stage_id",
    "screening_question_answers.question_id",
    "screening_question_answers.answer",
    "attachments.name",
    "attachments.data",
    "source.name",
)
INPUTS: dict[str, tuple[str, ...]] = {
    "Create candidate": CREATE_INPUTS,
    "Create application": CREATE_INPUTS,
    "Move application to stage": ("application_id", "stage_id"),
    "Add note to application": ("application_id", "content"),
    "Get candidate attachments": ("candidate_id",),
}

MANIFEST = Manifest(
    vendor="invented",
    title="Invented",
    models=tuple(
        Model(
            name,
            fields=tuple(Field(field) for field in (*_identity, *fields)),
            needs=(f"{name}: read",),
            streams=tuple(stream for stream, feeds in STREAMS.items() if name in feeds),
            depends_on=("Jobs",) if name == "Application Stages" else (),
        )
        for name, fields in PROMISED.items()
        for _identity in [("id", "remote_id", "changed_at", "remote_deleted_at") if MODELS[name].has_remote_id() else ("id", "changed_at")]
    ),
    actions=tuple(
        Action(
            name, tuple(Field(item) for item in inputs), needs=("write",), own_words=("candidate",) if name == "Create application" else ()
        )
        for name, inputs in INPUTS.items()
    ),
    features=(),
    credential=(CredentialField("token", "Token", secret=True), CredentialField("account", "Account", secret=False)),
    permissions=("write",),
    settings={"page_size": 2},
)


@dataclass
class World:
    """The truth, and what shall go wrong. A record that is put again has changed."""

    version: int = 0
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    denied: dict[tuple[str, str | None], str] = field(default_factory=dict)
    """(model, field or None) to the missing permission."""
    silent: set[tuple[str, str]] = field(default_factory=set)
    """(model, field) that the connector leaves out without a word."""
    failing: dict[tuple[str, int], ConnectorError] = field(default_factory=dict)
    """(stream, page number from 1) to what is raised instead of that page."""
    reads: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """(stream, since, cursor) of every read."""
    pages: int = 0
    wanted: list[Wanted] = field(default_factory=list)
    acted: list[tuple[str, ActionInput]] = field(default_factory=list)
    answer: ActionResult | ConnectorError = field(default_factory=ActionResult)
    probe_error: ConnectorError | None = None
    manifest: Manifest = MANIFEST
    reported: tuple[Ref, ...] = ()
    """Records that the vendor reports as gone, on the last page of each stream that feeds them."""
    complete: tuple[Ref, ...] = ()
    """As in Page, on the last page of each stream that feeds the join model."""
    mute_watermarks: bool = False
    mute_last_watermark: bool = False

    def put(self, model: str, key: str, **values: Any) -> None:
        self.version += 1
        self.records[model, key] = Record(model, key, values)
        self.versions[model, key] = self.version

    def remove(self, model: str, key: str) -> None:
        del self.records[model, key]

    def connect(
        self,
        *,
        base_url: str,
        credential: Mapping[str, str],
        settings: Mapping[str, Any] | None = None,
        sleep: Callable[[float], None] | None = None,
        verify: str | bool = True,
    ) -> InventedConnector:
        if "token" not in credential:
            raise Invalid(f"credential needs token, got {credential}")
        unknown = set(settings or {}) - set(MANIFEST.settings)
        if unknown:
            raise Invalid(f"unknown settings {sorted(unknown)}")
        return InventedConnector(self, page_size={**MANIFEST.settings, **(settings or {})}["page_size"])


class InventedConnector:
    """Implements connectors.unified.connector.Connector."""

    def __init__(self, world: World, *, page_size: int) -> None:
        self.manifest = world.manifest
        self.world = world
        self._page_size = page_size

    def streams(self, wanted: Wanted) -> tuple[Stream, ...]:
        self.world.wanted.append(wanted)
        feeds = {name: tuple(model for model in models if model in wanted) for name, models in STREAMS.items()}
        return tuple(Stream(name, models, delta=name not in WITHOUT_DELTA) for name, models in feeds.items() if models)

    def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
        """Pages in the order of model and key. The cursor holds the watermark from the start of the read, and the place."""
        world = self.world
        world.reads.append((stream, since, cursor))
        watermark, place = (str(world.version), ("", "")) if cursor is None else _from_cursor(cursor)
        for number in range(1, 1_000_000):
            if (stream, number) in world.failing:
                raise world.failing[stream, number]
            world.pages += 1
            found = self._behind(stream, wanted, place, int(since) if since is not None else -1)
            some = found[: self._page_size]
            more = len(found) > len(some)
            place = (some[-1].model, some[-1].key) if some else place
            yield Page(
                records=tuple(self._visible(record, wanted) for record in some),
                cursor="|".join((watermark, *place)) if more else None,
                diagnostics=() if more else self._denials(stream, wanted),
                warnings=() if more else (Warning("read", f"{stream} was read"),),
                watermark=None if world.mute_watermarks or (world.mute_last_watermark and not more) else watermark,
                gone=() if more else tuple(ref for ref in world.reported if ref.model in STREAMS[stream]),
                complete=() if more else tuple(ref for ref in world.complete if ref.model in STREAMS[stream]),
            )
            if not more:
                return

    def _behind(self, stream: str, wanted: Wanted, place: tuple[str, str], since: int) -> list[Record]:
        return [
            record
            for (model, key), record in sorted(self.world.records.items())
            if model in STREAMS[stream] and model in wanted and (model, None) not in self.world.denied
            if (model, key) > place and self.world.versions[model, key] > since
        ]

    def _visible(self, record: Record, wanted: Wanted) -> Record:
        model = record.model
        hidden = {name for name in record.values if (model, name) in self.world.denied or (model, name) in self.world.silent}
        unpromised = record.values.keys() - frozenset(PROMISED[model])
        shown = (wanted[model] | unpromised) - hidden
        values = dict.fromkeys(wanted[model] - hidden) | {name: value for name, value in record.values.items() if name in shown}
        return Record(model, record.key, values)

    def _denials(self, stream: str, wanted: Wanted) -> tuple[Diagnostic, ...]:
        return tuple(
            Diagnostic(model, "not_permitted", field=name, missing_permissions=(permission,), http_status=403)
            for (model, name), permission in self.world.denied.items()
            if model in STREAMS[stream] and model in wanted
        )

    def probe(self, wanted: Wanted) -> tuple[Probed, ...]:
        if self.world.probe_error is not None:
            raise self.world.probe_error
        return tuple(Probed(model, None, readable=(model, None) not in self.world.denied) for model in wanted)

    def act(self, action: str, values: ActionInput) -> ActionResult:
        self.world.acted.append((action, values))
        if isinstance(self.world.answer, ConnectorError):
            raise self.world.answer
        return self.world.answer

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> RawReply:
        return RawReply(f"{BASE_URL}{path}", 418, {"x-method": method}, {"params": dict(params or {}), "data": data})

    def close(self) -> None:
        """Nothing is open."""


class ExploringConnector(InventedConnector):
    """One that promises a custom field explorer, too."""

    def explore(self, model: str, *, samples: int) -> tuple[ExploredField, ...]:
        found = [record for (known, _), record in sorted(self.world.records.items()) if known == model][:samples]
        return (ExploredField("colour", "Colour", "CUSTOM", "text", tuple(record.values["custom_fields"]["colour"] for record in found)),)


def _from_cursor(cursor: str) -> tuple[str, tuple[str, str]]:
    watermark, model, key = cursor.split("|")
    return watermark, (model, key)


class Ticking:
    """A clock that a test moves; it stands still in between."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float = 60) -> None:
        self.moment += timedelta(seconds=seconds)


def target(**changes: Any) -> Target:
    """The invented account; keyword arguments are Target's."""
    given = {"vendor": "invented", "base_url": BASE_URL, "credential": {"token": SECRET, "account": "acme"}, **changes}
    return Target(**given)


def small_world() -> World:
    """One job with its stages and questions, two people, one application, one interview."""
    world = World()
    world.put("Users", "7", first_name="Ada", last_name="Byron", email="ada@example.org")
    world.put("Users", "8", first_name="Bob", last_name=None, email=None)
    world.put(
        "Jobs",
        "310",
        name="Clockmaker",
        department="Works",
        salary_amount_from=0,
        status="OPEN",
        contact_id=Ref("Users", "7"),
        custom_fields={"colour": "blau"},
        remote_updated_at="2026-01-01T10:00:00+01:00",
    )
    world.put("Jobs", "311", name="Miller", department=None, salary_amount_from=None, status="CLOSED", contact_id=None)
    world.put("Application Stages", "4402", name="Applied")
    world.put("Application Stages", "4403", name="Interview")
    world.put("Screening questions", "51", title="Why?", format={"type": "TEXT", "max_length": 10})
    options = [{"id": Ref("Screening questions", f"52/{text}"), "name": text, "remote_id": text} for text in ("red", "blue")]
    world.put("Screening questions", "52", title="Colour?", format={"type": "MULTI_SELECT", "options": options})
    world.put("Screening questions", "53", title="Read this", format={"type": "INFORMATION"})
    world.put(
        "Job-specific screening questions",
        "310/51",
        index=0,
        job_id=Ref("Jobs", "310"),
        question_id=Ref("Screening questions", "51"),
        precondition_options=[Ref("Screening questions", "52/red")],
    )
    world.put("Job hiring team members", "310/7", roles=["HIRING_MANAGER"], job_id=Ref("Jobs", "310"), user_id=Ref("Users", "7"))
    world.put(
        "Candidates",
        "900",
        first_name="Zoë",
        last_name="",
        email_addresses=[{"email_address": "zoe@example.org", "type": None}],
        location={"city": "Ulm", "country": "DE"},
    )
    world.put("Candidates", "901", first_name="Yan", last_name="X", email_addresses=[], location=None)
    world.put("Tags", "person:vip", name="vip")
    world.put("Candidate tags", "900/person:vip", candidate_id=Ref("Candidates", "900"), tag_id=Ref("Tags", "person:vip"))
    world.put(
        "Applications",
        "600",
        outcome="PENDING",
        candidate_id=Ref("Candidates", "900"),
        job_id=Ref("Jobs", "310"),
        current_stage_id=Ref("Application Stages", "4402"),
    )
    world.put("Interviews", "70", title="First", application_id=Ref("Applications", "600"), starting_at="2026-02-01T09:00:00Z")
    return world
