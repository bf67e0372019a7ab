"""Hooks for `Wrong`: each spoils one thing that a service does, gives or says."""

from __future__ import annotations

import base64
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from connectors.hub.ids import unified_id
from connectors.unified.connector import Connector, Diagnostic, Page, Probed, Ref, Wanted
from connectors.unified.errors import ConnectorError, Invalid, UnexpectedReply
from connectors.unified.service import ActionOutcome, ModelUnavailable, SyncOutcome, Target
from tests.conformance.wrong.connectors import Spoilt
from tests.conformance.wrong.service import Rows, Told, unavailable

NOTE = "Add note to application"
Sync = Callable[[Any], SyncOutcome]
SpoilSync = Callable[[Sync, Any, Told], SyncOutcome]
SpoilRows = Callable[[Rows, str, Told], Rows]
Read = Callable[[], Rows]
A_YEAR = 365 * 86_400
GONE = "2026-03-02T12:00:00.000Z"
MANY = 3

# ---------------------------------------------------------------------------------------------------------- manifests


def hiding_needs(model: str, permission: str) -> Callable[[dict[str, Any]], None]:
    """A permission that a model needs is named nowhere."""

    def spoil(told: dict[str, Any]) -> None:
        for own in (told["models"][model], *told["models"][model]["fields"].values()):
            own["needs"] = [name for name in own.get("needs", ()) if name != permission]
        told["permissions"].remove(permission)

    return spoil


# --------------------------------------------------------------------------------------------------------------- rows


def emptied_until_synced(rows: Rows, model: str, told: Told) -> Rows:
    """Right after an action an application has lost its outcome."""
    return _without_outcome(rows, model) if told.memory.get("acted") == len(told.outcomes) else rows


def emptied_by_a_delta(rows: Rows, model: str, told: Told) -> Rows:
    """So it has after the delta that follows the action."""
    acted = told.memory.get("acted")
    later = acted is not None and len(told.outcomes) == acted + 1 and told.outcomes[-1].mode == "DELTA"
    return _without_outcome(rows, model) if later else rows


def _without_outcome(rows: Rows, model: str) -> Rows:
    return [{**row, "outcome": None} for row in rows] if model == "Applications" else rows


def moved_by_actions(rows: Rows, model: str, told: Told) -> Rows:
    """Right after an action every user was changed just now."""
    acted = told.memory.get("acted") == len(told.outcomes)
    return [{**row, "changed_at": "2026-03-02T11:11:11.111Z"} for row in rows] if acted and model == "Users" else rows


def forgetting_the_past(model: str) -> SpoilRows:
    """Once a connection was given another scope config, of this model only what was met since then is alive."""

    def spoil(rows: Rows, of: str, told: Told) -> Rows:
        if of != model or not told.reconnected:
            return rows
        shown = {(row["job_id"], row["current_stage_id"]) for row in told.inner.read("Applications")}
        return [row for row in rows if (row["job_id"], row["stage_id"]) in shown]

    return spoil


def without(model: str, key: str) -> SpoilRows:
    """The record of this key is lost."""
    return lambda rows, of, told: [row for row in rows if of != model or row["remote_id"] != key]


def values(model: str, name: str, change: Callable[[Any], Any], key: str | None = None) -> SpoilRows:
    """A field's values, of all records or of one, are something else."""

    def spoil(rows: Rows, of: str, told: Told) -> Rows:
        return [{**row, name: change(row[name])} if of == model and key in (None, row["remote_id"]) else row for row in rows]

    return spoil


def adding(model: str, name: str, value: Any) -> SpoilRows:
    """A field that nobody promised."""
    return lambda rows, of, told: [{**row, name: value} for row in rows] if of == model else rows


def remembering(model: str) -> SpoilRows:
    """The first version of each record that the connection ever read."""

    def spoil(rows: Rows, of: str, told: Told) -> Rows:
        return [told.memory.setdefault(row["remote_id"], row) for row in rows] if of == model else rows

    return spoil


def keeping_all(rows: Rows, model: str, told: Told) -> Rows:
    """Whoever was there once is there for ever."""
    known: dict[str, Any] = told.memory.setdefault(model, {})
    alive = {row["remote_id"]: row for row in rows if row["remote_deleted_at"] is None}
    known |= alive
    return list(known.values())


def emptied_by_deletion(rows: Rows, model: str, told: Told) -> Rows:
    """Once a user is gone, the first of the others has no name any more."""
    if model != "Users":
        return rows
    living = [row for row in rows if row["remote_deleted_at"] is None]
    gone = len(living) < told.memory.setdefault("users", len(living))
    return [{**row, "first_name": None} if gone and row is living[0] else row for row in rows]


def _turned(identity: str) -> str:
    """Another good id, the same one each time."""
    return identity[::-1] if identity != identity[::-1] else f"{identity[1:]}{identity[0]}"


def returning_as_another(rows: Rows, model: str, told: Told) -> Rows:
    """A record that was deleted comes back with another id."""
    dead: set[str] = told.memory.setdefault(model, set())
    dead |= {row["remote_id"] for row in rows if row["remote_deleted_at"] is not None}
    alive = [row for row in rows if row["remote_deleted_at"] is None]
    return [{**row, "id": _turned(row["id"])} if row in alive and row["remote_id"] in dead else row for row in rows]


