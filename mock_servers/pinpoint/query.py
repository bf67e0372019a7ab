"""What may be asked in a query string: include, fields, extra_fields, filter, sort, page and stats, checked against a resource."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.quirks import Quirk
from mock_servers.pinpoint.quirks import (
    CandidateTagsUnknown,
    OlderFeatureLevel,
    OversizedPagesRefused,
    PrivateJobsUnknown,
    UndocumentedOperators,
    UnknownNamesRefused,
    UnscopedExtraFieldsRefused,
)
from mock_servers.pinpoint.resource import Filter, Kind, Resource
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.wire import Tree, malformed_query, refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
DEEPEST_INCLUDE = 8
"""Assumed: more steps than any path between two resources needs."""
LARGEST_PAGE = 10**15
FIRST_MOMENT, LAST_MOMENT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PRIVATE = "private_job"
LOCALES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cy", "ar")

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?")
_LITERAL = re.compile(r"\{\{(.*?)\}\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One filter with its operator and its values: any of them for `eq`, exactly one for the others."""

    filter: Filter
    operator: str
    values: tuple[Any, ...]


@dataclass(slots=True)
class Query:
    """What one request asks for; the defaults are those of a request without a query."""

    older: bool = False
    include: Tree = field(default_factory=dict)
    included: bool = False
    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    filters: list[Asked] = field(default_factory=list)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    """(key, descending)."""
    number: int = 1
    size: int = DEFAULT_PAGE_SIZE
    count: bool = False
    locale: str | None = None

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


_PLAIN, _PLAIN_OLDER = Query(), Query(older=True)
"""What most requests ask for; never to be changed."""


def parse(exchange: Exchange, resource: Resource) -> Query:
    """Raises Refusal (400) for what Pinpoint does not know."""
    older = exchange.quirk(OlderFeatureLevel)
    if older is not None:
        exchange.acted(older)
    if not exchange.raw_query:
        return _PLAIN_OLDER if older is not None else _PLAIN
    query = Query(older=older is not None)
    sent = dict(exchange.query)
    parser = _Parser(exchange, resource, query)
    for name, value in sent.items():
        match = _NAME.fullmatch(name)
        if match is None:
            raise malformed_query(f"{name!r} is no parameter name")
        parser.take(name, match[1], re.findall(r"\[([^\[\]]*)\]", match[2]), value)
    return query


