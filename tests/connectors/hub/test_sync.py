"""What a sync stores, changes, marks as gone and says, and how it goes on after it died."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.hub.subject import InProcessConnection
from connectors.unified.connector import ActionResult, Diagnostic, Ref
from connectors.unified.errors import PermissionMissing, RateLimited, Unauthorized, Unavailable, UnexpectedReply
from connectors.unified.service import ModelUnavailable
from tests.connectors.hub.conftest import Connect
from tests.connectors.hub.invented import SECRET, STREAMS, Ticking, World


def row(connection: InProcessConnection, model: str, remote_id: str) -> dict[str, Any]:
    """One row, deleted or not, by the vendor's id."""
    return next(row for row in connection.read(model, include_deleted=True) if row["remote_id"] == remote_id)


def living(connection: InProcessConnection, model: str) -> set[str]:
    return {row["remote_id"] for row in connection.read(model)}


def said(found: tuple[Diagnostic, ...]) -> set[tuple[str, str | None, str]]:
    return {(one.model, one.field, one.reason) for one in found}


# ------------------------------------------------------------------------------------------------------------ full


def test_a_full_sync_brings_everything(connection: InProcessConnection, world: World) -> None:
    """Every record of every page, and nothing to complain about."""
    outcome = connection.sync()

    assert (outcome.state, outcome.mode, outcome.diagnostics, outcome.error) == ("SUCCEEDED", "FULL", (), None)
    for model in {model for model, _ in world.records}:
        assert len([key for known, key in world.records if known == model]) == len(connection.read(model)), model


def test_references_lead_to_the_records(connection: InProcessConnection) -> None:
    """The unified id in a reference is the id of the row that it means."""
    connection.sync()

    assert row(connection, "Jobs", "310")["contact_id"] == row(connection, "Users", "7")["id"]
    assert row(connection, "Applications", "600")["candidate_id"] == row(connection, "Candidates", "900")["id"]


def test_join_models_have_no_remote_id(connection: InProcessConnection) -> None:
    """They have an id of their own all the same."""
    connection.sync()
    (member,) = connection.read("Job hiring team members")

    assert member["remote_id"] is None
    assert member["id"] not in (member["job_id"], member["user_id"])


def test_changed_at_moves_only_with_a_true_change(connection: InProcessConnection, world: World, clock: Ticking) -> None:
    """Written again with the same values, or seen again: not a change."""
    connection.sync()
    before = row(connection, "Tags", "person:vip")
    clock.advance()
    world.put("Tags", "person:vip", name="vip")
    connection.sync()
    assert before == row(connection, "Tags", "person:vip")

    world.put("Tags", "person:vip", name="VIP")
    connection.sync()
    after = row(connection, "Tags", "person:vip")
    assert after["changed_at"] > before["changed_at"]
    assert {**before, "name": "VIP", "changed_at": after["changed_at"]} == after


def test_changed_at_moves_on_even_when_the_clock_does_not(connection: InProcessConnection, world: World) -> None:
    """Two changes in one instant are two changes."""
    seen = []
    for name in ("a", "b", "c"):
        world.put("Tags", "person:vip", name=name)
        connection.sync()
        seen.append(row(connection, "Tags", "person:vip")["changed_at"])

    assert seen == sorted(set(seen))


# ------------------------------------------------------------------------------------------------------- deletions


def test_a_full_sync_marks_what_is_gone_once(connection: InProcessConnection, world: World, clock: Ticking) -> None:
    """remote_deleted_at is set and stays; the row is hidden unless asked for."""
    connection.sync()
    world.remove("Candidates", "901")
    clock.advance()
    connection.sync()
    gone = row(connection, "Candidates", "901")
    clock.advance()
    connection.sync()

    assert gone["remote_deleted_at"] is not None
    assert gone == row(connection, "Candidates", "901")
    assert {"900"} == living(connection, "Candidates")


def test_what_is_made_again_comes_back_alive(connection: InProcessConnection, world: World, clock: Ticking) -> None:
    """With the same id."""
    connection.sync()
    id = row(connection, "Tags", "person:vip")["id"]
    world.remove("Tags", "person:vip")
    connection.sync()
    clock.advance()
    world.put("Tags", "person:vip", name="vip")
    connection.sync("DELTA")
    back = row(connection, "Tags", "person:vip")

    assert (back["id"], back["remote_deleted_at"]) == (id, None)