def always_changed(rows: Rows, model: str, told: Told) -> Rows:
    """changed_at is the time of the last sync."""
    return [{**row, "changed_at": f"2026-03-02T10:00:{len(told.outcomes):02}.000Z"} for row in rows]


def going_unnoticed(rows: Rows, model: str, told: Told) -> Rows:
    """A record that goes keeps the time of its last change."""
    known = told.memory.setdefault("alive", {})
    for row in rows:
        if row["remote_deleted_at"] is None:
            known[row["id"]] = row["changed_at"]
    return [row if row["remote_deleted_at"] is None else {**row, "changed_at": known.get(row["id"], row["changed_at"])} for row in rows]


def five_hundred_at_most(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """Of each model no more than fit into one batch."""
    met: Counter[str] = Counter()
    for page in right.right.read(stream, wanted, since=since, cursor=cursor):
        kept = []
        for record in page.records:
            met[record.model] += 1
            if met[record.model] <= 500:
                kept.append(record)
        yield replace(page, records=tuple(kept))


def forgetting_the_last_of_many(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """Of many changes the last is taken for one that is gone: it was left out of the question that tells who is there."""
    pages = list(right.right.read(stream, wanted, since=since, cursor=cursor))
    if since is not None and sum(len(page.records) for page in pages) > MANY:
        *first, last = pages[0].records
        pages[0] = replace(pages[0], records=tuple(first), gone=(*pages[0].gone, Ref(last.model, last.key)))
    yield from pages


def late_by_an_hour(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """A read of several pages counts as if it had begun when it ended."""
    pages = list(right.right.read(stream, wanted, since=since, cursor=cursor))
    mark = pages[-1].watermark
    late = _later(mark, 60) if mark is not None and len(pages) > 1 else mark
    yield from (replace(page, watermark=late) for page in pages)


def never_changed(rows: Rows, model: str, told: Told) -> Rows:
    """changed_at is the time of the first sync."""
    return [{**row, "changed_at": told.memory.setdefault((model, row["remote_id"]), row["changed_at"])} for row in rows]


def ids_of_the_vendors(rows: Rows, model: str, told: Told) -> Rows:
    """Each user has the same id in every integration."""
    return [{**row, "id": unified_id("any", row["remote_id"])} for row in rows] if model == "Users" else rows


def ids_by_credential(rows: Rows, model: str, told: Told) -> Rows:
    """The credential is part of what ids are made of."""
    return [{**row, "id": _turned(row["id"])} for row in rows] if told.reconnected and model == "Users" else rows


def nothing_beside_a_denial(rows: Rows, model: str, told: Told) -> Rows:
    """Where anything is denied, nothing is given."""
    return [] if told.denied else rows


def two_denials_take_jobs(rows: Rows, model: str, told: Told) -> Rows:
    """A second denial takes another list with it."""
    return [] if len(told.denied) > 1 and model == "Jobs" else rows


def stale_in_deltas(model: str, name: str) -> SpoilRows:
    """A delta sync leaves a field as a full one has shown it."""

    def spoil(rows: Rows, of: str, told: Told) -> Rows:
        if of != model:
            return rows
        known = told.memory.setdefault(f"full {model}.{name}", {})
        if told.outcomes and told.outcomes[-1].mode == "DELTA":
            return [{**row, name: known.get(row["remote_id"], row[name])} for row in rows]
        known.update({row["remote_id"]: row[name] for row in rows})
        return rows

    return spoil


def keeping_field(model: str, name: str) -> SpoilRows:
    """What was read of a field before it was switched off stays."""

    def spoil(rows: Rows, of: str, told: Told) -> Rows:
        if of != model:
            return rows
        if name not in told.off(model):
            told.memory[name] = {row["remote_id"]: row[name] for row in rows}
            return rows
        return [{**row, name: told.memory[name].get(row["remote_id"])} for row in rows]

    return spoil


def taking_the_neighbour(rows: Rows, model: str, told: Told) -> Rows:
    """With one field of the jobs their state is lost, too."""
    off = told.off("Jobs")
    return [{**row, "status": None} for row in rows] if model == "Jobs" and off and "status" not in off else rows


def other_ids_after_switching(rows: Rows, model: str, told: Told) -> Rows:
    """A model that was off makes its ids anew."""
    if told.scope.get("models"):
        told.memory["off"] = {*told.memory.get("off", ()), *told.scope["models"]}
        return rows
    return [{**row, "id": _turned(row["id"])} for row in rows] if model == "Users" and "Users" in told.memory.get("off", ()) else rows


def lost_after_many_changes(rows: Rows, model: str, told: Told) -> Rows:
    """The fourth change of the scope config loses a record."""
    return rows[1:] if told.reconnected > 3 and model == "Users" else rows


def shared_by_all() -> SpoilRows:
    """A cache without the credential in its key: what one connection of a test has read, another gives when it has nothing."""
    cache: dict[tuple[str, str], Rows] = {}

    def spoil(rows: Rows, model: str, told: Told) -> Rows:
        account = str(told.target.name).rpartition(",")[0]
        if rows:
            cache[account, model] = rows
        return cache.get((account, model), rows) if account == "MTX-5" else rows

    return spoil


def stages_for_every_job(rows: Rows, model: str, told: Told) -> Rows:
    """A job without stages gets those of another."""
    if model != "Job-specific application stages":
        return rows
    bare = {row["id"] for row in told.inner.read("Jobs")} - {row["job_id"] for row in rows}
    first = rows[0]["job_id"]
    return [
        *rows,
        *({**row, "id": _turned(row["id"]), "job_id": job} for job in sorted(bare)[:1] for row in rows if row["job_id"] == first),
    ]


def options_by_number(rows: Rows, model: str, told: Told) -> Rows:
    """The first option of each question is the same option, and so on."""
    if model != "Screening questions":
        return rows
    known: dict[int, str] = told.memory.setdefault("options", {})

    def shared(format: dict[str, Any]) -> dict[str, Any]:
        return {**format, "options": [{**one, "id": known.setdefault(number, one["id"])} for number, one in enumerate(format["options"])]}

    return [{**row, "format": shared(row["format"])} if (row["format"] or {}).get("options") else row for row in rows]


def cents(rows: Rows, model: str, told: Told) -> Rows:
    """Amounts in the smaller unit."""
    amounts = ("salary_amount", "salary_amount_from", "salary_amount_to")
    if model != "Jobs":
        return rows
    return [{**row, **{name: row[name] * 100 for name in amounts if row[name] is not None}} for row in rows]


# -------------------------------------------------------------------------------------------------------------- reads


def _marked(rows: Rows) -> Rows:
    return [{**row, "remote_deleted_at": GONE} for row in rows]


def deleted_after_delta(read: Read, model: str, deleted: bool, told: Told) -> Rows:
    """After a delta, the list of all records says that the users are gone."""
    delta = bool(told.outcomes) and told.outcomes[-1].mode == "DELTA"
    return _marked(read()) if delta and deleted and model == "Users" else read()


def immortal_while_a_list_fails(read: Read, model: str, deleted: bool, told: Told) -> Rows:
    """Who is gone is shown on as long as syncs come through in part only."""
    rows = read()
    known: dict[str, Any] = told.memory.setdefault(f"alive {model}", {})
    if told.outcomes and told.outcomes[-1].state == "PARTIALLY_FAILED" and not deleted:
        return [*rows, *(row for key, row in known.items() if key not in {row["remote_id"] for row in rows})]
    known |= {row["remote_id"]: row for row in rows if row["remote_deleted_at"] is None}
    return rows


def deleted_by_denial(read: Read, model: str, deleted: bool, told: Told) -> Rows:
    """What may no longer be read is said to be gone."""
    return _marked(read()) if deleted and model in told.denied else read()


def remembering_that_it_acted(do: Callable[[str, Any], ActionOutcome], action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    told.memory["acted"] = True
    return do(action, values)


def showing_what_was_made(rows: Rows, model: str, told: Told) -> Rows:
    """After an action, fields that are off have values."""
    off = told.off(model) if told.memory.get("acted") else []
    return [{**row, **{name: row[name] if row.get(name) is not None else "kept" for name in off[:1]}} for row in rows]


def letting_in_after_a_new_credential(rows: Rows, model: str, told: Told) -> Rows:
    """A connection that goes on with another credential has forgotten what was switched off."""
    known, told.memory["known"] = told.memory.get("known", (0, None)), (told.reconnected, told.scope)
    if told.reconnected > known[0] and told.scope is known[1]:
        told.memory["forgotten"] = told.reconnected
    off = told.off(model) if told.memory.get("forgotten") == told.reconnected else []
    return [{**row, **dict.fromkeys(off[:1], "let in")} for row in rows]


def living_on(read: Read, model: str, deleted: bool, told: Told) -> Rows:
    """What an action made is never found to be gone."""
    rows = read()
    here = {row["id"] for row in rows if row["remote_deleted_at"] is None}
    kept = {id: row for id, row in told.memory.get("made", {}).get(model, {}).items() if id not in here}
    return [row for row in rows if row["id"] not in kept] + list(kept.values())


def always_showing(model: str) -> Callable[[Read, str, bool, Told], Rows]:
    """The rows of before, when the model is off."""

    def read(right: Read, of: str, deleted: bool, told: Told) -> Rows:
        if of != model:
            return right()
        rows = unavailable(right)
        if rows is None:
            if "rows" not in told.memory:
                raise ModelUnavailable("INTEGRATION.SETUP_SYNC_PENDING", "nothing was read yet")
            return list(told.memory["rows"])
        told.memory["rows"] = rows
        return rows

    return read


def empty_at_first(read: Read, model: str, deleted: bool, told: Told) -> Rows:
    """What no sync has brought yet is an empty list."""
    try:
        return read()
    except ModelUnavailable:
        if told.outcomes:
            raise
        return []


def emptied_by_switching(read: Read, model: str, deleted: bool, told: Told) -> Rows:
    """While candidates are off, jobs have no names."""
    off = "Candidates" in told.scope.get("models", {})
    return [{**row, "name": None} for row in read()] if off and model == "Jobs" else read()


# -------------------------------------------------------------------------------------------------------------- syncs


def saying(one: Diagnostic) -> SpoilSync:
    """Each sync says this, too."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        return replace(outcome, diagnostics=(*outcome.diagnostics, one))

    return sync


def keeping_quiet(reason: str = "not_permitted", *, model: str | None = None, field: str | None = None) -> SpoilSync:
    """No diagnostic of this reason, about anything or about one field."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        kept = [
            one for one in outcome.diagnostics if one.reason != reason or (model is not None and (one.model, one.field) != (model, field))
        ]
        return replace(outcome, diagnostics=tuple(kept))

    return sync


def telling_once(model: str | None = None, field: str | None = None) -> SpoilSync:
    """What is denied, or one such field, is told by a connection's first sync alone."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        quiet = keeping_quiet(model=model, field=field)
        return quiet(lambda mode: outcome, mode, told) if told.outcomes else outcome

    return sync


def quiet_about_nothing(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """What may not be read is only told when anything was read."""
    outcome = right(mode)
    return outcome if told.inner.read("Jobs") else keeping_quiet()(lambda mode: outcome, mode, told)


def naming_one(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """Of several permissions that lack for one thing the first is named."""
    outcome = right(mode)
    said: dict[tuple[str, str | None], Diagnostic] = {}
    for one in outcome.diagnostics:
        said.setdefault((one.model, one.field), replace(one, missing_permissions=one.missing_permissions[:1]))
    return replace(outcome, diagnostics=tuple(said.values()))


def said_otherwise(**changes: Any) -> SpoilSync:
    """Something else in every denial and failure that a sync tells."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        said = (replace(one, **changes) if one.reason in ("not_permitted", "error") else one for one in outcome.diagnostics)
        return replace(outcome, diagnostics=tuple(said))

    return sync


def probing_what_is_on(probed: tuple[Probed, ...], told: Told) -> tuple[Probed, ...]:
    """What is off is not spoken of."""
    return tuple(one for one in probed if one.diagnostic is None or one.diagnostic.reason != "disabled_by_scope_config")


def denying_what_is_off(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """Where anything is denied, whatever is off is called denied as well."""
    outcome = right(mode)
    first = next((one for one in outcome.diagnostics if one.reason == "not_permitted"), None)
    if first is None:
        return outcome
    return replace(outcome, diagnostics=(*outcome.diagnostics, *(replace(first, model=name) for name in told.scope.get("models", {}))))


def outages_called_denials(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """A list that is down may not be read."""
    outcome = right(mode)
    said = (
        replace(one, reason="not_permitted", missing_permissions=("see crew",)) if one.http_status == 503 else one
        for one in outcome.diagnostics
    )
    return replace(outcome, diagnostics=tuple(said))


def naming_nothing(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """What is denied is told, and not what is missing."""
    outcome = right(mode)
    return replace(outcome, diagnostics=tuple(replace(one, missing_permissions=()) for one in outcome.diagnostics))


def silent_when_nothing_is_allowed(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """A credential that may read nothing looks like an account in which nothing is."""
    outcome = right(mode)
    models = set(told.inner.manifest()["models"])
    denied = {one.model for one in outcome.diagnostics if one.reason == "not_permitted" and one.field is None}
    return replace(outcome, diagnostics=()) if denied == models else outcome


def first_state(state: str, instead: Any) -> SpoilSync:
    """Another word for how a connection's first sync ended."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        return replace(outcome, state=instead) if outcome.state == state and not told.outcomes else outcome

    return sync


def later_state(state: str, instead: Any) -> SpoilSync:
    """Another word for how a later sync ended, and none of what was in its way."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        return replace(outcome, state=instead, error=None) if outcome.state == state and told.outcomes else outcome

    return sync


def state_when(words: str, instead: Any) -> SpoilSync:
    """Another word for how a sync ended whose error has these words."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        return replace(outcome, state=instead) if words in str(outcome.error) else outcome

    return sync


def without_reason(words: str) -> SpoilSync:
    """A sync whose error has these words has none."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        return replace(outcome, error=None) if words in str(outcome.error) else outcome

    return sync


def nothing_when_in_part(rows: Rows, model: str, told: Told) -> Rows:
    """A sync that came through in part shows nothing of what it read."""
    return [] if told.outcomes and told.outcomes[-1].state == "PARTIALLY_FAILED" and len(told.outcomes) == 1 else rows


def content_with_half(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """After a first sync that did not come through, a delta does nothing and is content."""
    broke_off = len(told.outcomes) == 1 and told.outcomes[0].state in ("FAILED", "PARTIALLY_FAILED")
    return SyncOutcome("SUCCEEDED", "DELTA") if mode == "DELTA" and broke_off else right(mode)


def no_deltas_after_switching(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """What was switched on again waits for the next full sync."""
    return SyncOutcome("SUCCEEDED", "DELTA") if mode == "DELTA" and told.reconnected > 1 else right(mode)


def telling_the_key(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """A word for those who look for their key."""
    outcome = right(mode)
    key = Diagnostic("Users", "empty", detail=f"synced with {', '.join(told.target.credential.values())}")
    return replace(outcome, diagnostics=(*outcome.diagnostics, key))


def telling_the_stripped_key(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """What was pasted is not shown, but what was made of it is."""
    outcome = right(mode)
    stripped = [value.strip() for value in told.target.credential.values() if value != value.strip()]
    return replace(outcome, warnings=(*outcome.warnings, *(f"taken for {value}" for value in stripped)))


def passing_on_what_was_echoed(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """Where the vendor's words hold the key, ours do, too."""
    outcome = right(mode)
    key = next(iter(told.target.credential.values()))
    return replace(outcome, error=outcome.error.replace("•••", key)) if outcome.error else outcome


def telling_the_header(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """As Basic authentication would write it."""
    outcome = right(mode)
    sent = base64.b64encode(f"api:{':'.join(told.target.credential.values())}".encode()).decode()
    return replace(outcome, diagnostics=(*outcome.diagnostics, Diagnostic("Users", "empty", detail=f"sent Authorization: Basic {sent}")))


def content_after_a_failure(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """After a full sync that failed nothing is left to be made up for."""
    failed = told.reconnected > 1 and bool(told.outcomes) and told.outcomes[-1].state in ("FAILED", "PARTIALLY_FAILED")
    return SyncOutcome("SUCCEEDED", "DELTA") if mode == "DELTA" and failed else right(mode)


def broken_by_a_reconnect(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """The client is closed under a sync that runs."""
    before = told.reconnected
    outcome = right(mode)
    if told.reconnected != before:
        raise RuntimeError("Cannot send a request, as the client has been closed.")
    return outcome


def warning(text: str) -> SpoilSync:
    """Each sync warns of this, too."""

    def sync(right: Sync, mode: Any, told: Told) -> SyncOutcome:
        outcome = right(mode)
        return replace(outcome, warnings=(*outcome.warnings, text))

    return sync


def unwarned(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """No warning is passed on."""
    return replace(right(mode), warnings=())


def no_deltas(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """A delta sync does nothing and is content."""
    return SyncOutcome("SUCCEEDED", "DELTA") if mode == "DELTA" else right(mode)


def trusting_an_empty_store(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """A first sync that is asked for as a delta finds nothing that changed since never."""
    return SyncOutcome("SUCCEEDED", "DELTA") if mode == "DELTA" and not told.outcomes else right(mode)


def noting_a_kill(told: Told) -> Any:
    """The connection goes on, and knows that it was killed."""
    told.memory["killed"] = True
    return told.inner


def content_with_a_killed_delta(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """A delta that was killed counts as done."""
    return SyncOutcome("SUCCEEDED", "DELTA") if told.memory.pop("killed", False) and mode == "DELTA" else right(mode)


def going_on_with_the_delta(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """The sync after one that was killed is of the same kind, whatever was asked for."""
    killed = told.memory.pop("killed", False) and any(outcome.mode == "FULL" and outcome.state == "SUCCEEDED" for outcome in told.outcomes)
    return right("DELTA" if killed else mode)


def calling_empty_denied(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """No record must mean no permission."""
    outcome = right(mode)
    said = {one.model for one in outcome.diagnostics}
    empty = [
        model
        for model in told.inner.manifest()["models"]
        if model not in said and unavailable(lambda model=model: told.inner.read(model)) == []
    ]
    return replace(outcome, diagnostics=(*outcome.diagnostics, *(Diagnostic(model, "not_permitted") for model in empty)))


def calling_a_blank_denied(right: Sync, mode: Any, told: Told) -> SyncOutcome:
    """A name that was emptied must be hidden."""
    outcome = right(mode)
    blank = [
        row for row in unavailable(lambda: told.inner.read("Candidates")) or [] if row["remote_id"] == "22" and row["last_name"] is None
    ]
    said = (Diagnostic("Candidates", "not_permitted", "last_name", ("see sailors",)),) if blank else ()
    return replace(outcome, diagnostics=(*outcome.diagnostics, *said))


# ------------------------------------------------------------------------------------------------------------- probes


def all_readable(found: tuple[Probed, ...], told: Told) -> tuple[Probed, ...]:
    """Everything can be read."""
    return tuple(replace(one, readable=True, diagnostic=None) for one in found)


def calling_masked_unreadable(found: tuple[Probed, ...], told: Told) -> tuple[Probed, ...]:
    """A field of which a value is masked cannot be read."""
    said = {(one.model, one.field): one for one in told.inner.sync().diagnostics if one.reason == "masked"}
    why = ((one, said.get((one.model, one.field))) for one in found)
    return tuple(one if reason is None else replace(one, readable=False, diagnostic=reason) for one, reason in why)


def first_field_readable(found: tuple[Probed, ...], told: Told) -> tuple[Probed, ...]:
    """A field can be read of records that cannot."""
    first = next((one for one in found if one.field is not None and not one.readable), None)
    return tuple(replace(one, readable=True, diagnostic=None) if one is first else one for one in found)


def nothing_permitted(found: tuple[Probed, ...], told: Told) -> tuple[Probed, ...]:
    """Whatever stands in the way of a probe, it is a lacking permission."""
    return tuple(
        replace(one, diagnostic=replace(one.diagnostic, reason="not_permitted")) if one.diagnostic is not None else one for one in found
    )


def speaking_of_another(found: tuple[Probed, ...], told: Told) -> tuple[Probed, ...]:
    """Of whatever field it is asked, the reason speaks of the e-mail."""
    return tuple(
        replace(one, diagnostic=replace(one.diagnostic, field="email")) if one.diagnostic is not None and one.field is not None else one
        for one in found
    )


# ------------------------------------------------------------------------------------------------------------ actions

Do = Callable[[str, Any], ActionOutcome]


def cutting(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Texts are cut."""
    return do(action, {**values, "content": values["content"][:3]} if "content" in values else values)


def cutting_after_reconnecting(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Texts are cut once the credential is another."""
    return cutting(do, action, values, told) if told.reconnected else do(action, values)


def twice(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """What was done is done again."""
    outcome = do(action, values)
    return do(action, values) if outcome.ok else outcome


def outcome_when(known: str | None, **changes: Any) -> Callable[[Do, str, dict[str, Any], Told], ActionOutcome]:
    """Another outcome in the place of one with this code."""

    def act(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
        outcome = do(action, values)
        return replace(outcome, **changes) if outcome.code == known else outcome

    return act


def failing_reads_blamed_on_the_input(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """A file that cannot be had is a file that should not have been asked for."""
    outcome = do(action, values)
    down = outcome.code == "REMOTE.SERVICE_UNAVAILABLE" and action.startswith("Get")
    return replace(outcome, code="REMOTE.INPUT_INVALID") if down else outcome


def naming_besides(permission: str) -> Callable[[Do, str, dict[str, Any], Told], ActionOutcome]:
    """Whatever is missing, this permission is called missing, too."""

    def act(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
        outcome = do(action, values)
        lacking = outcome.code == "INTEGRATION.PERMISSION_MISSING"
        return replace(outcome, message=f"{outcome.message} (missing: {permission})") if lacking else outcome

    return act


def emptied_unseen(rows: Rows, model: str, told: Told) -> Rows:
    """While fields are off, a record is as old as it was before."""
    if not told.off(model):
        told.memory[model] = {row["id"]: row["changed_at"] for row in rows}
    return [{**row, "changed_at": told.memory.get(model, {}).get(row["id"], row["changed_at"])} for row in rows]


def merged_by_text(rows: Rows, model: str, told: Told) -> Rows:
    """Questions that the vendor gives no number are told apart by their text alone."""
    if model != "Screening questions":
        return rows
    first = {row["title"]: row["id"] for row in reversed(rows) if not row["remote_id"].isdecimal()}
    return [row for row in rows if first.get(row["title"], row["id"]) == row["id"]]


def other_ids(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """The id of what was made is another one."""
    outcome = do(action, values)
    data = dict(outcome.data)
    return replace(outcome, data={**data, "id": _turned(data["id"])}) if outcome.ok and isinstance(data.get("id"), str) else outcome


def ids_by_turn(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """What an answer lists has other ids each time."""
    outcome = do(action, values)
    turn = told.memory["turn"] = told.memory.get("turn", 0) + 1
    listed = outcome.data.get("results") or []
    return replace(
        outcome, data={**outcome.data, "results": [{**one, "id": one["id"] if turn % 2 else _turned(one["id"])} for one in listed]}
    )


def taking_any_id(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """The id of a user stands for an application."""
    users = {row["id"] for row in told.inner.read("Users")}
    application = values.get("application_id")
    return do(action, {**values, "application_id": told.inner.read("Applications")[0]["id"]} if application in users else values)


def taking_own_ids(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """ "remote:" and the vendor's id stand for an application."""
    named = {f"remote:{row['remote_id']}": row["id"] for row in told.inner.read("Applications")}
    given = values.get("application_id")
    return do(action, {**values, "application_id": named[given]} if given in named else values)


def nothing_of_nobody(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Who is not found has no files."""
    outcome = do(action, values)
    found = outcome.ok or not action.startswith("Get") or not str(outcome.code).endswith("INPUT_INVALID")
    return outcome if found else ActionOutcome(ok=True, data={"results": []})


def missing_is_an_outage(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """What the vendor does not find may be there later."""
    outcome = do(action, values)
    return replace(outcome, code="REMOTE.SERVICE_UNAVAILABLE") if str(outcome.message).partition("404")[1] else outcome


def forgiving(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Members that nobody knows are left out."""
    known = {name.partition(".")[0] for name in told.inner.manifest()["actions"].get(action, {"fields": values})["fields"]}
    return do(action, {name: value for name, value in values.items() if name in known})


def noting_actions(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Changes nothing; other hooks are told that it was called."""
    told.memory["acted"] = len(told.outcomes)
    return do(action, values)


def noting_what_was_made(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Changes nothing; other hooks are told of what it made."""
    outcome = do(action, values)
    made, model = told.memory.setdefault("made", {}), action.removeprefix("Create ").title() + "s"
    if outcome.ok and outcome.data and "id" in outcome.data:
        rows = told.inner.read(model)
        made.setdefault(model, {}).update((row["id"], row) for row in rows if row["id"] == outcome.data["id"])
    return outcome


def again_when_unsure(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Whatever did not work is tried once more."""
    outcome = do(action, values)
    refused = ("REMOTE.INPUT_INVALID", "PLATFORM.", "INTEGRATION.")
    return outcome if outcome.ok or str(outcome.code).startswith(refused) else do(action, values)


def under_another_address(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Who is there already is sent as somebody else."""
    outcome = do(action, values)
    if outcome.code != "ATS.APPLICATION_ALREADY_EXISTS":
        return outcome
    person = values["candidate"]
    return do(action, {**values, "candidate": {**person, "email_address": f"again.{person['email_address']}"}})


def without_line_ends(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Files are read as texts, and lose the end of their last line."""
    outcome = do(action, values)
    if not outcome.ok or not isinstance(outcome.data, dict) or not outcome.data.get("results"):
        return outcome
    data = copy.deepcopy(outcome.data)
    for listed in data["results"]:
        head, comma, text = str(listed["data_url"]).partition(",")
        listed["data_url"] = head + comma + base64.b64encode(base64.b64decode(text).rstrip(b"\n")).decode()
    return replace(outcome, data=data)


def with_a_country(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Whoever does not say where they live, lives in the United Kingdom."""
    person = values.get("candidate")
    if not isinstance(person, dict) or "location" in person:
        return do(action, values)
    return do(action, {**values, "candidate": {**person, "location": {"country": "GB"}}})


def without_refused_answers(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Answers to questions that were refused are left out without a word."""
    outcome = do(action, values)
    answers = "screening_question_answers"
    if outcome.ok or answers not in values or not str(outcome.code).endswith("INPUT_INVALID"):
        return outcome
    return do(action, {name: value for name, value in values.items() if name != answers})


def always_done(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """What may have been done was done."""
    outcome = do(action, values)
    return (
        outcome if outcome.ok or not str(outcome.code).startswith("REMOTE.SERVICE") else replace(outcome, ok=True, code=None, message=None)
    )


def unwarned_failures(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """No word about the part of an action that failed."""
    outcome = do(action, values)
    return replace(outcome, warnings=tuple(text for text in outcome.warnings if "failed" not in text))


def unwarned_leaving_out(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """No word about what this connector cannot use."""
    outcome = do(action, values)
    return replace(outcome, warnings=tuple(text for text in outcome.warnings if "input_not_supported" not in text))


def deaf_to_own_words(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """Nobody hears what is said beside the unified inputs."""
    return do(action, {name: value for name, value in values.items() if name != "remote_fields"})


def from_memory(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
    """An equal call has an equal answer."""
    key = repr((action, values))
    if key not in told.memory:
        told.memory[key] = do(action, values)
    answer: ActionOutcome = told.memory[key]
    return answer


# ------------------------------------------------------------------------------------------------------ scope configs


def no_opting_out(scope: dict[str, Any]) -> dict[str, Any]:
    """Opted out is let in."""
    return {kind: {name: "ENABLED" if setting == "OPTED_OUT" else setting for name, setting in own.items()} for kind, own in scope.items()}


def without_actions(scope: dict[str, Any]) -> dict[str, Any]:
    """Only reading can be restricted."""
    return {kind: own for kind, own in scope.items() if kind != "actions"}


# ----------------------------------------------------------------------------------------------------------- crashing


def from_scratch(told: Told) -> Any:
    """After a crash, a new connection that knows nothing."""
    fresh = told.inner.copy()
    told.inner.close()
    fresh._store.close()
    from connectors.hub.store import Store
    from connectors.hub.subject import InProcessConnection

    return InProcessConnection(told.target, fresh._id, Store(), fresh._new_hub)


# -------------------------------------------------------------------------------------------------- what is asked for


def first_page_only(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """The first page is all there is."""
    for page in right.right.read(stream, wanted, since=since, cursor=cursor):
        yield replace(page, cursor=None)
        return


def full_first_page_only(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """A list whose first page brings three records has no other."""
    for page in right.right.read(stream, wanted, since=since, cursor=cursor):
        alone = len(page.records) == 3
        yield replace(page, cursor=None) if alone else page
        if alone:
            return


def no_delta_of(name: str) -> Callable[..., Iterator[Page]]:
    """A delta of this list brings nothing."""

    def spoil(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
        if stream == name and since is not None:
            yield Page((), None, watermark=since)
            return
        yield from right.right.read(stream, wanted, since=since, cursor=cursor)

    return spoil


def _later(since: str, seconds: float) -> str:
    return (datetime.fromisoformat(since) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def strictly_newer(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """A delta begins a second after the last change."""
    return right.right.read(stream, wanted, since=None if since is None else _later(since, 1), cursor=cursor)


def second_delta_late(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """From the second delta on a whole hour is passed over."""
    if since is not None:
        right.settings[stream] = right.settings.get(stream, 0) + 1
    late = since is not None and right.settings[stream] > 1
    return right.right.read(stream, wanted, since=_later(since, 3600) if since is not None and late else since, cursor=cursor)


def going_on_after_a_failure(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """After a failure it goes on with what is new, whatever was missed."""
    failed = right.settings.pop(stream, False)
    try:
        yield from right.right.read(stream, wanted, since=_later(since, 3600) if since is not None and failed else since, cursor=cursor)
    except ConnectorError:
        right.settings[stream] = True
        raise


def ignoring_since(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """Everything is read, whatever was asked for."""
    return right.right.read(stream, wanted, since=None, cursor=cursor)


def forgetting_quiet_marks(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """A delta read that found nothing leaves no mark, so the next one begins at the beginning."""
    if since is not None and cursor is None:
        right.settings[stream] = right.settings.get(stream, 0) + 1
    late = right.settings.get(stream, 0) > 1
    return right.right.read(stream, wanted, since=None if late else since, cursor=cursor)


def as_first_met(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """A record is as it was when it was first met in this read."""
    met: set[tuple[str, str]] = set()
    for page in right.right.read(stream, wanted, since=since, cursor=cursor):
        yield replace(page, records=tuple(one for one in page.records if (one.model, one.key) not in met))
        met |= {(one.model, one.key) for one in page.records}


def counting_what_was_delivered(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """A read that goes on begins anew and leaves out as many pages as were delivered."""
    for number, page in enumerate(right.right.read(stream, wanted, since=since), 1):
        if cursor is None or page.cursor is None or number > int(cursor):
            yield replace(page, cursor=page.cursor and str(number))


def skipping_after_crash(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """Who goes on behind a page goes on one page too far."""
    pages = right.right.read(stream, wanted, since=since, cursor=cursor)
    if cursor is not None:
        first = next(pages)
        yield replace(first, records=())
    yield from pages


def late_after_crash(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """A read that goes on behind a page counts as if it had begun long after all that it could meet."""
    for page in right.right.read(stream, wanted, since=since, cursor=cursor):
        yield replace(page, watermark=_later(page.watermark, A_YEAR)) if cursor is not None and page.watermark is not None else page


def skipping_a_later_page(right: Spoilt, stream: str, wanted: Wanted, since: str | None, cursor: str | None) -> Iterator[Page]:
    """Who goes on in the middle of applications goes on one page too far; behind the first page all is well."""
    for number, page in enumerate(right.right.read(stream, wanted, since=since), 1):
        if cursor is None or page.cursor is None or number > int(cursor) + (int(cursor) > 1):
            yield replace(page, cursor=page.cursor and str(number))


def no_short_waits(sleep: Callable[[float], None]) -> Callable[[float], None]:
    """Only long waits are kept."""
    return lambda seconds: sleep(seconds) if seconds > 5 else None


def without_overlap(factory: Callable[..., Connector], **given: Any) -> Connector:
    """A delta begins where the last sync ended, whatever shows late."""
    return factory(**{**given, "settings": {**(given.get("settings") or {}), "delta_overlap_seconds": 0}})


def impatient_in_bulk(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Whoever reads in bulk waits for nothing."""

    def no_time(seconds: float) -> None:
        raise UnexpectedReply(f"no time to wait {seconds} seconds")

    in_bulk = (given.get("settings") or {}).get("bulk_above") == 0
    return factory(**{**given, "sleep": no_time} if in_bulk else given)


def beginning_again(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Whenever its session is refused it signs in anew, for as long as anybody lets it."""
    right: Any = factory(**given)
    answered = right._wire._answered

    def insisting(send: Any) -> Any:
        for _ in range(30):
            reply = answered(send)
            if reply.status != HTTPStatus.UNAUTHORIZED:
                break
        return reply

    right._wire._answered = insisting
    spoilt: Connector = right
    return spoilt


def forgiving_settings(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Settings that nobody knows are left out."""
    known = {"page_size"}
    return factory(**{**given, "settings": {name: value for name, value in (given.get("settings") or {}).items() if name in known}})


def refusing_a_second(factory: Callable[..., Connector], **given: Any) -> Connector:
    """One second is taken for none."""
    if (given.get("settings") or {}).get("timeout_seconds") == 1:
        raise Invalid("timeout_seconds must be greater than 1")
    return factory(**given)


def taking_any_value(factory: Callable[..., Connector], **given: Any) -> Connector:
    """A value that a setting cannot have is passed over."""
    chosen = {name: value for name, value in (given.get("settings") or {}).items() if name != "page_size" or isinstance(value, int)}
    return factory(**{**given, "settings": chosen})


def never_pausing(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Right Pinpoint connectors that look at once what became of a write."""
    made: Any = factory(**given)
    made._actions.retries.pause = lambda: None
    return made  # type: ignore[no-any-return]


def exploring_everybody(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Right Asymbl connectors whose explorer looks at all contacts."""
    made: Any = factory(**given)
    rows = made._wire.rows
    made._wire.rows = lambda select, **more: rows(
        replace(select, where=()) if select.order[:1] == ("CreatedDate DESC",) else select, **more
    )
    return made  # type: ignore[no-any-return]


def letting_all_in(target: Target) -> Target:
    """Whatever is switched off from the start is on."""
    return replace(target, scope_config={})


def any_text_is_on(target: Target) -> Target:
    """A switch that is a text is on, whatever the text."""
    switch = target.settings.get("sync_only_created")
    return replace(target, settings={**target.settings, "sync_only_created": True}) if isinstance(switch, str) else target


def keeping_the_path(path: str) -> Callable[..., Connector]:
    """A factory of connectors that take an API path left on the address for a part of it, though the right ones take it off."""

    def made(factory: Callable[..., Connector], **given: Any) -> Connector:
        left = given["base_url"].rstrip("/").endswith(path)
        return factory(**{**given, "base_url": given["base_url"].rstrip("/") + path if left else given["base_url"]})

    return made


def minding_slashes(factory: Callable[..., Connector], **given: Any) -> Connector:
    """An address with a slash at its end is another address."""
    if given["base_url"].endswith("/"):
        raise Invalid("the address must not end in a slash")
    return factory(**given)


def minding_line_ends(factory: Callable[..., Connector], **given: Any) -> Connector:
    """A value of the credential with an end of line behind it is refused."""
    if any(not value.isprintable() for value in given["credential"].values()):
        raise Invalid("the credential has letters that nobody can print")
    return factory(**given)


def trimming_passwords(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Blanks are taken off every value of the credential."""
    return factory(**{**given, "credential": {name: value.strip() for name, value in given["credential"].items()}})


def trusting_anybody(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Certificates are not looked at."""
    return factory(**{**given, "verify": False})


def only_known_scope(target: Target) -> Target:
    """Names that nobody knows are left out of the scope config, and odd settings are on."""
    known = {"models": {"Users", "Jobs", "Candidates", "Applications"}, "actions": {NOTE}}
    kept = {
        kind: {
            name: "ENABLED" if setting == "PERHAPS" else setting
            for name, setting in own.items()
            if "No such" not in name and name in known.get(kind, own)
        }
        for kind, own in target.scope_config.items()
    }
    return replace(target, scope_config=kept)


def without_settings(factory: Callable[..., Connector], **given: Any) -> Connector:
    """The connector's own settings are taken and forgotten."""
    return factory(**{**given, "settings": None})