class _Parser:
    """Takes one parameter after the other into a Query."""

    def __init__(self, exchange: Exchange, resource: Resource, query: Query) -> None:
        self._exchange, self._resource, self._query = exchange, resource, query

    def take(self, name: str, family: str, keys: list[str], value: str) -> None:
        match family, keys:
            case "include", []:
                self._include(value)
            case "sort", []:
                self._sort(value)
            case "fields", [type]:
                self._query.fields[type] = frozenset(_words(value))
            case "extra_fields", [type]:
                self._extra_fields(type, _words(value))
            case "extra_fields", []:
                self._unscoped_extra_fields()
            case "filter", [key]:
                self._filter(key, None, value)
            case "filters", ["locale"] if self._query.older:
                # So spelt in the documentation of v1.0.23.
                self._filter("locale", None, value)
            case "filter", [key, operator]:
                self._filter(key, operator, value)
            case "page", ["number" | "size" as key]:
                self._page(key, value)
            case "stats", [key]:
                self._stats(key, value)
            case "locale", [] if self._resource.type == "jobs":
                self._locale(value)
            case "include" | "sort" | "fields" | "extra_fields" | "filter" | "page" | "stats", _:
                raise malformed_query(f"{name!r} is not of the form that {family} takes")
            case _:
                self._exchange.unread.append(name)

    # -- one family each ------------------------------------------------------------------------------------------

    def _include(self, value: str) -> None:
        self._query.included = True
        for path in _words(value):
            steps = path.split(".")
            if len(steps) > DEEPEST_INCLUDE:
                raise malformed_query(f"include {path!r} has more than {DEEPEST_INCLUDE} steps")
            tree, resources = self._query.include, [self._resource]
            for step in steps:
                relations = [r.relation_by_name[step] for r in resources if step in r.relation_by_name]
                relations = [relation for relation in relations if not (self._query.older and relation.newer)]
                if not relations:
                    self._unknown(f"{resources[0].type if resources else path} has no relationship {step!r}")
                    break
                tree = tree.setdefault(step, {})
                resources = [RESOURCES[target] for relation in relations for target in relation.targets]

    def _sort(self, value: str) -> None:
        known = (*self._resource.sort_keys, *(self._resource.older_sort_keys if self._query.older else ()))
        for word in _words(value):
            key = word.removeprefix("-")
            if key not in known:
                self._unknown(f"{self._resource.type} cannot be sorted by {key!r}; by {', '.join(known)}")
            elif any(key == taken for taken, _ in self._query.sort):
                raise malformed_query(f"sort names {key!r} twice")
            else:
                self._query.sort.append((key, word.startswith("-")))

    def _extra_fields(self, type: str, names: list[str]) -> None:
        if type not in RESOURCES:
            self._unknown(f"no resource {type!r} for extra_fields")
            return
        attributes = RESOURCES[type].by_name
        known = [
            name for name in names if name in attributes and attributes[name].extra and not (self._query.older and attributes[name].newer)
        ]
        if type == "candidates" and "tags" in known and (quirk := self._exchange.quirk(CandidateTagsUnknown)) is not None:
            self._exchange.acted(quirk)
            known.remove("tags")
        for name in names:
            if name not in known:
                self._unknown(f"{type} has no extra field {name!r}")
        self._query.extra[type] = tuple(dict.fromkeys(known))

    def _unscoped_extra_fields(self) -> None:
        quirk = self._exchange.quirk(UnscopedExtraFieldsRefused)
        if quirk is None:
            self._exchange.unread.append("extra_fields")
            return
        self._exchange.acted(quirk)
        raise malformed_query("extra_fields must name the resource: extra_fields[applications]=attachments")

    def _filter(self, name: str, operator: str | None, value: str) -> None:
        filter = self._resource.filter_by_name.get(name)
        if filter is None or (self._query.older and filter.newer):
            self._unknown(f"{self._resource.type} has no filter {name!r}")
            return
        if filter.kind is Kind.TIME:
            self._query.filters.append(self._time_filter(filter, operator, value))
            return
        if operator not in (None, "eq"):
            raise malformed_query(f"filter {name!r} has no operator {operator!r}")
        if filter.kind is Kind.OBJECT:
            self._query.filters.append(Asked(filter, "eq", _ids_of_object(filter, value)))
            return
        words = _filter_words(value) if filter.kind is Kind.TEXT and not filter.choices else value.split(",")
        filter = self._as_it_was(filter)
        values = tuple(_filter_value(filter, word) for word in words)
        self._query.filters.append(Asked(filter, "eq", values))

    def _as_it_was(self, filter: Filter) -> Filter:
        """The filter without a visibility that came later, where the account does not know it yet."""
        if PRIVATE not in filter.choices:
            return filter
        quirk = self._exchange.quirk(PrivateJobsUnknown)
        if quirk is not None:
            self._exchange.acted(quirk)
        known = tuple(choice for choice in filter.choices if choice != PRIVATE)
        return filter if quirk is None and not self._query.older else replace(filter, choices=known)

    def _time_filter(self, filter: Filter, operator: str | None, value: str) -> Asked:
        if operator not in ("gt", "lt"):
            quirk = self._exchange.quirk(UndocumentedOperators)
            if quirk is None or operator not in (None, "eq", "gte", "lte"):
                raise malformed_query(f"filter {filter.name!r} takes [gt] and [lt] only")
            self._exchange.acted(quirk)
        return Asked(filter, operator if operator is not None else "eq", (_moment(filter.name, value, operator),))

    def _page(self, key: str, value: str) -> None:
        # Pinpoint counts pages from 1; its reference gives 0 as the least size and 1000 as the largest.
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else -1
        if not (1 if key == "number" else 0) <= number <= LARGEST_PAGE:
            raise malformed_query(f"page[{key}]={value!r} is not a number of {1 if key == 'number' else 0} or more")
        if key == "number":
            self._query.number = number
            return
        quirk: Quirk | None = self._exchange.quirk(OversizedPagesRefused)
        if number > MAX_PAGE_SIZE and quirk is not None:
            self._exchange.acted(quirk)
            raise malformed_query(f"page[size]={number} is more than {MAX_PAGE_SIZE}")
        self._query.size = min(number, MAX_PAGE_SIZE)

    def _stats(self, key: str, value: str) -> None:
        if (key, value) != ("total", "count") or (self._query.older and self._resource.newer_stats):
            self._unknown(f"stats[{key}]={value} is not known; stats[total]=count is")
            return
        self._query.count = True

    def _locale(self, value: str) -> None:
        if value not in LOCALES:
            raise refuse(400, f"{value} is not a valid locale")
        self._query.locale = value

    def _unknown(self, why: str) -> None:
        """Refuse an unknown name, or note that it is ignored."""
        quirk = self._exchange.quirk(UnknownNamesRefused)
        if quirk is None:
            self._exchange.unread.append(why)
            return
        self._exchange.acted(quirk)
        raise malformed_query(why)


