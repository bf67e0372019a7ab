"""Our flat models against the unified API's official SDK: the same fields, the same nullability, the same enums."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from kombo.models import (
    getatsapplicationspositiveresponse as applications,
)
from kombo.models import (
    getatsapplicationstagespositiveresponse as stages,
)
from kombo.models import (
    getatscandidatespositiveresponse as candidates,
)
from kombo.models import (
    getatsinterviewspositiveresponse as interviews,
)
from kombo.models import (
    getatsjobspositiveresponse as jobs,
)
from kombo.models import (
    getatsrolespositiveresponse as roles,
)
from kombo.models import (
    getatstagspositiveresponse as tags,
)
from kombo.models import (
    getatsuserspositiveresponse as users,
)
from kombo.types import UnrecognizedStr
from pydantic import BaseModel, ValidationError
from typing_extensions import TypeAliasType

from connectors.unified import values
from connectors.unified.models import IDENTITY, MODELS, REFERENCES

ID = "HWUTwvyx2wLoSUHphiWVrp28"
PUBLIC_ONLY = {"remote_data", "integration_fields", "global_index"}
"""Fields of the public document or of a card that the SDK's classes lack."""

NESTED = {
    "system_roles",
    "stages",
    "screening_questions",
    "job_postings",
    "hiring_team",
    "applications",
    "tags",
    "candidate",
    "current_stage",
    "job",
    "interviews",
    "offers",
    "users",
    "application",
}
"""Copies of other models inside a result: a flat row refers to them instead."""

READABLE: dict[str, type[BaseModel]] = {
    "Users": users.GetAtsUsersPositiveResponseResult,
    "Jobs": jobs.GetAtsJobsPositiveResponseResult,
    "Candidates": candidates.GetAtsCandidatesPositiveResponseResult,
    "Application Stages": stages.GetAtsApplicationStagesPositiveResponseResult,
    "Applications": applications.GetAtsApplicationsPositiveResponseResult,
    "Tags": tags.GetAtsTagsPositiveResponseResult,
    "Interviews": interviews.GetAtsInterviewsPositiveResponseResult,
    "Roles": roles.GetAtsRolesPositiveResponseResult,
}
"""Models that the unified API lists on their own."""

WITHIN: dict[str, tuple[type[BaseModel], dict[str, str]]] = {
    "Screening questions": (jobs.ScreeningQuestion, {"title": "title", "description": "description", "category": "category"}),
    "Job-specific application stages": (jobs.Stage, {"index": "index"}),
    "Job-specific screening questions": (
        jobs.ScreeningQuestion,
        {"index": "index", "required": "required", "precondition_question_id": "precondition_question_id"},
    ),
    "Job hiring team members": (jobs.GetAtsJobsPositiveResponseHiringTeam, {"roles": "hiring_team_roles"}),
}
"""Models that are readable only inside a job: our field to theirs."""

VALUES: dict[type[BaseModel], type[BaseModel]] = {
    values.Location: jobs.GetAtsJobsPositiveResponseLocation,
    values.EmailAddress: candidates.GetAtsCandidatesPositiveResponseEmailAddress,
    values.PhoneNumber: candidates.GetAtsCandidatesPositiveResponsePhoneNumber,
    values.SocialMedia: candidates.GetAtsCandidatesPositiveResponseSocialMedia,
    values.TextFormat: jobs.FormatText,
    values.NumberFormat: jobs.FormatNumber,
    values.FileFormat: jobs.FormatFile,
    values.SingleSelectFormat: jobs.FormatSingleSelect,
    values.MultiSelectFormat: jobs.FormatMultiSelect,
    values.UnknownFormat: jobs.FormatUnknown,
    values.SelectOption: jobs.GetAtsJobsPositiveResponseOption1,
    values.TextContent: applications.GetAtsApplicationsPositiveResponseAnswer1,
    values.Choice: applications.GetAtsApplicationsPositiveResponseAnswer2,
    values.Checked: applications.GetAtsApplicationsPositiveResponseAnswer4,
    values.NumberContent: applications.GetAtsApplicationsPositiveResponseAnswer5,
    values.DateContent: applications.GetAtsApplicationsPositiveResponseAnswer6,
    values.RawContent: applications.GetAtsApplicationsPositiveResponseAnswer7,
    values.TextQuestion: applications.GetAtsApplicationsPositiveResponseQuestionText,
    values.SingleSelectQuestion: applications.GetAtsApplicationsPositiveResponseQuestionSingleSelect,
    values.MultiSelectQuestion: applications.GetAtsApplicationsPositiveResponseQuestionMultiSelect,
    values.BooleanQuestion: applications.GetAtsApplicationsPositiveResponseQuestionBoolean,
    values.NumberQuestion: applications.GetAtsApplicationsPositiveResponseQuestionNumber,
    values.DateQuestion: applications.GetAtsApplicationsPositiveResponseQuestionDate,
    values.UnknownQuestion: applications.GetAtsApplicationsPositiveResponseQuestionUnknown,
}