def test_a_delta_sync_concludes_no_deletions(connection: InProcessConnection, world: World) -> None:
    """Neither of streams with delta nor of those that it reads whole."""
    connection.sync()
    world.remove("Candidates", "901")
    world.remove("Users", "8")

    assert connection.sync("DELTA").mode == "DELTA"
    assert {"900", "901"} == living(connection, "Candidates")
    assert {"7", "8"} == living(connection, "Users")


def test_what_the_vendor_reports_as_gone_is_gone_in_a_delta(connection: InProcessConnection, world: World, clock: Ticking) -> None:
    """A report is no conclusion. One of a record that was never known does no harm, and a second one changes nothing."""
    connection.sync()
    world.remove("Candidates", "901")
    world.reported = (Ref("Candidates", "901"), Ref("Candidates", "never met"))
    clock.advance()
    connection.sync("DELTA")
    gone = row(connection, "Candidates", "901")
    clock.advance()
    connection.sync("DELTA")

    assert {"900"} == living(connection, "Candidates")
    assert gone["remote_deleted_at"] is not None
    assert gone == row(connection, "Candidates", "901")


def test_a_changed_record_lets_go_of_what_hung_on_it(connection: InProcessConnection, world: World) -> None:
    """Whoever left a team is gone with the delta that brings the team, and other jobs' teams stay, whatever their keys begin with."""
    for key in ("310/8", "3100/7"):
        job, user = key.split("/")
        world.put("Job hiring team members", key, roles=[], job_id=Ref("Jobs", job), user_id=Ref("Users", user))
    connection.sync()
    world.remove("Job hiring team members", "310/7")
    world.put("Job hiring team members", "310/8", roles=["RECRUITER"], job_id=Ref("Jobs", "310"), user_id=Ref("Users", "8"))
    world.complete = (Ref("Job hiring team members", "310"),)
    connection.sync("DELTA")
    users = {row["user_id"] for row in connection.read("Job hiring team members")}

    assert len(connection.read("Job hiring team members")) == 2
    assert users == {row(connection, "Users", "7")["id"], row(connection, "Users", "8")["id"]}


def test_rows_that_are_kept_go_with_what_they_refer_to(connect: Connect, world: World) -> None:
    """Where a vendor shows a link only now and then, its absence means nothing; that of the job does."""
    models = [replace(model, keeps_rows=model.name == "Job hiring team members") for model in world.manifest.models]
    world.manifest = replace(world.manifest, models=tuple(models))
    connection = connect()
    world.put("Job hiring team members", "311/7", roles=[], job_id=Ref("Jobs", "311"), user_id=Ref("Users", "7"))
    connection.sync()
    world.remove("Job hiring team members", "310/7")
    world.remove("Jobs", "311")
    connection.sync()
    (kept,) = connection.read("Job hiring team members")

    assert kept["job_id"] == row(connection, "Jobs", "310")["id"]


def test_rows_that_are_kept_come_back_when_their_model_is_turned_on_again(connect: Connect, world: World) -> None:
    """All that lived when it was turned off, whether the vendor shows them now or not; but not what lost its job meanwhile."""
    models = [replace(model, keeps_rows=model.name == "Job hiring team members") for model in world.manifest.models]
    world.manifest = replace(world.manifest, models=tuple(models))
    connection = connect()
    for key, job in (("310/8", "310"), ("311/7", "311")):
        world.put("Job hiring team members", key, roles=[], job_id=Ref("Jobs", job), user_id=Ref("Users", key[-1]))
    connection.sync()
    for key in ("310/7", "310/8", "311/7"):
        world.remove("Job hiring team members", key)
    connection.sync()
    before = {row["id"] for row in connection.read("Job hiring team members")}
    connection.reconnect(scope_config={"models": {"Job hiring team members": "DISABLED"}})
    connection.sync()
    connection.sync()
    world.remove("Jobs", "311")
    connection.reconnect(scope_config={})
    connection.sync()
    after = connection.read("Job hiring team members")

    assert len(before) == 3
    assert {row["id"] for row in after} < before
    assert {row["job_id"] for row in after} == {row(connection, "Jobs", "310")["id"]}
    assert len(after) == 2


