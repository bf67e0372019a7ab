"""How an attribute is made where it is not simply a column: one small function each, named in resources.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import bindparam, select

from mock_servers.engine.store import Row, Store
from mock_servers.pinpoint import countries, tables
from mock_servers.pinpoint.links import attachment_link, link
from mock_servers.pinpoint.quirks import AttachmentNameKey, BlindPeople, BlindScreening

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

HIDDEN_CHANNEL = "Hidden due to blind screening"
CONCEALED = (
    *("first_name", "last_name", "preferred_name", "full_name", "email", "phone", "phone_iso2", "date_of_birth", "linkedin_url"),
    *("preferred_pronouns", "channel_source", "address1", "address2", "town", "state_province", "postcode", "country"),
    *("country_code", "country_code_alpha3", "country_name", "national_identifier", "external_system_reference"),
)
"""What blind screening hides of an application."""

_EMPLOYMENT = {"contract_temp": "Contract / Temp", "part_time_term_time": "Part time (term time)"}
_WORKPLACE = {"onsite": "Onsite", "hybrid": "Hybrid", "remote": "Fully remote"}


# -- names, numbers, codes ------------------------------------------------------------------------------------------


def full_name(store: Store, row: Row) -> str | None:
    parts = [row[name] for name in ("first_name", "last_name") if row[name]]
    return " ".join(parts) if parts else None


def whole(column: str) -> Callable[[Store, Row], Any]:
    """A number without ".0": Pinpoint sends 40000, not 40000.0."""

    def cell(store: Store, row: Row) -> Any:
        number = row[column]
        return int(number) if isinstance(number, float) and number.is_integer() else number

    return cell


def constant(value: Any) -> Callable[[Store, Row], Any]:
    """What Pinpoint has and no record here ever sets."""
    return lambda store, row: value


def country_part(part: str) -> Callable[[Store, Row], Any]:
    """Code or name of the country that an address names; null when nobody knows it."""

    def cell(store: Store, row: Row) -> Any:
        text = row["country_code"] if row["country_code"] is not None else row["country"]
        country = countries.find(text) if text is not None else None
        return getattr(country, part) if country is not None else (text if part == "alpha2" else None)

    return cell


def english_list(words: Iterable[str]) -> str:
    """A, B, and C."""
    words = list(words)
    if len(words) <= 2:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


# -- jobs -----------------------------------------------------------------------------------------------------------


def employment_type_text(store: Store, row: Row) -> str | None:
    return _employment(row["employment_type"])


def _employment(key: str | None) -> str | None:
    return None if key is None else _EMPLOYMENT.get(key, key.replace("_", " ").capitalize())


def workplace_type_text(store: Store, row: Row) -> str | None:
    return _WORKPLACE.get(row["workplace_type"])


def job_path(store: Store, row: Row) -> str:
    return f"/en/jobs/{row['id']}"


def newer_job_path(row: Row) -> str:
    return f"/en/postings/{row['uuid']}" if row["uuid"] is not None else f"/en/jobs/{row['id']}"


def job_url(store: Store, row: Row) -> orjson.Fragment:
    return link(job_path(store, row))


def application_form_url(store: Store, row: Row) -> orjson.Fragment:
    return link(f"{job_path(store, row)}/applications/new")


def visible_to_emails(exchange: Exchange, row: Row) -> list[str]:
    """Extra: the e-mail addresses of those whom the job itself makes see it."""
    ids = {row[column] for column in ("hiring_manager_user_id", "recruitment_manager_user_id")} - {None}
    users = [exchange.store.find("users", id=id) for id in sorted(ids)]
    return [user["email"] for user in users if user is not None]


# -- job postings ---------------------------------------------------------------------------------------------------


def or_of_the_job(name: str) -> Callable[[Store, Row], Any]:
    """A posting's own value, or its job's."""

    def cell(store: Store, row: Row) -> Any:
        value = row.get(name)
        if value is None and row["job_id"] is not None:
            job = store.find("jobs", id=row["job_id"])
            value = None if job is None else job[name]
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return cell


def posting_employment_type_text(store: Store, row: Row) -> str | None:
    return _employment(or_of_the_job("employment_type")(store, row))


def posting_workplace_type_text(store: Store, row: Row) -> str | None:
    return _WORKPLACE.get(or_of_the_job("workplace_type")(store, row))


def posting_path(store: Store, row: Row) -> str:
    return f"/en/postings/{row['uuid'] if row['uuid'] is not None else row['id']}"


def posting_url(store: Store, row: Row) -> orjson.Fragment:
    return link(posting_path(store, row))


def posting_form_url(store: Store, row: Row) -> orjson.Fragment:
    return link(f"{posting_path(store, row)}/applications/new")


# -- the company ----------------------------------------------------------------------------------------------------


def number_of(column: str) -> Callable[[Store, Row], Any]:
    """How many ids a JSON list holds."""
    return lambda store, row: len(row[column] or [])


LEVELS = {
    "structure_custom_group_one_id": "structure_custom_group_ones",
    "division_id": "divisions",
    "department_id": "departments",
    "location_id": "locations",
}


def structure_names(exchange: Exchange, row: Row) -> list[str]:
    """Extra: the names of a structure link's levels, the widest first."""
    found = [exchange.store.find(table, id=row[column]) for column, table in LEVELS.items() if row[column] is not None]
    return [level["name"] for level in found if level is not None]


