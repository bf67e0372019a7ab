"""The room for JOIN's format: documents, times, paging and errors; nothing else in this folder knows it.

A document is rendered when its record is written and kept ready, with marks where the request decides (shaping.py fills
them in). The connectors' side has a wire.py that looks much like this one. On purpose they share nothing: if they did,
server and client could agree on the same mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.quirks import Quirk
from mock_servers.engine.vendors import Refusal, Reply
from mock_servers.join import links
from mock_servers.join.quirks.refusals import ErrorTypes, FlatErrors, RetryAfterHeader
from mock_servers.join.quirks.writes import CreatesAnswer200

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row, Store

SLUG = b"\x02"
"""Where a ready document lacks the company's name in its public address."""
SCREENING_ANSWER = "SCREENING_ANSWER"
PRECONDITION_KEYS = ("preconditionQuestionId", "preconditionAnswers")
_OFFICE_KEYS = {
    "id": "id", "name": "name", "streetName": "street_name", "streetNumber": "street_number", "postalCode": "postal_code", "city": "city",
    "countryIso": "country_iso", "isDefault": "is_default",
}  # fmt: skip
_SUMMARY_OFFICE_KEYS = ("id", "name", "city", "countryIso")

# -- times -------------------------------------------------------------------------------------------------------------


def moment(seconds: float) -> str:
    """A time as JOIN writes it."""
    return _written(datetime.fromtimestamp(seconds, UTC))


def wire_time(text: str | None) -> str | None:
    """Any ISO time that a record holds, as JOIN writes it; what is no time goes out as it is."""
    if text is None or (len(text) == 24 and text.endswith("Z")):
        return text
    try:
        return _written(_parsed(text))
    except (ValueError, OverflowError):
        return text


def since(text: str) -> str:
    """A filter's lower bound, comparable to stored times. Raises ValueError for what is no ISO time."""
    try:
        parsed = _parsed(text)
        # Stored times end at milliseconds: a finer bound must not let the one just below it through.
        return _written(parsed + timedelta(microseconds=-parsed.microsecond % 1000))
    except OverflowError as error:
        raise ValueError(str(error)) from error


