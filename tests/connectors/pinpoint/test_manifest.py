"""The promise is the card, and the code keeps its names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.pinpoint.manifest import MANIFEST
from connectors.pinpoint.mapping import TABLES
from connectors.pinpoint.probing import OF_THE_HUB
from connectors.pinpoint.settings import Settings
from connectors.pinpoint.streams import LISTINGS, Part
from connectors.unified.actions import ACTIONS
from connectors.unified.registry import factory, installed

ROW = "id remote_id changed_at remote_deleted_at"
JOIN_ROW = "id changed_at remote_deleted_at"

CARD_MODELS = {
    "Users": f"{ROW} first_name last_name email",
    "Jobs": f"{ROW} name description confidential employment_type status visibility department post_url salary_amount_from "
    "salary_amount_to salary_currency salary_period location custom_fields integration_fields remote_url opened_at closed_at "
    "remote_created_at remote_updated_at contact_id remote_data",
    "Candidates": f"{ROW} first_name last_name source phone_numbers email_addresses social_media location remote_created_at "
    "remote_updated_at remote_data",
    "Application Stages": f"{ROW} name",
    "Applications": f"{ROW} outcome current_stage_id job_id candidate_id screening_question_answers remote_url remote_created_at "
    "remote_updated_at remote_data",
    "Screening questions": f"{ROW} title description format",
    "Tags": f"{ROW} name remote_data",
    "Interviews": f"{ROW} title starting_at ending_at application_id remote_data",
    "Roles": f"{ROW} remote_label scope unified_type",
    "Candidate tags": f"candidate_id tag_id {JOIN_ROW}",
    "Job-specific application stages": f"index job_id stage_id {JOIN_ROW}",
    "Job-specific screening questions": f"index required precondition_question_id precondition_options job_id question_id {JOIN_ROW}",
    "Job user role assignments": f"job_user_id role_id {JOIN_ROW}",
    "Job hiring team members": f"roles job_id user_id {JOIN_ROW}",
}

CREATE = (
    "candidate.first_name candidate.last_name candidate.email_address candidate.phone_number candidate.location.city "
    "candidate.location.country candidate.social_links.url application.job_id application.stage_id "
    "screening_question_answers.question_id screening_question_answers.answer attachments.name attachments.content_type "
    "attachments.data_url attachments.data attachments.type source.name source.unified_key source.id"
)

CARD_ACTIONS = {
    "Create candidate": CREATE,
    "Create application": CREATE,
    "Move application to stage": "application_id stage_id",
    "Add result link to application": "application_id label url details.custom_field_name_prefix details.attributes.key "
    "details.attributes.value",
    "Add note to application": "application_id content",
    "Get application attachments": "application_id",
    "Get candidate attachments": "candidate_id",
}

CARD_FEATURES = (
    "Source Writing",
    "Sync Only Created Applications",
    "Connection Guide",
    "Prerequisites",
    "Create credentials",
    "Roles",
    "Job roles (e.g. Hiring Manager)",
    "API Passthrough",
    "Scope Testing",
    "Scope Testing: Per Model Tests",
    "Scope Testing: Per Field Tests",
    "Delta Syncs",
)

README = Path(__file__).parents[3] / "connectors" / "pinpoint" / "README.md"


def test_every_model_and_field_of_the_card_is_promised():
    assert {model.name: [item.name for item in model.fields] for model in MANIFEST.models} == {
        name: fields.split() for name, fields in CARD_MODELS.items()
    }


def test_every_action_and_input_of_the_card_is_promised():
    assert {action.name: [item.name for item in action.inputs] for action in MANIFEST.actions} == {
        name: inputs.split() for name, inputs in CARD_ACTIONS.items()
    }


def test_every_feature_of_the_card_is_promised():
    assert tuple(feature.name for feature in MANIFEST.features) == CARD_FEATURES


@pytest.mark.parametrize("model", [model.name for model in MANIFEST.models])
def test_tables_and_promise_have_the_same_names(model):
    assert set(TABLES[model]) == {item.name for item in MANIFEST.model(model).fields} - OF_THE_HUB


def test_streams_and_promise_agree():
    """Who feeds what, with which permission, is said in two places that must not drift."""
    fed = {model.name: {name for name, listing in LISTINGS.items() if model.name in listing.feeds} for model in MANIFEST.models}
    needed = {model.name: {need for name in fed[model.name] for need in LISTINGS[name].needs} for model in MANIFEST.models}

    assert fed == {model.name: set(model.streams) for model in MANIFEST.models}
    assert needed == {model.name: set(model.needs) for model in MANIFEST.models}


def cells_of(part: Part | None) -> set[str]:
    return set() if part is None else {*part.cells, *cells_of(part.instead)}


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_parts_of_requests_name_promised_cells(listing):
    for cell in {cell for part in listing.parts for cell in cells_of(part)}:
        model, _, field = cell.partition(".")
        assert model in listing.feeds
        assert not field or field in {item.name for item in MANIFEST.model(model).fields}


def test_all_needed_permissions_are_listed():
    needed = {need for model in MANIFEST.models for need in model.needs} | {need for action in MANIFEST.actions for need in action.needs}
    needed |= {need for action in MANIFEST.actions for item in action.inputs for need in item.needs}

    assert needed == set(MANIFEST.permissions)


def test_settings_and_promise_have_the_same_defaults():
    assert Settings().model_dump() == MANIFEST.settings


def test_the_connector_is_found_by_its_folder():
    from connectors.pinpoint.connector import connect

    assert installed()["pinpoint"] is MANIFEST
    assert factory("pinpoint") is connect


def test_every_promised_action_has_an_input():
    assert {action.name for action in MANIFEST.actions} <= set(ACTIONS)


def permission_table() -> list[str]:
    rows = ["| For | Needs |", "| --- | --- |"]
    rows += [f"| {model.name} | {', '.join(model.needs)} |" for model in MANIFEST.models]
    rows += [f"| {action.name} | {', '.join(action.needs)} |" for action in MANIFEST.actions]
    for action in MANIFEST.actions:
        rows += [f"| {action.name}: {item.name} | {', '.join(item.needs)} |" for item in action.inputs if item.needs]
    return rows


def test_the_permission_table_of_the_guide_is_the_promise():
    """Generated rows stand between two marks; when this fails, put the rows it expects there."""
    text = README.read_text(encoding="utf-8")
    written = text.partition("<!-- permissions -->\n")[2].partition("\n<!-- /permissions -->")[0]

    assert written.splitlines() == permission_table()


@pytest.mark.parametrize("feature", ["Connection guide", "Prerequisites", "Create credentials"])
def test_the_guide_has_its_chapters(feature):
    assert re.search(rf"^#+ {feature}$", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_setting_is_in_the_guide():
    text = README.read_text(encoding="utf-8")

    assert [name for name in MANIFEST.settings if f"`{name}`" not in text] == []