@pytest.mark.parametrize("failure", [RateLimited("slow down"), Unavailable("down"), UnexpectedReply("what?")])
def test_a_failed_stream_takes_nothing_with_it(connection: InProcessConnection, world: World, failure: Exception) -> None:
    """The others go on, none of its records is deleted, and the outcome says what happened."""
    connection.sync()
    world.remove("Candidates", "901")
    world.remove("Interviews", "70")
    world.failing["people", 2] = failure  # type: ignore[assignment]
    outcome = connection.sync()

    assert outcome.state == "PARTIALLY_FAILED"
    assert {("Candidates", None, "error"), ("Tags", None, "error"), ("Candidate tags", None, "error")} == said(outcome.diagnostics)
    assert type(failure).__name__ in str(outcome.error)
    assert {"900", "901"} == living(connection, "Candidates")
    assert not living(connection, "Interviews")


def test_a_denied_model_keeps_what_it_had_and_is_reported(connection: InProcessConnection, world: World) -> None:
    """Not to be allowed to look is not to find nothing."""
    connection.sync()
    world.denied["Candidates", None] = "Candidates: read"
    outcome = connection.sync()

    assert outcome.state == "SUCCEEDED"
    assert [(one.model, one.field, one.missing_permissions) for one in outcome.diagnostics] == [("Candidates", None, ("Candidates: read",))]
    assert {"900", "901"} == living(connection, "Candidates")


def test_a_denial_that_is_raised_means_the_same(connection: InProcessConnection, world: World) -> None:
    """A connector should yield a page with diagnostics; one that raises is understood."""
    connection.sync()
    world.failing["applications", 1] = PermissionMissing("no", http_status=403, missing_permissions=("Applications: read",))
    outcome = connection.sync()

    assert outcome.state == "SUCCEEDED"
    assert {("Applications", None, "not_permitted")} == said(outcome.diagnostics)
    assert {"600"} == living(connection, "Applications")


def test_a_dead_credential_stops_the_sync_and_deletes_nothing(connection: InProcessConnection, world: World) -> None:
    """No further request is sent with it."""
    connection.sync()
    world.remove("Users", "8")
    world.failing["jobs", 1] = Unauthorized("revoked", http_status=401)
    world.reads.clear()
    outcome = connection.sync()

    assert outcome.state == "AUTHENTICATION_FAILED"
    assert [stream for stream, _, _ in world.reads] == ["users", "jobs"]
    assert {"7", "8"} == living(connection, "Users")
    world.failing.clear()
    assert connection.sync().state == "SUCCEEDED"
    assert {"7"} == living(connection, "Users")


def test_a_sync_of_which_nothing_came_through_has_failed(connection: InProcessConnection, world: World) -> None:
    """And reads have still to wait for a first one."""
    world.failing.update({(stream, 1): Unavailable("down") for stream in STREAMS})

    assert connection.sync().state == "FAILED"
    with pytest.raises(ModelUnavailable) as caught:
        connection.read("Jobs")
    assert caught.value.code == "INTEGRATION.SETUP_SYNC_PENDING"


