"""Shows records as one request asked for them: sparse fields, extra fields, and the quirks that reshape attributes.

What nobody asked to change goes out as it is stored; only the rest is built anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.quirks import Quirk
from mock_servers.engine.store import Row
from mock_servers.pinpoint import cells
from mock_servers.pinpoint.links import link
from mock_servers.pinpoint.query import Query
from mock_servers.pinpoint.quirks import (
    AttachmentNameKey,
    BlindPeople,
    BlindScreening,
    CompensationAsText,
    ConditionalQuestions,
    IntegerForeignKeys,
    PostingUrls,
)
from mock_servers.pinpoint.resource import Attribute, Kind, Relation
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.wire import attribute_values, closing, opening, usual_closing

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

Values = dict[str, Any]
TRANSLATED = ("title", "description", "benefits", "key_responsibilities", "skills_knowledge_expertise", "reporting_to")
STORED_LOCALE = "en"


@dataclass(frozen=True, slots=True)
class Reshape:
    """How one quirk, switched on (or off), changes the attributes of some types; None: of all."""

    quirk: type[Quirk]
    on: bool
    types: frozenset[str] | None
    apply: Callable[[Quirk | None, Row, Values], None]


def _integer_keys(type: str) -> frozenset[str]:
    return frozenset(attribute.name for attribute in RESOURCES[type].attributes if attribute.kind is Kind.ID)


INTEGER_KEYS = {type: _integer_keys(type) for type in RESOURCES}


def _compensation_as_text(quirk: Quirk | None, row: Row, values: Values) -> None:
    for name in ("compensation_minimum", "compensation_maximum"):
        if values.get(name) is not None:
            values[name] = str(float(row[name]))


def _posting_urls(quirk: Quirk | None, row: Row, values: Values) -> None:
    path = cells.newer_job_path(row)
    shown = {"url": link(path), "path": path, "application_form_url": link(f"{path}/applications/new")}
    values.update({name: value for name, value in shown.items() if name in values})


def _document_name(quirk: Quirk | None, row: Row, values: Values) -> None:
    if isinstance(quirk, AttachmentNameKey) and values.get("document_answer") is not None:
        values["document_answer"] = cells.rename_key(quirk, values["document_answer"])


def _no_conditions(quirk: Quirk | None, row: Row, values: Values) -> None:
    values.pop("precondition_question_id", None)
    values.pop("precondition_values", None)


def _nothing(quirk: Quirk | None, row: Row, values: Values) -> None:
    """The whole effect is that attributes are built anew (see `Presenter._values`)."""


RESHAPES = (
    Reshape(CompensationAsText, True, frozenset({"jobs"}), _compensation_as_text),
    Reshape(PostingUrls, True, frozenset({"jobs"}), _posting_urls),
    Reshape(AttachmentNameKey, True, frozenset({"answers"}), _document_name),
    Reshape(ConditionalQuestions, False, frozenset({"questions"}), _no_conditions),
    Reshape(BlindScreening, False, frozenset({"applications"}), _nothing),
    Reshape(BlindPeople, True, frozenset({"candidates"}), _nothing),
    Reshape(IntegerForeignKeys, True, None, _nothing),
)


def _applies(reshape: Reshape, quirk: Quirk | None) -> bool:
    """What is stored was made with those quirks that are on by default, as they are then, and without the others."""
    return quirk is not None if reshape.on else quirk != reshape.quirk()


@dataclass(frozen=True, slots=True)
class Plan:
    """How records of one type are shown in this answer."""

    attributes: tuple[Attribute, ...]
    extra: tuple[Attribute, ...]
    relations: tuple[Relation, ...]
    reshapes: tuple[Reshape, ...]
    as_stored: bool
    """The stored attributes are right as they are."""
    all_relations: bool


class Presenter:
    """One request's view of all records."""

    def __init__(self, exchange: Exchange, query: Query) -> None:
        self._exchange, self._query = exchange, query
        self._plans: dict[str, Plan] = {}
        self._reshapes = [reshape for reshape in RESHAPES if _applies(reshape, exchange.quirk(reshape.quirk))]

    def plan(self, type: str) -> Plan:
        if type not in self._plans:
            self._plans[type] = self._make_plan(type)
        return self._plans[type]

    def ready(self, type: str) -> bool:
        """Whether the stored documents of this type can go out untouched."""
        plan = self.plan(type)
        return plan.as_stored and plan.all_relations

    def show(self, type: str, row: Row, document: bytes, linkages: Mapping[str, bytes]) -> bytes:
        """One resource object."""
        plan = self.plan(type)
        if plan.as_stored and plan.all_relations:
            usual = usual_closing(type)
            return document if not linkages else document[: -len(usual)] + closing(plan.relations, linkages)
        start = document[: -len(usual_closing(type))] if plan.as_stored else opening(type, row["id"], self._values(type, plan, row))
        return start + closing(plan.relations, linkages)

    def show_made(self, type: str, id: str, row: Row, linkages: Mapping[str, bytes]) -> bytes:
        """A resource object that is stored inside another record."""
        plan = self.plan(type)
        return opening(type, id, {attribute.name: row[attribute.name] for attribute in plan.attributes}) + closing(plan.relations, linkages)

    def _make_plan(self, type: str) -> Plan:
        resource, wanted = RESOURCES[type], self._query.fields.get(type)
        attributes = resource.attributes_at(older=self._query.older)
        relations = resource.relations_at(older=self._query.older)
        extra = tuple(resource.by_name[name] for name in self._query.extra.get(type, ()))
        reshapes = tuple(r for r in self._reshapes if (INTEGER_KEYS[type] if r.types is None else type in r.types))
        localized = type == "jobs" and self._query.locale not in (None, STORED_LOCALE)
        shown = tuple(a for a in attributes if wanted is None or a.name in wanted)
        return Plan(
            shown,
            extra,
            tuple(relation for relation in relations if wanted is None or relation.name in wanted),
            reshapes,
            as_stored=wanted is None and not (extra or reshapes or localized or self._query.older),
            all_relations=wanted is None and not self._query.older,
        )

    def _values(self, type: str, plan: Plan, row: Row) -> Values:
        exchange = self._exchange
        values = attribute_values(exchange.store, row, plan.attributes)
        if type == "applications" and (blind := exchange.quirk(BlindScreening)) is not None:
            cells.conceal(blind, exchange.store, row, values)
        if type == "candidates" and (hidden := exchange.quirk(BlindPeople)) is not None:
            cells.conceal_person(hidden, exchange.store, row, values)
        if type == "jobs" and self._query.locale not in (None, STORED_LOCALE):
            # Translations are not imitated, and Pinpoint shows null where there is none (v1.0.23).
            values.update({name: None for name in TRANSLATED if name in values})
        for reshape in plan.reshapes:
            quirk = exchange.quirk(reshape.quirk)
            if quirk is not None:
                exchange.acted(quirk)
            reshape.apply(quirk, row, values)
        for attribute in plan.extra:
            if attribute.extra_cell is not None:
                values[attribute.name] = attribute.extra_cell(exchange, row)
        if exchange.quirk(IntegerForeignKeys) is not None:
            keys = INTEGER_KEYS[type]
            values = {name: int(value) if name in keys and value is not None else value for name, value in values.items()}
        return values


def linkage(type: str, id: Any) -> bytes:
    return orjson.dumps({"type": type, "id": str(id)})
