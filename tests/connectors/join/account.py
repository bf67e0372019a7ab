"""A small JOIN account for these tests: jobs and applications made by hand behind a script for the fake server.

Written from the facts about the vendor, apart from the simulated server, so that the two cannot share a mistake. It refuses
what JOIN is known, or most likely, to refuse: another token, a scheme before the token, pages of more than fifty.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.join.connector import JoinConnector, connect
from connectors.join.manifest import MANIFEST
from tests.connectors.fake_http import Answer, Asked, FakeServer

Raw = dict[str, Any]

TOKEN = "join-test-token-5f1c"
SIGNATURE = "signature-of-a-link"
EVERYTHING: Mapping[str, frozenset[str]] = {model.name: frozenset(item.name for item in model.fields) for model in MANIFEST.models}
T1, T2, T3 = "2026-02-01T10:00:00.000Z", "2026-02-02T10:00:00.000Z", "2026-02-03T10:00:00.000Z"


def only(*models: str) -> Mapping[str, frozenset[str]]:
    return {model: EVERYTHING[model] for model in models}


def answered(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def refused(status: int, message: str, kind: str = "SomeError", **headers: str) -> Answer:
    return answered({"error": {"type": kind, "message": message}}, status, **headers)


def job(id: int = 16010001, **changes: Any) -> Raw:
    said: Raw = {
        "id": id,
        "externalId": "REQ-77",
        "title": "Backend Engineer",
        "description": "<p>Build</p>\\n<p>services</p>",
        "status": "ONLINE",
        "createdAt": T1,
        "lastUpdatedAt": T2,
        "language": "en",
        "remote": False,
        "workplaceType": "HYBRID",
        "remoteType": None,
        "categoryId": 1203,
        "employmentTypeId": 1,
        "seniorityId": 3,
        "office": {
            "id": 501,
            "name": "HQ",
            "streetName": "Example Street",
            "streetNumber": "5",
            "postalCode": "8000",
            "city": "Zurich",
            "countryIso": "ch",
            "isDefault": True,
        },
        "salary": {"from": 90000, "to": 110000, "currency": "CHF", "frequency": "PER_YEAR", "isShownOnJobAd": True},
        "contact": {"name": "Rea van Muster", "email": "Rea.Muster@Example.com", "position": "Talent Lead"},
        "hiringTeam": [],
        "screeningQuestions": [],
        "cv": "REQUIRED",
        "coverLetter": "OPTIONAL",
        "url": f"https://join.example/companies/examplecorp/{id}",
    }
    return {**said, **changes}


def without(raw: Raw, *keys: str) -> Raw:
    return {key: value for key, value in raw.items() if key not in keys}


def question(id: int, kind: str = "TEXT", **changes: Any) -> Raw:
    return {"id": id, "question": f"Question {id}", "type": kind, "isRequired": False, "options": None, **changes}


def candidate(id: int = 41000001, **changes: Any) -> Raw:
    said: Raw = {
        "id": id,
        "firstName": "Ira",
        "lastName": "Beispiel",
        "email": "ira@example.org",
        "phoneNumber": "+41790000000",
        "country": {"name": "Switzerland", "iso3166": "ch"},
        "tags": [" python ", "referral", "python", " "],
        "professionalLinks": None,
    }
    return {**said, **changes}


def stage(id: int = 7003, name: str = "Interview", index: int | None = 1) -> Raw:
    return {"id": id, "name": name, "index": index}


def application(id: int = 51230001, *, person: Raw | None = None, on: int = 16010001, **changes: Any) -> Raw:
    said: Raw = {
        "id": id,
        "createdAt": T1,
        "lastUpdatedAt": T1,
        "attachments": [],
        "source": {"product": "LinkedIn", "isPremium": False},
        "job": {"id": on, "title": "Backend Engineer", "externalId": "REQ-77"},
        "candidate": person if person is not None else candidate(),
        "screeningQuestions": [],
        "qualified": "PENDING",
        "consent": {"id": 880001, "consentStatus": "GIVEN"},
        "integrationExternalId": None,
        "state": "ACTIVE",
        "currentStage": stage(),
    }
    return {**said, **changes}


@dataclass
class Account:
    """Answers as the vendor would, as far as these tests need it."""

    jobs: list[Raw] = field(default_factory=list)
    applications: list[Raw] = field(default_factory=list)
    files: dict[str, Answer] = field(default_factory=dict)
    """Path → what the signed link answers to who sends the token, too."""
    understands_status: bool = True
    """Whether the list of jobs takes the filter; unasked it holds all but drafts."""
    on_page: Callable[[str, int], None] = lambda path, number: None
    writes: list[Asked] = field(default_factory=list)
    on_create: Callable[[Asked], Answer] | None = None
    """Answers creates instead of the account."""

    def __call__(self, asked: Asked) -> Answer:
        if "authorization" not in asked.headers:
            return refused(422, "headers.authorization: required")
        if asked.headers["authorization"] != TOKEN:
            return refused(401, "invalid token")
        if asked.method == "POST":
            self.writes.append(asked)
            return self._write(asked)
        if asked.path in self.files:
            return self.files[asked.path] if asked.query.get("sig") == SIGNATURE else refused(403, "bad signature")
        return self._read(asked)

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/v2")
        reference = {
            "/categories": [{"id": 12, "name": "IT", "subCategories": [{"id": 1203, "name": "Backend"}]}],
            "/employmentTypes": [{"id": 1, "name": "Full-time", "slug": "full-time"}, {"id": 4, "name": "Working student"}],
            "/seniorityLevels": [{"id": 3, "name": "Senior", "slug": "senior"}],
        }
        if path in reference:
            return answered(reference[path])
        if path == "/jobs":
            if "status" in asked.query and not self.understands_status:
                return refused(422, "query.status: not known")
            wanted = asked.query.get("status", "ONLINE,OFFLINE,ARCHIVED").split(",")
            return self._page(asked, "/jobs", [row for row in self.jobs if row["status"] in wanted])
        if path == "/applications":
            return self._page(asked, "/applications", self.applications)
        root, _, id = path.removeprefix("/").partition("/")
        rows = {"jobs": self.jobs, "applications": self.applications}.get(root, [])
        found = next((row for row in rows if str(row["id"]) == id), None)
        return answered(found) if found is not None else refused(404, f"{path} was not found")

    def _page(self, asked: Asked, path: str, rows: list[Raw]) -> Answer:
        number, size = int(asked.query.get("page", "1")), int(asked.query.get("pageSize", "50"))
        if not 1 <= size <= 50:
            return refused(422, "query.pageSize: at most 50")
        self.on_page(path, number)
        newest_first = sorted(rows, key=lambda row: (row["createdAt"], row["id"]), reverse=True)
        return answered(newest_first[(number - 1) * size : number * size])

    # -- writing --------------------------------------------------------------------------------------------------

    def _write(self, asked: Asked) -> Answer:
        if asked.path == "/v2/applications":
            return self.on_create(asked) if self.on_create is not None else self.create(asked)
        if asked.path.startswith("/v2/candidates/") and asked.path.endswith("/notes"):
            return answered({"id": 1}, 201)
        return refused(404, "not found")

    def create(self, asked: Asked) -> Answer:
        """As JOIN does it: person, application and files at once; one application for each e-mail and job."""
        sent = asked.json
        email = sent["candidate"]["email"].lower()
        known = [row for row in self.applications if row["candidate"]["email"].lower() == email]
        if any(row["job"]["id"] == sent["jobId"] for row in known):
            return refused(400, "Application for this candidate and job already exists")
        id = 60000000 + len(self.applications)
        person = known[0]["candidate"] if known else candidate(42000000 + id, **without(sent["candidate"], "phone"), tags=None)
        made = application(id, person=person, on=sent["jobId"], createdAt=T3, lastUpdatedAt=T3, state="APPLIED")
        self.applications.append({**made, "integrationExternalId": sent.get("integrationExternalId")})
        return answered({"id": id, "candidateId": person["id"]}, 201)

    @property
    def creates(self) -> list[Raw]:
        """What was sent to be made, attempt by attempt."""
        return [asked.json for asked in self.writes if asked.path == "/v2/applications"]

    @property
    def notes(self) -> list[tuple[str, Raw]]:
        return [(asked.path, asked.json) for asked in self.writes if asked.path.endswith("/notes")]


def file(name: str | None, content: bytes = b"%PDF-1", content_type: str | None = "application/pdf", **headers: str) -> Answer:
    """A download: only its headers tell name and type."""
    told = {} if content_type is None else {"Content-Type": content_type}
    named = {} if name is None else {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(200, content, {**told, **named, **headers})


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def connected(fake: FakeServer, account: Account, *, waits: list[float] | None = None, **settings: Any) -> JoinConnector:
    fake.script = account
    return connect(
        base_url=fake.base_url,
        credential={"token": TOKEN},
        settings=settings,
        sleep=(waits if waits is not None else []).append,
    )
