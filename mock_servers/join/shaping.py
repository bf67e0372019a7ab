"""What a request changes about ready documents: links and the company's name are put in, the tenant's quirks applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.quirks import Quirk
from mock_servers.join import links
from mock_servers.join.quirks.documents import (
    ConditionalQuestions,
    HiringStateKey,
    JobHiringTeam,
    JobQuestions,
    JobUrl,
    LowerCaseCountries,
    StageIdsPerJob,
    StateInWords,
)
from mock_servers.join.wire import PRECONDITION_KEYS, SLUG

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

Item = dict[str, Any]
_RENAMING: tuple[type[JobUrl | JobHiringTeam | JobQuestions], ...] = (
    JobUrl,
    JobHiringTeam,
    JobQuestions,
)


def finish(exchange: Exchange, document: bytes, *, full_jobs: bool = False) -> bytes:
    """One ready document, or a list of them, as this request gets it."""
    changes = [*_job_changes(exchange, document)] if full_jobs else []
    if exchange.quirk(LowerCaseCountries) is not None:
        changes.append(_lower_countries)
    changes.extend(change for kind, change in _APPLICATION_CHANGES if exchange.quirk(kind) is not None)
    if changes:
        document = _rewritten(exchange, document, changes)
    if SLUG in document:
        document = document.replace(SLUG, orjson.dumps(exchange.tenant.options["company_slug"])[1:-1])
    return links.fill(exchange, document)


Change = Callable[["Exchange", Item], None]


def _job_changes(exchange: Exchange, document: bytes) -> list[Change]:
    """What this tenant's full jobs lack or call otherwise than the ready ones. None of it is usual."""
    changes: list[Change] = []
    conditional = exchange.quirk(ConditionalQuestions)
    if conditional is None:
        changes.append(_drop_preconditions)
    elif b'"preconditionQuestionId":' in document:
        exchange.acted(conditional)
    questions = exchange.quirk(JobQuestions)
    if questions is not None and not questions.with_ids:
        changes += [_drop_preconditions, _drop_question_ids]
    if questions is not None and questions.as_created:
        changes.append(_show_questions_as_created)
    renamed = False
    for kind in _RENAMING:
        quirk = exchange.quirk(kind)
        if quirk is not None:
            exchange.acted(quirk)
        renamed = renamed or quirk is None or quirk.key != kind.key
    if renamed:
        # Last, so that the other changes find the keys that they know.
        changes.append(_rename_keys)
    return changes


def _rewritten(exchange: Exchange, document: bytes, changes: list[Change]) -> bytes:
    """The slow way: parsed, changed and written anew."""
    content = orjson.loads(_unmarked(document))
    for item in content if isinstance(content, list) else [content]:
        for change in changes:
            change(exchange, item)
    return _marked_again(orjson.dumps(content))


def _drop_preconditions(exchange: Exchange, item: Item) -> None:
    for question in item["screeningQuestions"] or ():
        for key in PRECONDITION_KEYS:
            question.pop(key, None)


def _drop_question_ids(exchange: Exchange, item: Item) -> None:
    for question in item["screeningQuestions"] or ():
        question.pop("id", None)


def _show_questions_as_created(exchange: Exchange, item: Item) -> None:
    for question in item["screeningQuestions"] or ():
        question["name"], question["required"] = question.pop("question", None), question.pop("isRequired", None)


def _rename_keys(exchange: Exchange, item: Item) -> None:
    for kind in _RENAMING:
        quirk = exchange.quirk(kind)
        value = item.pop(kind.key)
        if quirk is not None:
            item[quirk.key] = value


def _add_hiring_state(exchange: Exchange, item: Item) -> None:
    quirk = exchange.quirk(HiringStateKey)
    if quirk is not None and "state" in item:
        exchange.acted(quirk)
        item["hiringState"] = item["state"]


def _put_state_in_words(exchange: Exchange, item: Item) -> None:
    quirk = exchange.quirk(StateInWords)
    if quirk is not None and item.get("state") in _STATE_WORDS:
        exchange.acted(quirk)
        item["state"] = _STATE_WORDS[item["state"]]


def _show_jobs_own_stage(exchange: Exchange, item: Item) -> None:
    """A place in a job's pipeline has an id of its own, which nothing else shows."""
    quirk, stage = exchange.quirk(StageIdsPerJob), item.get("currentStage")
    if quirk is None or stage is None:
        return
    place = exchange.store.find("job_stages", job_id=item["job"]["id"], stage_id=stage["id"])
    if place is not None:
        exchange.acted(quirk)
        stage["id"] = place["id"]


_STATE_WORDS = {"APPLIED": "Screening", "ACTIVE": "Qualified", "OFFER": "Offer", "HIRED": "Hired", "REJECTED": "Rejected"}
# The key comes last, so that it has the same value.
_APPLICATION_CHANGES: tuple[tuple[type[Quirk], Change], ...] = (
    (StageIdsPerJob, _show_jobs_own_stage),
    (StateInWords, _put_state_in_words),
    (HiringStateKey, _add_hiring_state),
)


def _lower_countries(exchange: Exchange, item: Item) -> None:
    """Wherever a country code may stand: in an office, in a job's office, in a person, in an application's person."""
    quirk = exchange.quirk(LowerCaseCountries)
    person = item.get("candidate", item)
    places = [(item.get("office"), "countryIso"), (person and person.get("country"), "iso3166"), (item, "countryIso")]
    for place, key in places:
        if quirk is not None and isinstance(place, dict) and isinstance(place.get(key), str):
            place[key] = place[key].lower()
            exchange.acted(quirk)


_STAND_INS = ((links.MARK, b"mark-5d1f0c7e9a3b48c6-link"), (SLUG, b"mark-5d1f0c7e9a3b48c6-slug"))


def _unmarked(document: bytes) -> bytes:
    """Marks are raw control bytes, which a JSON reader refuses: let words that nobody writes stand for them meanwhile."""
    for mark, stand_in in _STAND_INS:
        document = document.replace(mark, stand_in)
    return document


def _marked_again(document: bytes) -> bytes:
    for mark, stand_in in _STAND_INS:
        document = document.replace(stand_in, mark)
    return document
