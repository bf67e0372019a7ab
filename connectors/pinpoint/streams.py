"""The lists that Pinpoint is read by, a row each: what feeds which models, and what must be asked for only if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.pinpoint import manifest as promised
from connectors.pinpoint.jobs import JOB_ROLES, Assignment, job_questions, job_stages, shows_team, team_members
from connectors.pinpoint.people import CandidateTag, tags
from connectors.pinpoint.wire import ALL_VISIBILITIES, Query, Resource
from connectors.unified.connector import Stream, Wanted

Item = tuple[str, str, Any]
"""(model, key, what its table is filled from)."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a request asks for only because a wanted cell needs it."""

    cells: tuple[str, ...]
    """"Model.field", or "Model" where the whole model comes from it."""
    includes: tuple[str, ...] = ()
    extras: tuple[tuple[str, str], ...] = ()
    """(resource type, attribute) that comes only when asked for."""
    needs: tuple[str, ...] = ()
    """Permissions that the vendor may ask for included records. Assumed: nothing tells whether it does."""
    instead: Part | None = None
    """What brings the same cells, less well, when this is refused."""

    def wanted(self, wanted: Wanted) -> bool:
        """Whether any of its cells is."""
        return any(is_wanted(cell, wanted) for cell in self.cells)


def is_wanted(cell: str, wanted: Wanted) -> bool:
    """Whether a "Model" or "Model.field" is wanted."""
    model, _, field = cell.partition(".")
    return model in wanted and (not field or field in wanted[model])


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the vendor."""

    name: str
    path: str
    feeds: tuple[str, ...]
    needs: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    visibility: str | None = None
    """The filter that must name the hidden visibilities."""
    delta: bool = True

    def stream(self) -> Stream:
        """As the hub knows it."""
        return Stream(self.name, self.feeds, self.delta)


TEAM_CELLS = ("Jobs.contact_id", "Job hiring team members", "Job user role assignments")

JOBS = Listing(
    "jobs",
    "/jobs",
    feeds=(
        "Jobs",
        "Application Stages",
        "Job-specific application stages",
        "Screening questions",
        "Job-specific screening questions",
        "Roles",
        "Job hiring team members",
        "Job user role assignments",
    ),
    needs=(promised.READ_JOBS,),
    visibility="visibility",
    parts=(
        Part(("Jobs.department",), includes=("department",), needs=("Department: read",)),
        Part(("Jobs.location",), includes=("location",), needs=("Location: read",)),
        Part(
            TEAM_CELLS,
            includes=tuple(JOB_ROLES),
            needs=(promised.READ_USERS,),
            instead=Part(TEAM_CELLS, extras=(("jobs", "hiring_user_id"), ("jobs", "recruitment_manager_user_id"))),
        ),
        Part(("Screening questions", "Job-specific screening questions"), includes=("questions",), needs=("Question: read",)),
        Part(("Application Stages", "Job-specific application stages"), includes=("stages",)),
        Part(
            ("Jobs.integration_fields",),
            includes=("custom_attributes.custom_field",),
            needs=(promised.READ_CUSTOM_ATTRIBUTES, promised.READ_CUSTOM_FIELDS),
            instead=Part(("Jobs.integration_fields",), includes=("custom_attributes",), needs=(promised.READ_CUSTOM_ATTRIBUTES,)),
        ),
        Part(("Jobs.custom_fields",), includes=("custom_attributes",), needs=(promised.READ_CUSTOM_ATTRIBUTES,)),
    ),
)

USERS = Listing("users", "/users", feeds=("Users",), needs=(promised.READ_USERS,), delta=False)

CANDIDATES = Listing(
    "candidates",
    "/candidates",
    feeds=("Candidates", "Tags", "Candidate tags"),
    needs=(promised.READ_CANDIDATES,),
    parts=(
        Part(("Candidates.source", "Candidates.social_media"), includes=("applications",), needs=(promised.READ_APPLICATIONS,)),
        Part(("Tags", "Candidate tags"), extras=(("candidates", "tags"),)),
    ),
)

APPLICATIONS = Listing(
    "applications",
    "/applications",
    feeds=("Applications", "Tags", "Candidate tags"),
    needs=(promised.READ_APPLICATIONS,),
    visibility="job_visibility",
    parts=(
        Part(("Applications.outcome",), includes=("stage",)),
        Part(("Applications.screening_question_answers",), includes=("answers.question",), needs=("Answer: read", "Question: read")),
        Part(("Tags", "Candidate tags"), extras=(("applications", "tags"),)),
    ),
)

INTERVIEWS = Listing(
    "interviews",
    "/interviews",
    feeds=("Interviews",),
    needs=(promised.READ_INTERVIEWS,),
    visibility="job_visibility",
    parts=(Part(("Interviews.title",), includes=("stage",)),),
)

LISTINGS: Mapping[str, Listing] = {listing.name: listing for listing in (USERS, JOBS, CANDIDATES, APPLICATIONS, INTERVIEWS)}
"""In the order of reading: what is referred to before what refers to it."""

SHARED = frozenset({"Application Stages", "Screening questions", "Tags", "Candidate tags"})
"""Models whose record may be met again in the same list: several jobs may share a question, several people a tag."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What one read of a list asks for; it shrinks when the vendor refuses something."""

    listing: Listing
    parts: tuple[Part, ...] = ()
    visibilities: tuple[str, ...] = ALL_VISIBILITIES
    since: str | None = None

    def query(self, *, page: tuple[int, int], bare: bool = False, sort: str | None = None, count: bool = False) -> Query:
        """`bare` leaves out all that only some cells need."""
        parts = () if bare else self.parts
        filters = []
        if self.listing.visibility is not None:
            filters.append((self.listing.visibility, ",".join(self.visibilities)))
        if self.since is not None:
            filters.append(("updated_at][gt", self.since))
        return Query(
            include=tuple(dict.fromkeys(include for part in parts for include in part.includes)),
            extra_fields=tuple(dict.fromkeys(extra for part in parts for extra in part.extras)),
            filters=tuple(filters),
            # In both orders what is new comes last, which is what reading by page numbers relies on.
            sort=sort or ("id" if self.since is None else "updated_at,id"),
            page=page,
            count=count,
        )


