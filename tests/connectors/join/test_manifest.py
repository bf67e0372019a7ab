"""The promise is the card, and the code keeps its names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.join.actions import ACTIONS
from connectors.join.connector import connect
from connectors.join.manifest import API, MANIFEST
from connectors.join.mapping import TABLES
from connectors.unified.models import IDENTITY
from connectors.unified.registry import factory, installed

ROW = "id remote_id changed_at remote_deleted_at"
JOIN_ROW = "id changed_at remote_deleted_at"

CARD_MODELS = {
    "Users": f"{ROW} first_name last_name email",
    "Jobs": f"{ROW} name description employment_type status visibility category post_url experience_level salary_amount "
    "salary_amount_from salary_amount_to salary_currency salary_period location custom_fields integration_fields opened_at "
    "remote_created_at remote_updated_at contact_id remote_data",
    "Candidates": f"{ROW} first_name last_name source phone_numbers email_addresses location remote_created_at remote_data",
    "Application Stages": f"{ROW} name global_index remote_data",
    "Applications": f"{ROW} outcome current_stage_id job_id candidate_id remote_data",
    "Screening questions": f"{ROW} title description format",
    "Tags": f"{ROW} name",
    "Candidate tags": f"{JOIN_ROW} candidate_id tag_id",
    "Job-specific application stages": f"{JOIN_ROW} index job_id stage_id",
    "Job-specific screening questions": f"{JOIN_ROW} index required precondition_question_id precondition_options job_id question_id",
    "Job hiring team members": f"{JOIN_ROW} roles job_id user_id",
}
CREATE = (
    "candidate.first_name candidate.last_name candidate.email_address application.job_id attachments.name attachments.data_url "
    "attachments.data attachments.type source.name source.unified_key source.id"
)
CARD_ACTIONS = {
    "Create candidate": CREATE,
    "Create application": CREATE,
    "Get application attachments": "application_id",
    "Get candidate attachments": "candidate_id",
}
CARD_FEATURES = {
    "Source Writing",
    "Sync Only Created Applications",
    "Connection Guide",
    "Prerequisites",
    "Create credentials",
    "Create Candidate Full Attachment Retry",
    "API Passthrough",
}
README = Path(__file__).parents[3] / "connectors" / "join" / "README.md"


def test_every_model_and_field_of_the_card_is_promised():
    assert {model.name: {item.name for item in model.fields} for model in MANIFEST.models} == {
        name: set(fields.split()) for name, fields in CARD_MODELS.items()
    }


def test_every_action_and_input_of_the_card_is_promised_and_there():
    assert {action.name: {item.name for item in action.inputs} for action in MANIFEST.actions} == {
        name: set(inputs.split()) for name, inputs in CARD_ACTIONS.items()
    }
    assert ACTIONS.keys() == CARD_ACTIONS.keys()


def test_every_feature_of_the_card_is_promised():
    assert {feature.name for feature in MANIFEST.features} == CARD_FEATURES


@pytest.mark.parametrize("model", [model.name for model in MANIFEST.models])
def test_tables_and_promise_have_the_same_names(model):
    assert set(TABLES[model]) == {item.name for item in MANIFEST.model(model).fields} - set(IDENTITY)


def test_no_delta_is_promised_and_the_one_permission_is_needed_everywhere():
    assert [model.name for model in MANIFEST.models if model.delta] == []
    assert {model.needs for model in MANIFEST.models} | {action.needs for action in MANIFEST.actions} == {(API,)}


def test_the_connector_is_found_by_its_folder():
    assert installed()["join"] is MANIFEST
    assert factory("join") is connect


@pytest.mark.parametrize("chapter", ["Connection guide", "Prerequisites", "Create credentials"])
def test_the_guide_has_its_chapters(chapter):
    assert re.search(rf"^#+ {chapter}$", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_setting_is_in_the_guide():
    text = README.read_text(encoding="utf-8")

    assert [name for name in MANIFEST.settings if f"`{name}`" not in text] == []