def structure_in_use(exchange: Exchange, row: Row) -> bool:
    """Extra: whether a job hangs on a structure link, so that it cannot be deleted."""
    return exchange.store.find("jobs", structure_link_id=row["id"]) is not None


def of_template_field(name: str) -> Callable[[Store, Row], Any]:
    """A detail of a requisition shows its template field's label and type."""

    def cell(store: Store, row: Row) -> Any:
        field = store.find("requisition_template_fields", id=row["requisition_template_field_id"])
        return None if field is None else field[name]

    return cell


# -- applications ---------------------------------------------------------------------------------------------------


def is_blind(store: Store, job_id: int | None) -> bool:
    """Whether the job has blind screening."""
    found = store.query(
        "job is blind", lambda: select(tables.jobs.c.blind_screening).where(tables.jobs.c.id == bindparam("job", required=True)), job=job_id
    )
    return bool(found and found[0][0])


def conceal(quirk: BlindScreening, store: Store, row: Row, attributes: dict[str, Any]) -> None:
    """Hide who applied, on jobs with blind screening."""
    if not is_blind(store, row["job_id"]):
        return
    shown = {**dict.fromkeys(CONCEALED), "concealed": True, "channel": HIDDEN_CHANNEL if quirk.channel_in_words else None}
    attributes.update({name: value for name, value in shown.items() if name in attributes})


def conceal_person(quirk: BlindPeople, store: Store, row: Row, attributes: dict[str, Any]) -> None:
    """Hide somebody of whom only concealed applications are known."""
    found = store.query(
        "jobs of a person",
        lambda: select(tables.applications.c.job_id).where(tables.applications.c.candidate_id == bindparam("person", required=True)),
        person=row["id"],
    )
    if found and all(is_blind(store, job) for (job,) in found):
        for name in [name for name in CONCEALED if name in attributes]:
            if quirk.left_out:
                del attributes[name]
            else:
                attributes[name] = None if name == "date_of_birth" else HIDDEN_CHANNEL