@dataclass(frozen=True)
class Shape:
    """What matters of a field's type."""

    nullable: bool
    literals: frozenset[str]
    open: bool
    """Whether values outside the literals are admitted."""


def shape(annotation: Any) -> Shape:
    """The shape of a type as either side writes it, whatever aliases and unions it is wrapped in."""
    if annotation is UnrecognizedStr:
        return Shape(nullable=False, literals=frozenset(), open=True)
    if annotation is type(None) or annotation is None:
        return Shape(nullable=True, literals=frozenset(), open=False)
    if typing.get_origin(annotation) is Literal:
        return Shape(nullable=False, literals=frozenset(typing.get_args(annotation)), open=False)
    if isinstance(annotation, TypeAliasType):
        return shape(annotation.__value__)
    parts = [shape(part) for part in typing.get_args(annotation) if part is not Ellipsis and not _is_metadata(part)]
    wrapped = typing.get_origin(annotation)
    alias = isinstance(wrapped, TypeAliasType)
    union = alias or wrapped in (typing.Union, types.UnionType, typing.Annotated)
    literals = frozenset[str]().union(*(part.literals for part in parts))
    plain_text = union and str in typing.get_args(annotation)
    return Shape(
        nullable=alias or (union and any(part.nullable for part in parts)),
        literals=literals,
        open=any(part.open for part in parts) or (plain_text and bool(literals)),
    )


def _is_metadata(part: object) -> bool:
    return not isinstance(part, type | TypeAliasType | types.UnionType | types.GenericAlias) and typing.get_origin(part) is None


def wire_fields(model: type[BaseModel]) -> dict[str, Shape]:
    """Fields by their names on the wire. A discriminator is written there always, though the SDK has a default for it."""
    hints = typing.get_type_hints(model, include_extras=True)
    return {field.alias or name: shape(hints[name]) for name, field in model.model_fields.items()}


@pytest.mark.parametrize("card", READABLE)
def test_a_listed_model_has_the_fields_of_the_sdk(card: str) -> None:
    """Nothing is missing and nothing is invented, apart from what only the public document shows."""
    theirs = set(wire_fields(READABLE[card])) - NESTED

    assert theirs == set(MODELS[card].model_fields) - PUBLIC_ONLY


@pytest.mark.parametrize("card", READABLE)
def test_a_listed_model_has_the_shapes_of_the_sdk(card: str) -> None:
    """Nullability, enum values, and whether an enum is open."""
    theirs, ours = wire_fields(READABLE[card]), wire_fields(MODELS[card])
    common = sorted(theirs.keys() & ours.keys())

    assert {name: theirs[name] for name in common} == {name: ours[name] for name in common}


@pytest.mark.parametrize("card", WITHIN)
def test_a_model_shown_inside_a_job_has_the_shapes_of_the_sdk(card: str) -> None:
    """As above; `roles` may be null in a row though the SDK demands a list, as a row says null for what is turned off."""
    model, names = WITHIN[card]
    theirs, ours = wire_fields(model), wire_fields(MODELS[card])
    for our_name, their_name in names.items():
        expected, got = theirs[their_name], ours[our_name]
        assert (expected.literals, expected.open) == (got.literals, got.open), our_name
        assert got.nullable
        assert expected.nullable or our_name == "roles"


@pytest.mark.parametrize("ours", VALUES, ids=lambda model: model.__name__)
def test_a_nested_value_has_the_fields_and_shapes_of_the_sdk(ours: type[BaseModel]) -> None:
    """Locations, contact data, question formats, answers."""
    expected = wire_fields(VALUES[ours])

    assert expected == wire_fields(ours)


def test_choices_are_a_list_and_never_null() -> None:
    """The SDK lets the list be absent, which its types write like null; ours is always there."""
    theirs = applications.GetAtsApplicationsPositiveResponseAnswer3

    assert list(wire_fields(theirs)) == list(wire_fields(values.Choices))
    assert theirs.model_validate(values.Choices(choices=[]).model_dump()).choices == []


