"""From a connector's record to a row: references, validation, and nothing that is not promised and wanted."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.hub.ids import unified_id
from connectors.hub.ingest import Ingested, ingest
from connectors.hub.scope import resolve
from connectors.unified.connector import Record, Ref
from tests.connectors.hub.invented import MANIFEST, PROMISED

HERE = "invented:here"


def taken(model: str, config: dict[str, Any] | None = None, **values: Any) -> Ingested:
    """A record of a model with every promised field, those of `values` filled."""
    return ingest(Record(model, "1", dict.fromkeys(PROMISED[model]) | values), integration_id=HERE, scope=resolve(MANIFEST, config or {}))


def values(found: Ingested) -> dict[str, Any]:
    assert found.row is not None
    return dict(found.row.values)


def test_references_become_unified_ids_at_any_depth() -> None:
    """At the top, in lists, in objects of lists; whether the record is there or not."""
    option = Ref("Screening questions", "1/a")
    question = taken("Screening questions", format={"type": "SINGLE_SELECT", "options": ({"id": option, "name": "a"},)})
    link = taken("Job-specific screening questions", job_id=Ref("Jobs", "310"), precondition_options=[option])

    assert unified_id(HERE, "1/a") == values(question)["format"]["options"][0]["id"]
    assert [unified_id(HERE, "1/a")] == values(link)["precondition_options"]
    assert unified_id(HERE, "310") == values(link)["job_id"]


def test_a_row_has_every_field_of_its_model() -> None:
    """Unpromised ones are null."""
    row = values(taken("Jobs", name="A"))

    assert row["name"] == "A"
    assert row["weekly_hours"] is None
    assert "id" not in row


def test_falsy_values_are_values() -> None:
    """Zero, the empty text, false and empty lists arrive as they are."""
    assert values(taken("Jobs", salary_amount_from=0, name=""))["salary_amount_from"] == 0
    assert values(taken("Jobs", name=""))["name"] == ""
    assert values(taken("Candidates", email_addresses=[]))["email_addresses"] == []


def test_an_invalid_value_costs_its_own_field_only() -> None:
    """The record stays, the field is null, a diagnostic names model, field, record and reason."""
    found = taken("Jobs", name="A", salary_amount_from="a lot", contact_id="7")

    assert values(found)["name"] == "A"
    assert values(found)["salary_amount_from"] is None
    assert values(found)["contact_id"] is None
    assert {("Jobs", "salary_amount_from", "error"), ("Jobs", "contact_id", "error")} == {
        (said.model, said.field, said.reason) for said in found.diagnostics
    }
    assert all("record 1" in str(said.detail) for said in found.diagnostics)


def test_an_invalid_address_of_a_user_is_null() -> None:
    """As the unified API documents it."""
    found = taken("Users", first_name="Ada", email="ada at home")

    assert values(found)["email"] is None
    assert [said.field for said in found.diagnostics] == ["email"]


def test_an_invalid_address_of_a_candidate_leaves_the_list() -> None:
    """The others stay."""
    good = {"email_address": "a@example.org", "type": None}
    bad = {"email_address": "nonsense", "type": None}
    found = taken("Candidates", email_addresses=[bad, good, {"email_address": "b@", "type": "WORK"}])

    assert [good] == values(found)["email_addresses"]
    assert [said.field for said in found.diagnostics] == ["email_addresses"]


def test_a_list_that_is_no_list_is_null() -> None:
    """Where items can be dropped, the whole may still be wrong."""
    assert values(taken("Candidates", email_addresses="a@example.org"))["email_addresses"] is None


def test_what_is_not_promised_is_dropped_and_reported() -> None:
    """Even if the model has such a field; a null in it is no claim."""
    found = taken("Jobs", name="A", weekly_hours=40, job_code=None, shoe_size=44)

    assert values(found)["weekly_hours"] is None
    assert "shoe_size" not in values(found)
    assert {"weekly_hours", "shoe_size"} == {said.field for said in found.diagnostics}


def test_a_model_that_is_not_promised_is_refused_and_reported() -> None:
    """Nothing of it is stored."""
    found = ingest(Record("Roles", "1", {}), integration_id=HERE, scope=resolve(MANIFEST, {}))

    assert found.row is None
    assert [(said.model, said.reason) for said in found.diagnostics] == [("Roles", "error")]


def test_a_record_without_a_key_is_refused_and_reported() -> None:
    """It could never be found again."""
    found = ingest(Record("Jobs", "", {}), integration_id=HERE, scope=resolve(MANIFEST, {}))

    assert found.row is None
    assert found.diagnostics


def test_what_is_off_is_not_let_in_even_if_it_is_delivered() -> None:
    """The scope config rules at the door; no word is needed, its own diagnostics say it."""
    found = taken("Jobs", {"fields": {"Jobs.name": "DISABLED"}}, name="A", department="B")

    assert values(found)["name"] is None
    assert values(found)["department"] == "B"
    assert not found.diagnostics
    assert taken("Tags", {"models": {"Tags": "DISABLED"}}, name="A").row is None


def test_what_was_left_out_is_named() -> None:
    """Missing is not empty: null is an answer, absence is not."""
    found = ingest(Record("Tags", "1", {}), integration_id=HERE, scope=resolve(MANIFEST, {}))

    assert found.left_out == ("name",)
    assert not taken("Tags", name=None).left_out


@pytest.mark.parametrize("given", ["2026-01-01T10:00:00+01:00", "2026-01-01T09:00:00Z", "2026-01-01T09:00:00.0004Z"])
def test_instants_are_stored_in_one_notation(given: str) -> None:
    """So that the same instant is never a change."""
    assert values(taken("Jobs", remote_updated_at=given))["remote_updated_at"] == "2026-01-01T09:00:00.000Z"
