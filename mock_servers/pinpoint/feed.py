"""The public feed of a careers site, postings.json: plain JSON for anybody, outside the API and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.evidence import SeenInCode
from mock_servers.engine.store import Row, Store
from mock_servers.engine.vendors import Operation, Reply
from mock_servers.pinpoint import openapi
from mock_servers.pinpoint.links import fill, link
from mock_servers.pinpoint.query import LOCALES
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.wire import attribute_values, refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MOST_POSTINGS = 1000
"""Assumed: a large account's feed held exactly so many, and no paging is known."""
ITEM = (
    *("title", "description", "benefits", "benefits_header", "key_responsibilities", "key_responsibilities_header"),
    *("skills_knowledge_expertise", "skills_knowledge_expertise_header", "compensation", "compensation_minimum", "compensation_maximum"),
    *("compensation_currency", "compensation_frequency", "compensation_visible", "employment_type", "employment_type_text"),
    *("workplace_type", "workplace_type_text", "deadline_at", "reporting_to"),
)
"""What an item has of its posting; there is no date of creation among it."""
MONEY = ("compensation", "compensation_minimum", "compensation_maximum", "compensation_currency", "compensation_frequency")
PLACE = ("city", "name", "postal_code", "province", "street_address")
LEVELS = ("department", "division", "structure_custom_group_one")


async def postings(exchange: Exchange) -> Reply:
    """All live external postings that fit the filters."""
    locale = exchange.params.get("locale", "en")
    if locale not in LOCALES:
        raise refuse(404, why=f"there is no careers site in {locale!r}; there are {', '.join(LOCALES)}")
    wanted: dict[str, str] = {}
    for name, value in exchange.query:
        if name in FILTERS:
            wanted[name] = value
        else:
            exchange.unread.append(name)
    found = [_item(exchange.store, locale, *pair) for pair in _live(exchange.store)]
    fitting = [item for item in found if all(value in FILTERS[name](item) for name, value in wanted.items())][:MOST_POSTINGS]
    why = None if fitting else "empty: no active posting of an open external job fits"
    body = fill(exchange, orjson.dumps({"data": fitting}))
    return Reply(200, body, headers=((b"access-control-allow-origin", b"*"),), why=why)


FILTERS = {
    "department_id": lambda item: _id_of(item["job"]["department"]),
    "division_id": lambda item: _id_of(item["job"]["division"]),
    "structure_custom_group_one_id": lambda item: _id_of(item["job"]["structure_custom_group_one"]),
    "location_id": lambda item: _id_of(item["location"]),
    "location_city_state_name": lambda item: _spelt(item["location"]),
}
"""Filter to the values of an item that fit it."""


def _id_of(level: dict[str, Any] | None) -> tuple[str, ...]:
    return () if level is None else (level["id"],)


def _spelt(place: dict[str, Any] | None) -> tuple[str, ...]:
    if place is None:
        return ()
    return tuple(text for text in (place["city"], f"{place['city']}, {place['province']}", place["name"]) if text is not None)


def _live(store: Store) -> list[tuple[Row, Row]]:
    """(posting, job) of all that the public may see."""
    live = {job["id"]: job for job in store.where("jobs", status="open", visibility="external")}
    return [(posting, live[posting["job_id"]]) for posting in store.where("job_postings", status="active") if posting["job_id"] in live]


def _item(store: Store, locale: str, posting: Row, job: Row) -> dict[str, Any]:
    by_name = RESOURCES["job_postings"].by_name
    shown = attribute_values(store, posting, [by_name[name] for name in ITEM])
    if not shown["compensation_visible"]:
        shown.update(dict.fromkeys(MONEY))
    path = f"/{locale}/postings/{posting['uuid'] if posting['uuid'] is not None else posting['id']}"
    levels = {level: _named(store.find(f"{level}s", id=job[f"{level}_id"])) for level in LEVELS}
    place = store.find("locations", id=posting["location_id"] if posting["location_id"] is not None else job["location_id"])
    return {
        "id": str(posting["id"]),
        "url": link(path),
        "path": path,
        **shown,
        "job": {"id": str(job["id"]), "requisition_id": job["requisition_id"], **levels},
        "location": None if place is None else {"id": str(place["id"]), **{name: place[name] for name in PLACE}},
    }


def _named(level: Row | None) -> dict[str, Any] | None:
    return None if level is None else {"id": str(level["id"]), "name": level["name"]}


_CRAWLERS = SeenInCode("public crawlers' notes on live feeds")
FEEDS = tuple(
    Operation(
        f"postings.{name}", "GET", path, postings, summary, _CRAWLERS, needs_credential=False, openapi=openapi.feed(tuple(FILTERS), locales)
    )
    for name, path, summary, locales in (
        ("feed", "/postings.json", "All live external postings, for anybody", ()),
        ("feed_in_locale", "/{locale}/postings.json", "The same in a language of the careers site", LOCALES),
    )
)
