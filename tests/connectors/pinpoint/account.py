"""A small Pinpoint account for these tests: lists of hand-made resources behind a script for the fake server.

Written from the facts about the vendor, apart from the simulated server, so that the two cannot share a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.pinpoint.connector import PinpointConnector, connect
from connectors.pinpoint.manifest import MANIFEST
from tests.connectors.fake_http import Answer, Asked, FakeServer, document, refusal

Raw = dict[str, Any]

KEY = "pinpoint-test-key"
EVERYTHING: Mapping[str, frozenset[str]] = {model.name: frozenset(item.name for item in model.fields) for model in MANIFEST.models}


def only(*models: str) -> Mapping[str, frozenset[str]]:
    return {model: EVERYTHING[model] for model in models}


def raw(type_: str, id_: str, relations: Mapping[str, Any] | None = None, extra: Mapping[str, Any] | None = None, **attributes: Any) -> Raw:
    """A resource as stored: relations as (type, id), a list of those, or None; extra attributes come only when asked for."""
    return {"type": type_, "id": id_, "attributes": attributes, "relations": dict(relations or {}), "extra": dict(extra or {})}


@dataclass
class Account:
    """Answers as the vendor would, as far as these tests need it."""

    lists: dict[str, list[Raw]] = field(default_factory=dict)
    """path → resources."""
    included: dict[tuple[str, str], Raw] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    """Paths ("/users") and includes ("department") that the key may not read."""
    unknown: set[str] = field(default_factory=set)
    """Includes, "type.extra" names, filter names, visibilities and "stats" that this account's feature level refuses."""
    counts: bool = True
    on_page: Callable[[str, int], None] = lambda path, number: None
    writes: dict[tuple[str, str], Callable[[Asked], Answer]] = field(default_factory=dict)

    def add(self, path: str, *resources: Raw) -> None:
        self.lists.setdefault(path, []).extend(resources)

    def beside(self, *resources: Raw) -> None:
        """Resources that only includes show."""
        self.included |= {(item["type"], item["id"]): item for item in resources}

    def __call__(self, asked: Asked) -> Answer:
        if asked.headers.get("x-api-key") != KEY:
            return refusal(401, "Invalid API key", "unauthorized")
        path = asked.path.removeprefix("/api/v1")
        if (asked.method, path) in self.writes:
            return self.writes[asked.method, path](asked)
        root = "/" + path.split("/")[1]
        includes = [name for name in asked.query.get("include", "").split(",") if name]
        if root in self.denied or set(includes) & self.denied:
            return refusal(403, "No permission", "forbidden")
        if self._asked_names(asked.query, includes) & self.unknown:
            return refusal(400, "Malformed query params", "bad_request")
        if root not in self.lists:
            return refusal(404, "Record not found", "not_found")
        return self._one(root, path, asked, includes) if path != root else self._page(root, asked, includes)

    def _asked_names(self, query: Mapping[str, str], includes: list[str]) -> set[str]:
        names = set(includes)
        for name, value in query.items():
            kind, _, inner = name.partition("[")
            if kind == "filter":
                names |= {inner.rstrip("]"), *value.split(",")}
            elif kind == "extra_fields":
                names |= {f"{inner.rstrip(']')}.{item}" for item in value.split(",")}
            elif kind == "stats":
                names.add("stats")
        return names

    def _one(self, root: str, path: str, asked: Asked, includes: list[str]) -> Answer:
        found = next((item for item in self.lists[root] if item["id"] == path.split("/")[2]), None)
        if found is None:
            return refusal(404, "Record not found", "not_found")
        beside: dict[tuple[str, str], Raw] = {}
        return document({"data": self._shown(found, asked, includes, beside), "included": list(beside.values()), "meta": {}})

    def _page(self, root: str, asked: Asked, includes: list[str]) -> Answer:
        number, size = int(asked.query.get("page[number]", "1")), int(asked.query.get("page[size]", "100"))
        if size > 1:
            self.on_page(root, number)
        rows = [item for item in self.lists[root] if self._passes(item, asked.query)]
        for key in reversed(asked.query["sort"].split(",")):
            name = key.lstrip("-")
            rows.sort(key=lambda item: int(item["id"]) if name == "id" else item["attributes"][name], reverse=key.startswith("-"))
        beside: dict[tuple[str, str], Raw] = {}
        shown = [self._shown(item, asked, includes, beside) for item in rows[(number - 1) * size : number * size]]
        meta = {"stats": {"total": {"count": len(rows)}}} if "stats[total]" in asked.query and self.counts else {}
        return document({"data": shown, "included": list(beside.values()), "meta": meta})

    def _passes(self, item: Raw, query: Mapping[str, str]) -> bool:
        attributes = item["attributes"]
        for name, value in query.items():
            if name == "filter[updated_at][gt]" and not attributes["updated_at"] > value:
                return False
            plain = name.removeprefix("filter[").removesuffix("]")
            if name.startswith("filter[") and plain in attributes and str(attributes[plain]) not in value.split(","):
                return False
        hidden = attributes.get("visibility", "external")
        return hidden == "external" or hidden in query.get("filter[visibility]", "").split(",")

    def _shown(self, item: Raw, asked: Asked, includes: list[str], beside: dict[tuple[str, str], Raw]) -> Raw:
        wanted = {name.partition(".")[0] for name in includes}
        extras = asked.query.get(f"extra_fields[{item['type']}]", "").split(",")
        relationships: dict[str, Any] = {}
        for name, target in item["relations"].items():
            if name not in wanted:
                relationships[name] = {"meta": {"included": False}}
                continue
            targets = target if isinstance(target, list) else [] if target is None else [target]
            links = [{"type": type_, "id": id_} for type_, id_ in targets]
            relationships[name] = {"data": links if isinstance(target, list) else links[0] if links else None}
            below = [include.partition(".")[2] for include in includes if include.startswith(f"{name}.")]
            for key in targets:
                beside[key] = self._shown(self._find(key), asked, below, beside)
        attributes = {**item["attributes"], **{name: value for name, value in item["extra"].items() if name in extras}}
        return {"type": item["type"], "id": item["id"], "attributes": attributes, "relationships": relationships}

    def _find(self, key: tuple[str, str]) -> Raw:
        listed = {(item["type"], item["id"]): item for rows in self.lists.values() for item in rows}
        return self.included[key] if key in self.included else listed[key]


