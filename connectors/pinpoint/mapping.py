"""How Pinpoint's resources become unified records: one table a model, each cell a path into the attributes or a function."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from connectors.pinpoint.jobs import (
    EMPLOYMENT_TYPES,
    JOB_ROLES,
    ROLE_LABELS,
    STATUSES,
    VISIBILITIES,
    Assignment,
    JobQuestion,
    JobStage,
    TeamMember,
    closed_at,
    confidential,
    contact,
    custom_fields,
    department,
    description,
    integration_fields,
    job_location,
    post_url,
    precondition_options,
    salary_period,
)
from connectors.pinpoint.people import (
    CandidateTag,
    Tag,
    email_addresses,
    home,
    interview_title,
    outcome,
    phone_numbers,
    social_media,
    source,
)
from connectors.pinpoint.questions import question_format, screening_question_answers
from connectors.pinpoint.values import HIDDEN, admin_page, amount, present, raw_below, refers, translated
from connectors.pinpoint.wire import Resource
from connectors.transport.mapping import Filled, Table, Withheld, fill
from connectors.unified.connector import Ref

JOBS: Table[Resource] = {
    "name": "title",
    "description": description,
    "confidential": confidential,
    "employment_type": translated("employment_type", EMPLOYMENT_TYPES),
    "status": translated("status", STATUSES),
    "visibility": translated("visibility", VISIBILITIES),
    "department": department,
    "post_url": post_url,
    "salary_amount_from": amount("compensation_minimum"),
    "salary_amount_to": amount("compensation_maximum"),
    "salary_currency": "compensation_currency",
    "salary_period": salary_period,
    "location": job_location,
    "custom_fields": custom_fields,
    "integration_fields": integration_fields,
    "remote_url": admin_page("jobs"),
    "opened_at": "opened_at",
    "closed_at": closed_at,
    "remote_created_at": "created_at",
    "remote_updated_at": "updated_at",
    "contact_id": contact,
    "remote_data": raw_below("/jobs"),
}


CANDIDATES: Table[Resource] = {
    "first_name": "first_name",
    "last_name": "last_name",
    "source": source,
    "phone_numbers": phone_numbers,
    "email_addresses": email_addresses,
    "social_media": social_media,
    "location": home,
    "remote_created_at": "created_at",
    "remote_updated_at": "updated_at",
    "remote_data": raw_below("/candidates"),
}

APPLICATIONS: Table[Resource] = {
    "outcome": outcome,
    "current_stage_id": refers("stage_id", "Application Stages"),
    "job_id": refers("job_id", "Jobs"),
    "candidate_id": refers("candidate_id", "Candidates"),
    "screening_question_answers": screening_question_answers,
    "remote_url": admin_page("applications"),
    "remote_created_at": "created_at",
    "remote_updated_at": "updated_at",
    "remote_data": raw_below("/applications"),
}

USERS: Table[Resource] = {
    "first_name": "first_name",
    "last_name": "last_name",
    # What is no address is left to the hub, which says so; here it would become a null without a word.
    "email": lambda user: present(user, "email"),
}


INTERVIEWS: Table[Resource] = {
    "title": interview_title,
    "starting_at": "start_at",
    "ending_at": "end_at",
    "application_id": refers("interviewable_id", "Applications"),
    "remote_data": raw_below("/interviews"),
}

APPLICATION_STAGES: Table[Resource] = {"name": "name"}

SCREENING_QUESTIONS: Table[Resource] = {"title": "title", "description": "additional_information", "format": question_format}

TAGS: Table[Tag] = {
    "name": lambda tag: tag.name,
    # The same path whichever list showed the tag, so that its record does not change with the list read last.
    "remote_data": lambda tag: {"/candidates": {"context": tag.context, "name": tag.name}},
}

ROLES: Table[str] = {
    "remote_label": lambda relation: ROLE_LABELS[relation],
    "scope": lambda relation: "JOB",
    "unified_type": lambda relation: JOB_ROLES[relation],
}

CANDIDATE_TAGS: Table[CandidateTag] = {
    "candidate_id": lambda tagged: Ref("Candidates", tagged.candidate_id),
    "tag_id": lambda tagged: Ref("Tags", tagged.tag.key),
}

JOB_STAGES: Table[JobStage] = {
    "index": lambda placed: placed.index,
    "job_id": lambda placed: Ref("Jobs", placed.job.id),
    "stage_id": lambda placed: Ref("Application Stages", placed.stage.id),
}

JOB_QUESTIONS: Table[JobQuestion] = {
    "index": lambda placed: placed.index,
    "required": lambda placed: present(placed.question, "required"),
    "precondition_question_id": lambda placed: refers("precondition_question_id", "Screening questions")(placed.question),
    "precondition_options": precondition_options,
    "job_id": lambda placed: Ref("Jobs", placed.job.id),
    "question_id": lambda placed: Ref("Screening questions", placed.question.id),
}

TEAM_MEMBERS: Table[TeamMember] = {
    "roles": lambda member: [JOB_ROLES[relation] for relation in member.relations],
    "job_id": lambda member: Ref("Jobs", member.job.id),
    "user_id": lambda member: Ref("Users", member.user_id),
}

ASSIGNMENTS: Table[Assignment] = {
    "job_user_id": lambda assignment: Ref("Job hiring team members", assignment.member.key),
    "role_id": lambda assignment: Ref("Roles", assignment.relation),
}

TABLES: Mapping[str, Table[Any]] = {
    "Users": USERS,
    "Jobs": JOBS,
    "Candidates": CANDIDATES,
    "Application Stages": APPLICATION_STAGES,
    "Applications": APPLICATIONS,
    "Screening questions": SCREENING_QUESTIONS,
    "Tags": TAGS,
    "Interviews": INTERVIEWS,
    "Roles": ROLES,
    "Candidate tags": CANDIDATE_TAGS,
    "Job-specific application stages": JOB_STAGES,
    "Job-specific screening questions": JOB_QUESTIONS,
    "Job user role assignments": ASSIGNMENTS,
    "Job hiring team members": TEAM_MEMBERS,
}
"""Keyed by the names of the card; a test holds the keys against the manifest."""


def filled(model: str, item: Any, *, wanted: Collection[str]) -> Filled:
    """The wanted values of one record; what blind screening hides is withheld, never passed on."""
    tree = item.attributes if isinstance(item, Resource) else {}
    found = fill(TABLES[model], item, tree=tree, wanted=wanted)
    hidden = {name: Withheld("masked", "hidden by blind screening") for name, value in found.values.items() if _is_hidden(value)}
    shown = {name: value for name, value in found.values.items() if name not in hidden}
    return Filled(shown, {**found.withheld, **hidden})


def _is_hidden(value: Any) -> bool:
    """Whether the vendor's placeholder stands anywhere in a value."""
    if isinstance(value, str):
        return value == HIDDEN
    if not isinstance(value, dict | list) or not _may_hold(value, HIDDEN):
        return False
    return any(map(_is_hidden, value.values() if isinstance(value, dict) else value))


def _may_hold(value: Any, text: str) -> bool:
    """Told without looking at each part, of which a record has hundreds: False is certain."""
    try:
        return text.encode() in orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return True