def ask_for(listing: Listing, wanted: Wanted, *, since: str | None = None) -> Ask:
    """The smallest request that brings all that is wanted of a list."""
    return Ask(listing, tuple(part for part in listing.parts if part.wanted(wanted)), since=since)


def items(listing: Listing, resource: Resource) -> Iterator[Item]:
    """Everything that one resource of a list holds."""
    match listing.name:
        case "jobs":
            yield from _of_job(resource)
        case "candidates":
            yield "Candidates", resource.id, resource
            yield from _tagged(resource, resource.id)
        case "applications":
            yield "Applications", resource.id, resource
            candidate_id = resource.get("candidate_id")
            yield from _tagged(resource, None if candidate_id is None else str(candidate_id))
        case "interviews":
            if resource.get("interviewable_type") == "Application":
                yield "Interviews", resource.id, resource
        case _:
            yield "Users", resource.id, resource


def _of_job(job: Resource) -> Iterator[Item]:
    yield "Jobs", job.id, job
    for placed in job_stages(job):
        yield "Application Stages", placed.stage.id, placed.stage
        yield "Job-specific application stages", f"{job.id}/{placed.stage.id}", placed
    for asked in job_questions(job):
        yield "Screening questions", asked.question.id, asked.question
        yield "Job-specific screening questions", f"{job.id}/{asked.question.id}", asked
    for member in team_members(job):
        yield "Job hiring team members", member.key, member
        for relation in member.relations:
            yield "Job user role assignments", f"{member.key}/{relation}", Assignment(member, relation)


def whole(listing: Listing, resource: Resource) -> tuple[str, ...]:
    """The join models of which a resource shows all its rows: whatever else was known of them is no more."""
    if listing.name != "jobs":
        return ()  # tags on a person come from several lists, none of which knows all
    stages = ("Job-specific application stages",) if resource.shows("stages") else ()
    questions = ("Job-specific screening questions",) if resource.shows("questions") else ()
    team = ("Job hiring team members", "Job user role assignments") if shows_team(resource) else ()
    return (*stages, *questions, *team)


def _tagged(owner: Resource, candidate_id: str | None) -> Iterator[Item]:
    for tag in tags(owner):
        yield "Tags", tag.key, tag
        if candidate_id is not None:
            yield "Candidate tags", f"{candidate_id}/{tag.key}", CandidateTag(candidate_id, tag)