def connected(fake: FakeServer, account: Account, *, waits: list[float] | None = None, **settings: Any) -> PinpointConnector:
    fake.script = account
    return connect(
        base_url=fake.base_url,
        credential={"api_key": KEY, "subdomain": "acme"},
        settings={"seed": 1, **settings},
        sleep=(waits if waits is not None else []).append,
    )


T1, T2, T3 = "2026-02-01T10:00:00+00:00", "2026-02-02T10:00:00+00:00", "2026-02-03T10:00:00+00:00"


def user(id_: str = "1", **attributes: Any) -> Raw:
    named = {"first_name": "Uma", "last_name": "Weiss", "email": f"user{id_}@acme.test", "created_at": T1, "updated_at": T1}
    return raw("users", id_, **{**named, **attributes})


def job(id_: str = "310", relations: Mapping[str, Any] | None = None, **attributes: Any) -> Raw:
    said: dict[str, Any] = {
        "title": "Baker",
        "description": "<p>Bread.</p>",
        "description_header": None,
        "key_responsibilities": "<p>Ovens.</p>",
        "key_responsibilities_header": "Duties",
        "skills_knowledge_expertise": None,
        "skills_knowledge_expertise_header": "Skills",
        "benefits": "<p>Rolls.</p>",
        "benefits_header": None,
        "visibility": "external",
        "status": "open",
        "employment_type": "permanent_full_time",
        "url": "https://acme.test/en/jobs/310",
        "compensation_minimum": 40000,
        "compensation_maximum": "50000.5",
        "compensation_currency": "EUR",
        "compensation_frequency": "year",
        "requisition_id": "R-1",
        "reporting_to": None,
        "workplace_type": "hybrid",
        "deadline_at": None,
        "external_system_reference": None,
        "opened_at": T1,
        "closed_at": None,
        "filled_at": None,
        "created_at": T1,
        "updated_at": T2,
    }
    related: dict[str, Any] = {
        "department": None,
        "location": None,
        "hiring_manager_user": None,
        "recruitment_manager_user": None,
        "questions": [],
        "stages": [],
        "custom_attributes": [],
    }
    return raw("jobs", id_, {**related, **(relations or {})}, **{**said, **attributes})


def stage(id_: str, name: str, position: int, kind: str = "review") -> Raw:
    return raw("stages", id_, name=name, position=position, basic_type=kind, created_at=T1, updated_at=T1)


def question(id_: str, kind: str, **attributes: Any) -> Raw:
    said: dict[str, Any] = {
        "title": f"Question {id_}",
        "additional_information": None,
        "question_type": kind,
        "required": False,
        "multiple_choice_options": [],
        "num_required_answer_options": None,
        "max_num_required_answer_options": None,
    }
    return raw("questions", id_, **{**said, **attributes})


def candidate(id_: str = "7701", applications: tuple[str, ...] = (), tags: list[Raw] | None = None, **attributes: Any) -> Raw:
    said: dict[str, Any] = {
        "first_name": "Mira",
        "last_name": "Okafor",
        "email": "mira@example.test",
        "phone": "+441632960001",
        "address1": "1 High St",
        "address2": None,
        "town": "Leeds",
        "state_province": None,
        "postcode": "LS1",
        "country": "United Kingdom",
        "created_at": T1,
        "updated_at": T2,
    }
    relations = {"applications": [("applications", item) for item in applications]}
    return raw("candidates", id_, relations, {"tags": tags or [], "attachments": []}, **{**said, **attributes})


def application(
    id_: str = "50211",
    relations: Mapping[str, Any] | None = None,
    tags: list[Raw] | None = None,
    attachments: list[Raw] | None = None,
    **attributes: Any,
) -> Raw:
    said: dict[str, Any] = {
        "candidate_id": "7701",
        "job_id": "310",
        "stage_id": "4402",
        "first_name": "Mira",
        "last_name": "Okafor",
        "email": "mira@example.test",
        "phone": "+441632960001",
        "linkedin_url": None,
        "channel": "job_board",
        "channel_source": "ExampleBoard",
        "hired_at": None,
        "rejected_at": None,
        "concealed": False,
        "external_system_reference": None,
        "created_at": T1,
        "updated_at": T2,
    }
    related: dict[str, Any] = {"stage": None, "answers": [], "candidate": None}
    return raw(
        "applications",
        id_,
        {**related, **(relations or {})},
        {"tags": tags or [], "attachments": attachments or []},
        **{**said, **attributes},
    )


def interview(id_: str = "900", kind: str = "Application", relations: Mapping[str, Any] | None = None, **attributes: Any) -> Raw:
    said = {"start_at": T2, "end_at": T3, "interviewable_id": "50211", "interviewable_type": kind, "created_at": T1, "updated_at": T2}
    return raw("interviews", id_, {"stage": None, **(relations or {})}, **{**said, **attributes})