def _parsed(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _written(when: datetime) -> str:
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


# -- documents ---------------------------------------------------------------------------------------------------------


def render(store: Store, table: str, row: Row) -> Mapping[str, bytes]:
    """A record's ready documents; see Vendor.render."""
    match table:
        case "jobs":
            office = store.find("offices", id=row["office_id"]) if row["office_id"] is not None else None
            return {"doc": orjson.dumps(job_summary(row, office)), "doc_full": orjson.dumps(job(row, office))}
        case "applications":
            return {"doc": orjson.dumps(application(store, row))}
        case "offices":
            return {"doc": orjson.dumps(office_document(row))}
    return {}


def dependents(store: Store, table: str, row: Row) -> Iterable[tuple[str, Any]]:
    """Which other documents show this row; see Vendor.dependents."""
    match table:
        case "offices":
            shown = store.where("jobs", office_id=row["id"])
            return [("jobs", found["id"]) for found in shown]
        case "jobs":
            shown = store.where("applications", job_id=row["id"])
        case "candidates":
            shown = store.where("applications", candidate_id=row["id"])
        case "stages":
            shown = store.where("applications", stage_id=row["id"])
        case "job_stages":
            shown = store.where("applications", job_id=row["job_id"], stage_id=row["stage_id"])
        case "attachments":
            shown = store.where("applications", id=row["application_id"])
        case _:
            return ()
    return [("applications", found["id"]) for found in shown]


def office_document(row: Row) -> dict[str, Any]:
    return {key: row[column] for key, column in _OFFICE_KEYS.items()}


def job_summary(row: Row, office: Row | None) -> dict[str, Any]:
    """What a list of jobs holds unless it is asked for content."""
    return {
        "id": row["id"],
        "title": row["title"],
        "status": row["status"],
        "createdAt": wire_time(row["created_at"]),
        "lastUpdatedAt": wire_time(row["last_updated_at"]),
        "remote": row["remote"],
        "workplaceType": row["workplace_type"],
        "remoteType": row["remote_type"],
        "office": None if office is None else {key: office[_OFFICE_KEYS[key]] for key in _SUMMARY_OFFICE_KEYS},
    }


def job(row: Row, office: Row | None) -> dict[str, Any]:
    """A job in full."""
    return {
        **job_summary(row, office),
        "externalId": row["external_id"],
        "description": row["description"],
        "language": row["language"],
        "categoryId": row["category_id"],
        "employmentTypeId": row["employment_type_id"],
        "seniorityId": row["seniority_id"],
        "office": None if office is None else office_document(office),
        "salary": row["salary"],
        "contact": row["contact"],
        "hiringTeam": row["hiring_team"],
        "screeningQuestions": None if row["screening_questions"] is None else [_question(one) for one in row["screening_questions"]],
        "cv": row["cv"],
        "coverLetter": row["cover_letter"],
        "url": _public_address(row),
    }


def _question(stored: dict[str, Any]) -> dict[str, Any]:
    return {**stored, **{key: stored.get(key) for key in PRECONDITION_KEYS}}


def _public_address(row: Row) -> orjson.Fragment | None:
    if row["status"] != "ONLINE":
        return None
    last_part = orjson.dumps(str(row["id"]) if row["url_path"] is None else row["url_path"])[1:-1]
    return orjson.Fragment(b'"https://join.com/companies/' + SLUG + b"/" + last_part + b'"')


def application(store: Store, row: Row) -> dict[str, Any]:
    """An application with all that it embeds: job, person, stage, files."""
    job_row, person = store.find("jobs", id=row["job_id"]), store.find("candidates", id=row["candidate_id"])
    files = [one for one in store.where("attachments", application_id=row["id"]) if one["type"] != SCREENING_ANSWER]
    return {
        "id": row["id"],
        "createdAt": wire_time(row["created_at"]),
        "lastUpdatedAt": wire_time(row["last_updated_at"]),
        "attachments": [{"type": one["type"], "url": orjson.Fragment(links.mark(one["id"]))} for one in files],
        "source": {"product": row["source_product"], "isPremium": row["source_is_premium"]},
        "job": {"id": row["job_id"], "title": job_row and job_row["title"], "externalId": job_row and job_row["external_id"]},
        "candidate": None if person is None else candidate(person),
        "screeningQuestions": [_answer(one) for one in row["screening_answers"]],
        "qualified": row["qualified"],
        "consent": row["consent"],
        "integrationExternalId": row["integration_external_id"],
        "state": row["state"],
        "currentStage": _current_stage(store, row),
    }


def candidate(row: Row) -> dict[str, Any]:
    """A person as applications embed them."""
    return {
        "id": row["id"],
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "email": row["email"],
        "phoneNumber": row["phone_number"],
        "country": row["country"],
        "tags": row["tags"],
        "professionalLinks": row["professional_links"],
    }


def _answer(stored: dict[str, Any]) -> dict[str, Any]:
    """An answered question; a file that the records name by its attachment's id goes out as a signed link."""
    file = stored.get("file")
    return {
        "question": stored["question"],
        "type": stored["type"],
        "answer": stored.get("answer"),
        "file": orjson.Fragment(links.mark(file)) if isinstance(file, int) else file,
        "isSkipped": stored.get("isSkipped", False),
    }


def _current_stage(store: Store, row: Row) -> dict[str, Any] | None:
    if row["stage_id"] is None:
        return None
    stage = store.find("stages", id=row["stage_id"])
    place = store.find("job_stages", job_id=row["job_id"], stage_id=row["stage_id"])
    return {"id": row["stage_id"], "name": stage and stage["name"], "index": place and place["position"]}


def reference(row: Row, language: str) -> dict[str, Any]:
    """A category, employment type or seniority level; a language without a name of its own falls back to English."""
    names = row["names"]
    return {"id": row["id"], "name": names[language] if language in names else names.get("en"), "slug": row["slug"]}


# -- replies -----------------------------------------------------------------------------------------------------------


def answer(status: int, content: Any, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    return Reply(status, orjson.dumps(content), headers=headers)


def created(exchange: Exchange, content: Any) -> Reply:
    """The answer to something that was made."""
    quirk = exchange.quirk(CreatesAnswer200)
    if quirk is not None:
        exchange.acted(quirk)
    return answer(201 if quirk is None else 200, content)


_WORDS = {401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "conflict", 422: "validation", 429: "too_many_requests"}
"""Settings of the quirk error_types; all other statuses below 500 are "bad_request"."""
_MESSAGES = {
    400: "The request cannot be carried out",
    401: "The token is not valid",
    403: "You are not allowed to do this",
    404: "Not found",
    405: "This method is not allowed here",
    413: "The request body is too large",
    422: "The request is not valid",
    429: "Too many requests",
}


def _message(status: int) -> str:
    return _MESSAGES.get(status, "Something went wrong" if status >= 500 else "The request is refused")


class Errors:
    """{"error": {"type", "message"}} for whatever goes wrong."""

    def error(self, exchange: Exchange | None, status: int, detail: str | None = None) -> Reply:
        message = detail if detail is not None else _message(status)
        vocabulary: ErrorTypes | None = ErrorTypes()
        # Before the tenant is known there are no switches to ask.
        if exchange is not None and exchange.tenant is not None:
            vocabulary = exchange.quirk(ErrorTypes)
            flat = exchange.quirk(FlatErrors)
            if flat is not None:
                exchange.acted(flat)
                return Reply(status, orjson.dumps({"message": message}), why=message)
            if vocabulary is not None:
                exchange.acted(vocabulary)
        kind = _WORDS.get(status, "internal" if status >= 500 else "bad_request")
        word = "Error" if vocabulary is None else getattr(vocabulary, kind)
        return Reply(status, orjson.dumps({"error": {"type": word, "message": message}}), why=message)

    def rate_limited(self, exchange: Exchange, retry_after: float | None) -> Reply:
        reply = self.error(exchange, 429)
        # A scheduled 429 names its own wait: the counters' own reset must not stand beside it.
        exchange.reply_headers[:] = [header for header in exchange.reply_headers if header[0] != b"x-ratelimit-reset"]
        if retry_after is None:
            return reply
        seconds = str(_whole(retry_after)).encode()
        headers = [(b"x-ratelimit-reset", seconds)]
        quirk = exchange.quirk(RetryAfterHeader)
        if quirk is not None:
            exchange.acted(quirk)
            headers.append((b"retry-after", seconds))
        return Reply(429, reply.body, headers=tuple(headers), why="the request limit of this window is used up")


ERRORS = Errors()


def refuse(exchange: Exchange, status: int, message: str) -> Refusal:
    """To be raised: the vendor says no."""
    return Refusal(ERRORS.error(exchange, status, message))


def not_served(exchange: Exchange, quirk: type[Quirk]) -> Refusal:
    """To be raised: nothing stands at this path, since this tenant lacks a quirk."""
    reply = ERRORS.error(exchange, 404, "Not found")
    return Refusal(replace(reply, why=f"{exchange.method} {exchange.path} is not served: the quirk {quirk.name} is off, or set otherwise"))


def rate_limit_headers(limit: int, remaining: int, reset_seconds: float) -> tuple[tuple[bytes, bytes], ...]:
    """What every answer says of the limit; the reset is in whole seconds from now."""
    return (
        (b"x-ratelimit-limit", str(limit).encode()),
        (b"x-ratelimit-remaining", str(remaining).encode()),
        (b"x-ratelimit-reset", str(_whole(reset_seconds)).encode()),
    )


def _whole(seconds: float) -> int:
    """Rounded up, so that a client who waits so long never comes too early."""
    return -int(-seconds // 1)
