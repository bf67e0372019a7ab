"""The promise is the card, and the code keeps its names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.fixture_models import load_card
from connectors.asymbl.columns import CELLS, SOBJECTS, TEAM, may_see
from connectors.asymbl.manifest import MANIFEST
from connectors.asymbl.mapping import TABLES
from connectors.asymbl.probing import OF_THE_HUB
from connectors.asymbl.settings import NEEDED, Settings
from connectors.asymbl.streams import LISTINGS
from connectors.unified.actions import ACTIONS
from connectors.unified.registry import factory, installed

ROOT = Path(__file__).parents[3]
README = ROOT / "connectors" / "asymbl" / "README.md"
CARD = load_card(ROOT / "fixtures" / "asymbl")


def test_every_model_and_field_of_the_card_is_promised():
    assert {model.name: sorted(item.name for item in model.fields) for model in MANIFEST.models} == {
        name: sorted(fields) for name, fields in CARD.models.items()
    }


def test_every_action_and_input_of_the_card_is_promised():
    assert {action.name: [item.name for item in action.inputs] for action in MANIFEST.actions} == CARD.actions


def test_every_feature_of_the_card_is_promised():
    assert [feature.name for feature in MANIFEST.features] == CARD.features


@pytest.mark.parametrize("model", [model.name for model in MANIFEST.models])
def test_tables_columns_and_promise_have_the_same_names(model):
    promised = {item.name for item in MANIFEST.model(model).fields} - OF_THE_HUB

    assert set(TABLES[model]) == promised
    assert set(CELLS[model]) == promised


def test_streams_and_promise_agree():
    """Who feeds what is said in two places that must not drift."""
    fed = {model.name: {name for name, listing in LISTINGS.items() if model.name in listing.feeds} for model in MANIFEST.models}

    assert fed == {model.name: set(model.streams) for model in MANIFEST.models}
    assert {model: listing.sobject for listing in LISTINGS.values() for model in listing.models} == SOBJECTS


def test_permissions_are_those_of_the_columns():
    """A cell names the field permission of each of its columns, but for what cannot be hidden."""
    jobs, applications = MANIFEST.model("Jobs"), MANIFEST.model("Applications")

    assert jobs.field("salary_amount").needs == (
        may_see("bpats__Job__c", "bpats__Salary__c"),
        may_see("bpats__Job__c", "bpats__Pay_Rate__c"),
    )
    assert jobs.field("remote_created_at").needs == ()
    assert applications.field("outcome").needs == (
        "bpats__ATS_Applicant__c.bpats__Applicant_Status__c: read",
        "bpats__ATS_Stage__c: read",
        "bpats__ATS_Stage__c.bpats__Stage_Type__c: read",
    )


def test_all_needed_permissions_are_listed():
    needed = {need for model in MANIFEST.models for need in model.needs}
    needed |= {need for model in MANIFEST.models for item in model.fields for need in item.needs}
    needed |= {need for action in MANIFEST.actions for need in action.needs}
    needed |= {need for action in MANIFEST.actions for item in action.inputs for need in item.needs}

    assert needed == set(MANIFEST.permissions)


def test_settings_and_promise_have_the_same_defaults():
    assert Settings().model_dump() == MANIFEST.settings
    assert set(MANIFEST.settings["team_roles"]) == set(TEAM)


def test_every_way_to_sign_in_uses_fields_that_the_promise_names():
    named = {item.name for item in MANIFEST.credential}

    assert {name for names in NEEDED.values() for name in names} <= named
    assert {item.name for item in MANIFEST.credential if item.secret} == {
        "client_secret",
        "refresh_token",
        "password",
        "security_token",
        "private_key",
        "access_token",
    }


def test_the_connector_is_found_by_its_folder():
    from connectors.asymbl.connector import connect

    assert installed()["asymbl"] is MANIFEST
    assert factory("asymbl") is connect


def test_every_promised_action_has_an_input():
    assert {action.name for action in MANIFEST.actions} <= set(ACTIONS)


def permission_table() -> list[str]:
    """One row an owner; the field permissions, which are many, as the columns of each object."""
    rows = ["| For | Needs |", "| --- | --- |"]
    rows += [f"| {model.name} | {', '.join(model.needs)} |" for model in MANIFEST.models]
    rows += [f"| {action.name} | {', '.join(action.needs)} |" for action in MANIFEST.actions]
    return rows


def column_table() -> list[str]:
    columns: dict[str, dict[str, set[str]]] = {}
    for permission in MANIFEST.permissions:
        found = re.fullmatch(r"(\w+)\.(\w+): (read|edit)", permission)
        if found is not None:
            columns.setdefault(found[1], {}).setdefault(found[3], set()).add(found[2])
    rows = ["| Object | Read | Edit |", "| --- | --- | --- |"]
    for sobject, kinds in sorted(columns.items()):
        rows.append(f"| {sobject} | {', '.join(sorted(kinds.get('read', ())))} | {', '.join(sorted(kinds.get('edit', ())))} |")
    return rows


@pytest.mark.parametrize(("mark", "table"), [("permissions", permission_table), ("columns", column_table)])
def test_the_tables_of_the_guide_are_the_promise(mark, table):
    """Generated rows stand between two marks; when this fails, put the rows it expects there."""
    text = README.read_text(encoding="utf-8")
    written = text.partition(f"<!-- {mark} -->\n")[2].partition(f"\n<!-- /{mark} -->")[0]

    assert written.splitlines() == table()


@pytest.mark.parametrize("chapter", ["Connection guide", "Prerequisites", "Create credentials"])
def test_the_guide_has_its_chapters(chapter):
    assert re.search(rf"^#+ {chapter}$", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_setting_and_credential_field_is_in_the_guide():
    text = README.read_text(encoding="utf-8")

    assert [name for name in MANIFEST.settings if f"`{name}`" not in text] == []
    assert [item.name for item in MANIFEST.credential if f"`{item.name}`" not in text] == []