def test_the_comparison_sees_a_difference() -> None:
    """The helper above is not blind: nullability, a literal and openness each tell two shapes apart."""
    shapes = [shape(str), shape(str | None), shape(Literal["A"]), shape(Literal["A", "B"]), shape(Literal["A"] | str)]

    assert len(shapes) == len(set(shapes))


def test_every_reference_leads_to_a_model_and_every_key_to_a_field() -> None:
    """The registry is closed in itself."""
    for card, model in MODELS.items():
        assert set(REFERENCES[card]) <= set(model.model_fields), card
        assert set(REFERENCES[card].values()) <= set(MODELS), card
        assert set(model.key) <= set(model.model_fields), card
        assert model.has_remote_id() == ("remote_id" in model.model_fields), card


def test_internal_ids_are_those_of_the_webhooks() -> None:
    """Every internal id is one of the SDK's data-changed names."""
    from kombo.models import datachangedwebhookpayload as payload

    known = shape(payload.ChangedModel.model_fields["name"].annotation).literals

    assert {model.internal_id for model in MODELS.values()} <= known


def test_instants_are_found() -> None:
    """The date-times of a model are known from its types."""
    assert MODELS["Interviews"].instants() == {
        "changed_at",
        "remote_deleted_at",
        "starting_at",
        "ending_at",
        "remote_created_at",
        "remote_updated_at",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2022-08-07T14:01:29.196Z", "2022-08-07T14:01:29.196Z"),
        ("2022-08-07T14:01:29+02:00", "2022-08-07T12:01:29.000Z"),
        ("2022-08-07T14:01:29.1968Z", "2022-08-07T14:01:29.196Z"),
    ],
)
def test_instants_are_written_in_one_way(given: str, expected: str) -> None:
    """UTC, milliseconds, Z."""
    assert expected == values.to_instant(given)


@pytest.mark.parametrize("given", ["2022-08-07", "2022-08-07T14:01:29", "", "yesterday", 1659880889, None])
def test_what_names_no_instant_is_refused(given: object) -> None:
    """A date without time, a time without zone, anything else."""
    with pytest.raises(ValueError, match=r"date-time|zone|format|isoformat"):
        values.to_instant(given)


@pytest.mark.parametrize(
    ("card", "field", "value"),
    [
        ("Jobs", "salary_amount_from", "50000"),
        ("Jobs", "confidential", "false"),
        ("Jobs", "name", 7),
        ("Users", "email", "no address"),
        ("Users", "status", "SLEEPING"),
        ("Applications", "outcome", "LOST"),
        ("Applications", "job_id", "310"),
        ("Applications", "screening_question_answers", [{"question": {"remote_id": "1", "title": "CV", "type": "FILE"}, "answer": {}}]),
        ("Screening questions", "format", {"type": "SINGLE_SELECT"}),
        ("Screening questions", "format", {"type": "RATING"}),
        ("Job-specific screening questions", "precondition_options", ["yes"]),
        ("Candidates", "custom_fields", {"made": object()}),
    ],
)
def test_what_no_client_could_read_is_refused(card: str, field: str, value: object) -> None:
    """Strict types, closed enums, unified ids, known question types."""
    identity = {"id": ID, "changed_at": "2022-08-07T14:01:29.196Z", "remote_id": "1"}
    with pytest.raises(ValidationError) as caught:
        MODELS[card].model_validate({name: identity[name] for name in identity if name in MODELS[card].model_fields} | {field: value})

    assert {field} == {str(error["loc"][0]) for error in caught.value.errors()}


def test_open_enums_let_the_vendors_word_through() -> None:
    """A value without a clear mapping is better than none."""
    identity = {"id": ID, "remote_id": "1", "changed_at": "2022-08-07T14:01:29.196Z"}
    job = MODELS["Jobs"].model_validate({**identity, "employment_type": "zero_hours"})

    assert job.model_dump()["employment_type"] == "zero_hours"


def test_numbers_stay_as_they_came() -> None:
    """Zero stays zero, and a whole number gets no decimals."""
    job = MODELS["Jobs"].model_validate({"id": ID, "remote_id": "1", "changed_at": "2022-08-07T14:01:29.196Z", "salary_amount": 0})

    assert repr(job.model_dump(mode="json")["salary_amount"]) == "0"


def test_identity_is_no_business_of_connectors() -> None:
    """The fields that a connector fills never hold what the hub makes."""
    for model in MODELS.values():
        assert not set(model.fields()) & set(IDENTITY)