def days_in_current_stage(exchange: Exchange, row: Row) -> int:
    since = row["stage_entered_at"] if row["stage_entered_at"] is not None else row["created_at"]
    return max(0, int((exchange.now - datetime.fromisoformat(since).timestamp()) // 86_400))


def column(name: str) -> Callable[[Exchange, Row], Any]:
    """An extra attribute that is simply a column."""
    return lambda exchange, row: row[name]


def foreign_key(name: str) -> Callable[[Exchange, Row], Any]:
    return lambda exchange, row: None if row[name] is None else str(row[name])


# -- attachments ----------------------------------------------------------------------------------------------------


def attachment_object(attachment: Row) -> dict[str, Any]:
    return {"context": attachment["context"], "filename": attachment["filename"], "url": attachment_link(attachment)}


def rename_key(quirk: AttachmentNameKey, shown: dict[str, Any]) -> dict[str, Any]:
    """An attachment as the other version of the schema has it."""
    renamed = {"context": shown["context"], "name": shown["filename"], "url": shown["url"]}
    return {**renamed, "filename": shown["filename"]} if quirk.both else renamed


def attachments_of(owner_type: str) -> Callable[[Exchange, Row], list[dict[str, Any]]]:
    """Extra: the files of one record, with signed links."""

    def cell(exchange: Exchange, row: Row) -> list[dict[str, Any]]:
        if owner_type == "applications" and is_blind(exchange.store, row["job_id"]):
            blind = exchange.quirk(BlindScreening)
            if blind is not None:
                exchange.acted(blind)
                return []
        shown = [
            attachment_object(attachment) for attachment in exchange.store.where("attachments", owner_type=owner_type, owner_id=row["id"])
        ]
        other_key = exchange.quirk(AttachmentNameKey)
        if other_key is None or not shown:
            return shown
        exchange.acted(other_key)
        return [rename_key(other_key, attachment) for attachment in shown]

    return cell


def document_answer(store: Store, row: Row) -> dict[str, Any] | None:
    attachment = store.find("attachments", owner_type="answers", owner_id=row["id"])
    return None if attachment is None else attachment_object(attachment)


# -- answers and custom attributes ----------------------------------------------------------------------------------


def of_question(name: str) -> Callable[[Store, Row], Any]:
    """An answer shows its question's wording."""

    def cell(store: Store, row: Row) -> Any:
        build = lambda: select(tables.questions.c[name]).where(tables.questions.c.id == bindparam("question", required=True))  # noqa: E731 - one line
        found = store.query(("question", name), build, question=row["question_id"])
        return found[0][0] if found else None

    return cell


def chosen_options(row: Row) -> list[tuple[str, dict[str, Any]]]:
    """The options that an answer chose, as records: their ids are made of the answer's."""
    texts = row["multiple_choice_answer"] if row["multiple_choice_answer"] is not None else []
    times = {"created_at": row["created_at"], "updated_at": row["updated_at"]}
    return [(f"{row['id']}{number:02}", {"text": text, **times}) for number, text in enumerate(texts, start=1)]


def field_options(row: Row) -> list[tuple[str, dict[str, Any]]]:
    """The options of a custom field, as records; value and label are the same text here."""
    rest = {"custom_field_id": row["id"], "created_at": row["created_at"], "updated_at": row["updated_at"]}
    texts = row["options"] if row["options"] is not None else []
    return [(f"{row['id']}{number:02}", {"label": text, "value": text, **rest}) for number, text in enumerate(texts, start=1)]


def chosen_option(store: Store, row: Row) -> str | None:
    """The one option that a custom attribute holds, if its field has options."""
    field = store.find("custom_fields", id=row["custom_field_id"])
    chosen = field is not None and field["field_type"] == "single_select"
    return row["value"] if chosen and isinstance(row["value"], str) else None


def precondition_question_id(store: Store, row: Row) -> str | None:
    return None if row["precondition_question_id"] is None else str(row["precondition_question_id"])


def field_name(store: Store, row: Row) -> str | None:
    field = store.find("custom_fields", id=row["custom_field_id"])
    return None if field is None else field["name"]


def custom_value(store: Store, row: Row) -> str | None:
    """A custom attribute is read as text, whatever its field's type."""
    value = row["value"]
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            field = store.find("custom_fields", id=row["custom_field_id"])
            return english_list(_user_names(store, value) if field is not None and field["field_type"] == "users" else map(str, value))
        case _:
            return str(value)


def _user_names(store: Store, ids: list[Any]) -> list[str]:
    users = [store.find("users", id=int(id)) for id in ids]
    names = [full_name(store, user) for user in users if user is not None]
    return [name for name in names if name is not None]


# -- times ----------------------------------------------------------------------------------------------------------


@lru_cache(4096)
def wire_time(seconds: int) -> str:
    """A moment as Pinpoint writes it: whole seconds, numeric offset, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