# -- values ---------------------------------------------------------------------------------------------------------


def _words(value: str) -> list[str]:
    return [word for word in value.split(",") if word]


def _filter_words(value: str) -> Iterator[str]:
    """Comma means any of; {{a,b}} is one value with a comma in it."""
    rest = value
    while (match := _LITERAL.search(rest)) is not None:
        yield from _words(rest[: match.start()])
        yield match[1]
        rest = rest[match.end() :]
    yield from _words(rest) if rest != value or "," in rest else [rest]


def _filter_value(filter: Filter, word: str) -> Any:
    match filter.kind:
        case Kind.ID | Kind.INTEGER:
            if not (word.isascii() and word.isdigit() and len(word) < 19):
                raise malformed_query(f"filter {filter.name!r} takes ids, not {word!r}")
            return int(word)
        case Kind.FLAG:
            if word not in ("true", "false"):
                raise malformed_query(f"filter {filter.name!r} takes true or false, not {word!r}")
            return int(word == "true")
        case _:
            if filter.choices and word not in filter.choices:
                raise malformed_query(f"filter {filter.name!r} takes {', '.join(filter.choices)}, not {word!r}")
            return word


def _ids_of_object(filter: Filter, value: str) -> tuple[int, ...]:
    """The id of a JSON object {"id": ..., "type": "Job"}; () for another type, of which there is none here.

    Documented is only that the value is an object. Graphiti takes objects in double braces, or as they are.
    """
    text = value[2:-2] if value.startswith("{{{") and value.endswith("}}}") else value
    try:
        sent = orjson.loads(text)
    except orjson.JSONDecodeError:
        sent = None
    id = str(sent.get("id")) if isinstance(sent, dict) else ""
    if not (id.isascii() and id.isdigit() and len(id) < 19):
        raise malformed_query(f"filter {filter.name!r} takes an object with id and type, not {value!r}")
    return (int(id),) if sent.get("type", "Job") in ("Job", "jobs") else ()


def _moment(name: str, value: str, operator: str | None) -> str:
    """The moment as stored times are written. Stored times are whole seconds, so a fraction only matters for [lt] and [gte]."""
    moment = moment_of(value)
    if moment is None:
        raise malformed_query(f"filter {name!r} takes ISO 8601 times, not {value!r}; is a plus sign sent as %2B?")
    if moment.microsecond and operator in ("lt", "gte"):
        moment += timedelta(seconds=1)
    return moment.replace(microsecond=0).isoformat(timespec="seconds")


def moment_of(text: str) -> datetime | None:
    """A time or date in ISO 8601, in UTC; None when it is none."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # An offset that leads out of the years that there are.
        return FIRST_MOMENT if moment.year == 1 else LAST_MOMENT


def date_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