def test_a_stream_without_a_last_page_has_failed(connection: InProcessConnection, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connector that stops in the middle must not look like one that came to the end."""
    connection.sync()
    whole = world.connect(base_url="", credential={"token": "x"}).read
    cut = {"jobs": 1}
    monkeypatch.setattr(
        "tests.connectors.hub.invented.InventedConnector.read",
        lambda self, stream, wanted, **where: (
            page for number, page in enumerate(whole(stream, wanted, **where)) if number < cut.get(stream, 99)
        ),
    )
    outcome = connection.sync()

    assert outcome.state == "PARTIALLY_FAILED"
    assert "last page" in str(outcome.error)
    assert len(connection.read("Screening questions")) == 3


# ----------------------------------------------------------------------------------------------- missing, not empty


def test_a_denied_field_is_null_and_reported(connection: InProcessConnection, world: World) -> None:
    """The connector's own diagnostic suffices."""
    world.denied["Jobs", "department"] = "Departments: read"
    outcome = connection.sync()

    assert {("Jobs", "department", "not_permitted")} == said(outcome.diagnostics)
    assert row(connection, "Jobs", "310")["department"] is None
    assert row(connection, "Jobs", "310")["name"] == "Clockmaker"


def test_a_field_left_out_without_a_word_is_reported_by_the_hub(connection: InProcessConnection, world: World) -> None:
    """So that no null ever has two meanings."""
    world.silent.add(("Jobs", "department"))
    outcome = connection.sync()

    assert {("Jobs", "department", "error")} == said(outcome.diagnostics)
    assert "left the field out" in str(outcome.diagnostics[0].detail)


def test_an_invalid_value_never_stops_a_sync(connection: InProcessConnection, world: World) -> None:
    """Null and a diagnostic for the one field; said once with a count, however many records have it."""
    for key in ("320", "321", "322"):
        world.put("Jobs", key, name="A", salary_amount_from="lots")
    outcome = connection.sync()

    assert outcome.state == "SUCCEEDED"
    assert [(one.model, one.field, one.reason) for one in outcome.diagnostics] == [("Jobs", "salary_amount_from", "error")]
    assert "3 times" in str(outcome.diagnostics[0].detail)
    assert row(connection, "Jobs", "320")["salary_amount_from"] is None


def test_warnings_of_streams_are_handed_on_once(connection: InProcessConnection) -> None:
    """With their code."""
    assert sorted(f"read: {stream} was read" for stream in STREAMS) == sorted(connection.sync().warnings)


def test_no_secret_gets_into_what_a_sync_says(connection: InProcessConnection, world: World) -> None:
    """Even when a careless connector puts it into an error."""
    world.failing["jobs", 1] = Unavailable(f"GET /jobs?token={SECRET}")
    outcome = connection.sync()

    assert "token=•••" in str(outcome.error)
    assert SECRET not in repr(outcome)
    assert SECRET not in repr(connection._hub.__dict__)


# ----------------------------------------------------------------------------------------------------------- delta


def test_a_delta_sync_asks_only_for_changes(connection: InProcessConnection, world: World) -> None:
    """Since the watermark; a stream that cannot is read whole."""
    connection.sync()
    world.put("Candidates", "902", first_name="New")
    world.reads.clear()
    outcome = connection.sync("DELTA")

    assert outcome.mode == "DELTA"
    assert {"900", "901", "902"} == living(connection, "Candidates")
    assert {"users"} == {stream for stream, since, _ in world.reads if since is None}


def test_a_delta_before_any_full_sync_is_a_full_one(connection: InProcessConnection) -> None:
    """And says so."""
    assert connection.sync("DELTA").mode == "FULL"
    assert connection.sync("DELTA").mode == "DELTA"


def test_a_delta_of_a_connector_without_any_is_a_full_one(connect: Connect) -> None:
    """Only streams that cannot do delta are wanted here."""
    others = [model for models in STREAMS.values() for model in models if model != "Users"]
    connection = connect(scope_config={"models": dict.fromkeys(others, "DISABLED")})
    connection.sync()

    assert connection.sync("DELTA").mode == "FULL"


def test_a_failed_stream_keeps_its_watermark(connection: InProcessConnection, world: World) -> None:
    """What it missed comes with the next delta."""
    connection.sync()
    world.put("Candidates", "902", first_name="New")
    world.failing["people", 1] = Unavailable("down")
    connection.sync("DELTA")
    world.failing.clear()
    connection.sync("DELTA")

    assert "902" in living(connection, "Candidates")


def test_a_read_without_a_watermark_keeps_the_one_before(connection: InProcessConnection, world: World) -> None:
    """Where nothing has changed a vendor may have no time to give; the place to go on from stays."""
    connection.sync()
    first = str(world.version)
    world.mute_watermarks = True
    connection.sync("DELTA")
    world.reads.clear()
    connection.sync("DELTA")

    assert {first} == {since for stream, since, _ in world.reads if stream != "users"}


def test_the_last_watermark_counts(connection: InProcessConnection, world: World) -> None:
    """A last page that has none leaves that of the page before."""
    world.mute_last_watermark = True
    connection.sync()
    world.reads.clear()
    connection.sync("DELTA")

    assert ("jobs", str(world.version), None) in world.reads


def test_a_permission_granted_later_is_made_up_for(connection: InProcessConnection, world: World) -> None:
    """A watermark never jumps over what could not be read: neither models nor fields."""
    world.denied["Candidates", None] = "Candidates: read"
    world.denied["Jobs", "department"] = "Departments: read"
    connection.sync()
    assert not living(connection, "Candidates")

    world.denied.clear()
    assert connection.sync("DELTA").mode == "DELTA"
    assert {"900", "901"} == living(connection, "Candidates")
    assert row(connection, "Jobs", "310")["department"] == "Works"


# ----------------------------------------------------------------------------------------------------- scope config


def test_what_is_off_is_neither_asked_for_nor_stored(connect: Connect, world: World) -> None:
    """The connector is not told to want it."""
    connection = connect(scope_config={"models": {"Users": "DISABLED"}, "fields": {"Jobs.name": "OPTED_OUT"}})
    outcome = connection.sync()

    assert all("Users" not in wanted and "name" not in wanted["Jobs"] for wanted in world.wanted)
    assert "users" not in {stream for stream, _, _ in world.reads}
    assert row(connection, "Jobs", "310")["name"] is None
    assert {("Users", None, "disabled_by_scope_config"), ("Jobs", "name", "disabled_by_scope_config")} == said(outcome.diagnostics)


@pytest.mark.parametrize("mode", ["FULL", "DELTA"])
def test_a_field_turned_off_is_null_in_all_rows_after_the_next_sync(connection: InProcessConnection, mode: Any) -> None:
    """Also in rows that did not change, also in deleted ones; its siblings stay."""
    connection.sync()
    before = row(connection, "Jobs", "310")
    connection.reconnect(scope_config={"fields": {"Jobs.name": "DISABLED"}})
    connection.sync(mode)
    after = row(connection, "Jobs", "310")

    assert {**before, "name": None, "changed_at": after["changed_at"]} == after
    assert after["changed_at"] > before["changed_at"]


@pytest.mark.parametrize("mode", ["FULL", "DELTA"])
def test_a_model_turned_off_is_marked_deleted_by_the_next_sync(connection: InProcessConnection, world: World, mode: Any) -> None:
    """Reading it is refused; turned on again, its rows come back."""
    connection.sync()
    connection.reconnect(scope_config={"models": {"Tags": "DISABLED"}})
    with pytest.raises(ModelUnavailable) as caught:
        connection.read("Tags")
    assert caught.value.code == "INTEGRATION.MODEL_DISABLED"

    connection.sync(mode)
    connection.reconnect(scope_config={})
    assert not living(connection, "Tags")
    assert row(connection, "Tags", "person:vip")["remote_deleted_at"] is not None

    connection.sync(mode)
    assert {"person:vip"} == living(connection, "Tags")


def test_a_field_turned_on_is_filled_by_the_next_delta(connect: Connect) -> None:
    """Its stream is read whole once, the others are not."""
    connection = connect(scope_config={"fields": {"Jobs.name": "DISABLED"}})
    connection.sync()
    connection.reconnect(scope_config={})
    assert connection.sync("DELTA").mode == "DELTA"

    assert row(connection, "Jobs", "310")["name"] == "Clockmaker"


def test_a_field_turned_off_and_on_is_filled_again(connection: InProcessConnection, world: World) -> None:
    """Even if its stream failed while it was off."""
    connection.sync()
    connection.reconnect(scope_config={"fields": {"Jobs.name": "DISABLED"}})
    world.failing["jobs", 1] = Unavailable("down")
    connection.sync("DELTA")
    world.failing.clear()
    connection.reconnect(scope_config={})
    connection.sync("DELTA")

    assert row(connection, "Jobs", "310")["name"] == "Clockmaker"


def test_a_stage_needs_jobs(connect: Connect) -> None:
    """A model whose own model is off is off."""
    connection = connect(scope_config={"models": {"Jobs": "DISABLED"}})
    connection.sync()
    with pytest.raises(ModelUnavailable) as caught:
        connection.read("Application Stages")

    assert caught.value.code == "INTEGRATION.MODEL_DISABLED"


def test_reads_are_refused_with_their_reason(connection: InProcessConnection) -> None:
    """Not promised, and too early."""
    for model, code in (("Roles", "INTEGRATION.MODEL_NOT_AVAILABLE"), ("Jobs", "INTEGRATION.SETUP_SYNC_PENDING")):
        with pytest.raises(ModelUnavailable) as caught:
            connection.read(model)
        assert caught.value.code == code


# --------------------------------------------------------------------------------------------------- resuming


PAGES = 1 + 5 + 2 + 1 + 1
"""Of the small world, after two records have gone: users, jobs and what hangs on them, people, applications, interviews."""


@pytest.mark.parametrize("pages", range(1, PAGES + 1))
def test_a_killed_sync_goes_on_where_it_died(connection: InProcessConnection, world: World, pages: int) -> None:
    """At whatever page: no stream that was through is read again, and all is there in the end."""
    connection.sync()
    world.remove("Candidates", "901")
    world.remove("Users", "8")
    world.pages = 0
    connection.interrupt_after(pages)
    assert connection.sync().state == "FAILED"
    assert {"900", "901"} == living(connection, "Candidates")
    died_after = world.pages
    outcome = connection.sync()

    assert (outcome.state, outcome.mode) == ("SUCCEEDED", "FULL")
    assert died_after == pages
    assert world.pages == PAGES + 1  # the one page that was lost is the only one that is fetched twice
    assert {"900"} == living(connection, "Candidates")
    assert {"7"} == living(connection, "Users")


def test_a_killed_sync_keeps_what_it_had_to_say(connection: InProcessConnection, world: World) -> None:
    """Diagnostics and warnings from before the death are in the final outcome."""
    world.denied["Users", "email"] = "E-mail: read"
    connection.interrupt_after(4)
    connection.sync()
    outcome = connection.sync()

    assert ("Users", "email", "not_permitted") in said(outcome.diagnostics)
    assert "read: users was read" in outcome.warnings


def test_another_scope_config_starts_anew(connection: InProcessConnection, world: World) -> None:
    """What was read under the old one does not fit any more."""
    connection.interrupt_after(3)
    connection.sync()
    connection.reconnect(scope_config={"fields": {"Users.email": "DISABLED"}})
    world.reads.clear()
    connection.sync()

    assert ("users", None, None) in world.reads
    assert row(connection, "Users", "7")["email"] is None


def test_a_full_sync_replaces_an_interrupted_delta(connection: InProcessConnection, world: World) -> None:
    """A delta cannot be made full on the way."""
    connection.sync()
    connection.interrupt_after(2)
    connection.sync("DELTA")
    world.remove("Users", "8")

    assert connection.sync("FULL").mode == "FULL"
    assert {"7"} == living(connection, "Users")


# ------------------------------------------------------------------------------------------- sync only created


def test_only_created_applications_leaves_out_what_others_made(connect: Connect) -> None:
    """Candidates, applications and what hangs on them; everything else is synced."""
    connection = connect(settings={"sync_only_created": True})
    connection.sync()

    for model in ("Candidates", "Applications", "Candidate tags", "Interviews"):
        assert not connection.read(model), model
    assert {"310", "311"} == living(connection, "Jobs")
    assert {"person:vip"} == living(connection, "Tags")


def test_only_created_applications_keeps_what_we_made(connect: Connect, world: World) -> None:
    """With its tags and interviews, and without those of others."""
    connection = connect(settings={"sync_only_created": True})
    connection.sync()
    world.answer = ActionResult(created={"Applications": "600", "Candidates": "900"})
    person = {"first_name": "Z", "last_name": "Z", "email_address": "z@example.org"}
    assert connection.act("Create candidate", {"candidate": person, "application": {"job_id": "remote:310"}}).ok
    world.put("Applications", "601", candidate_id=Ref("Candidates", "901"))
    world.put("Interviews", "71", application_id=Ref("Applications", "601"))
    connection.sync()

    assert {"900"} == living(connection, "Candidates")
    assert {"600"} == living(connection, "Applications")
    assert {"70"} == living(connection, "Interviews")
    assert len(connection.read("Candidate tags")) == 1
