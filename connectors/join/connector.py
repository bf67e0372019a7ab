"""The JOIN connector: two streams, jobs and applications, from which all eleven models are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from connectors.join import actions, mapping
from connectors.join.applications import ApplicationsReader
from connectors.join.manifest import API, MANIFEST
from connectors.join.records import Recorder
from connectors.join.wire import LARGEST_PAGE, Api, params
from connectors.transport.seams import SeamedPages
from connectors.unified.actions import ActionInput
from connectors.unified.connector import ActionResult, Diagnostic, Page, Probed, RawReply, Stream, Wanted, Warning
from connectors.unified.errors import Invalid, NotSupported, PermissionMissing

JOBS, APPLICATIONS = "jobs", "applications"
REMEDY = 'give the token\'s owner a company role with the right "Access JOIN API", on a plan that includes the API'


def connect(
    *,
    base_url: str,
    credential: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
    sleep: Callable[[float], None] | None = None,
    verify: str | bool = True,
) -> JoinConnector:
    """Open a connection; no request is sent yet. base_url is "https://api.join.com" for the real JOIN.

    Raises:
        Invalid: the credential is not exactly {"token": text}, or a setting is unknown or out of range.
    """
    if set(credential) != {"token"} or not credential["token"].strip():
        raise Invalid(f'JOIN\'s credential is {{"token": text}}; given: {", ".join(sorted(credential)) or "nothing"}')
    chosen = {**MANIFEST.settings, **(settings or {})}
    unknown = sorted(set(chosen) - set(MANIFEST.settings))
    if unknown:
        raise Invalid(f"unknown setting {', '.join(unknown)}; known: {', '.join(MANIFEST.settings)}")
    if not isinstance(chosen["page_size"], int) or not 1 <= chosen["page_size"] <= LARGEST_PAGE:
        raise Invalid(f"page_size must be a number from 1 to {LARGEST_PAGE}, JOIN's limit")
    api = Api(base_url=base_url, token=credential["token"], sleep=sleep or time.sleep, verify=verify)
    return JoinConnector(api, page_size=chosen["page_size"])


class JoinConnector:
    """One open connection to one JOIN account. Implements connectors.unified.connector.Connector."""

    manifest = MANIFEST

    def __init__(self, api: Api, *, page_size: int) -> None:
        self.api = api
        self._page_size = page_size

    def streams(self, wanted: Wanted) -> tuple[Stream, ...]:
        """Jobs before applications, each only if something wanted comes from it."""
        streams = []
        for name in (JOBS, APPLICATIONS):
            feeds = tuple(model.name for model in MANIFEST.models if name in model.streams and model.name in wanted)
            if feeds:
                streams.append(Stream(name, feeds, delta=False))
        return tuple(streams)

    def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
        """Pages of one stream. `since` is not supported (no delta is promised) and every read is whole."""
        readers = {JOBS: self._read_jobs, APPLICATIONS: self._read_applications}
        if stream not in readers:
            raise NotSupported(f"JOIN has no stream {stream!r}; streams: {', '.join(readers)}")
        try:
            yield from readers[stream](wanted, cursor)
        except PermissionMissing as denied:
            feeds = next(found.feeds for found in self.streams(wanted) if found.name == stream)
            yield Page((), None, diagnostics=tuple(denial(model, None, denied) for model in feeds))

    def probe(self, wanted: Wanted) -> tuple[Probed, ...]:
        """One row of each stream that is needed: JOIN's one permission opens or closes whole resources."""
        probed: list[Probed] = []
        for stream in self.streams(wanted):
            try:
                self.api.listed(f"/{stream.name}", params(page=1, pageSize=1))
                denied = None
            except PermissionMissing as error:
                denied = error
            for model in stream.feeds:
                for field in (None, *sorted(wanted[model])):
                    diagnostic = None if denied is None else denial(model, field, denied)
                    probed.append(Probed(model, field, readable=denied is None, diagnostic=diagnostic))
        return tuple(probed)

    def act(self, action: str, values: ActionInput) -> ActionResult:
        """Perform a promised action. Raises ConnectorError."""
        if action not in actions.ACTIONS:
            raise NotSupported(f"JOIN's connector has no action {action!r}; it has {', '.join(actions.ACTIONS)}")
        return actions.ACTIONS[action](self.api, values)

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> RawReply:
        """A raw call below /v2. Objects and arrays are sent as JSON, texts as they are."""
        body, extra = None, dict(headers or {})
        if data is not None:
            body = data.encode() if isinstance(data, str) else orjson.dumps(data)
            extra.setdefault("content-type", "text/plain" if isinstance(data, str) else "application/json")
        query = [(name, str(value)) for name, value in (params or {}).items()]
        reply = self.api.raw(method.upper(), path, query, extra, body)
        try:
            found = orjson.loads(reply.body) if reply.body else None
        except orjson.JSONDecodeError:
            found = reply.body.decode("utf-8", "replace")
        return RawReply(reply.url, reply.status, reply.headers, found)

    def close(self) -> None:
        self.api.close()

    # -- streams ------------------------------------------------------------------------------------------------

    def _read_jobs(self, wanted: Wanted, cursor: str | None) -> Iterator[Page]:
        """All jobs as one page: a person's name is known only when every job that shows them has been read.

        A crash costs this stream a new start, which is cheap: an account has few jobs.
        """
        catalogue = self._catalogue(wanted)
        jobs = self._jobs()
        recorder = Recorder(wanted)
        for job in jobs:
            recorder.add("Jobs", str(job["id"]), mapping.JobInContext(job, catalogue))
            for index, question in enumerate(job.get("screeningQuestions") or []):
                asked = mapping.Question(str(job["id"]), index, question)
                recorder.add("Screening questions", mapping.question_key(question), asked)
                recorder.add("Job-specific screening questions", f"{job['id']}/{mapping.question_key(question)}", asked)
        self._add_people(recorder, jobs)
        yield recorder.page(cursor=None)

    def _jobs(self) -> list[dict[str, Any]]:
        """Every job in its latest version. Which statuses JOIN lists unasked is not known, so all are asked for by name."""
        try:
            steps = list(self._pages("/jobs", params(content="true", status=",".join(mapping.STATUSES))).read())
        except Invalid:
            # Assumed: JOIN understands `status`. If it does not, what it lists unasked is all there is.
            steps = list(self._pages("/jobs", params(content="true")).read())
        return list({job["id"]: job for step in steps for job in step.rows}.values())

    def _add_people(self, recorder: Recorder, jobs: Sequence[Mapping[str, Any]]) -> None:
        people: dict[str, mapping.Person] = {}
        for job in jobs:
            for key, person in _contact(job):
                people.setdefault(key, person)
        for job in jobs:
            # A hiring team knows first and last name apart, a contact only one text; so the team's word wins.
            people.update(_team(job))
        for key, person in people.items():
            recorder.add("Users", key, person)
        for job in jobs:
            for user, roles in _roles(job).items():
                member = mapping.TeamMember(str(job["id"]), user, tuple(sorted(roles)))
                recorder.add("Job hiring team members", f"{job['id']}/{user}", member)
            for warning in _without_email(job):
                recorder.warn(warning)

    def _read_applications(self, wanted: Wanted, cursor: str | None) -> Iterator[Page]:
        return ApplicationsReader(self._pages("/applications", ()), wanted).read(cursor)

    def _pages(self, path: str, query: Sequence[tuple[str, str]]) -> SeamedPages[dict[str, Any]]:
        return SeamedPages(
            fetch=lambda number, size: self.api.listed(path, [*query, ("page", str(number)), ("pageSize", str(size))]),
            key=lambda row: str(row["id"]),
            version=lambda row: row.get("lastUpdatedAt"),
            size=self._page_size,
        )

    def _catalogue(self, wanted: Wanted) -> mapping.Catalogue:
        """Only the lists that a wanted field needs."""
        fields = wanted.get("Jobs", frozenset())
        english = params(language="en")
        categories = self.api.listed("/categories", english) if "category" in fields else []
        types = self.api.listed("/employmentTypes", english) if "employment_type" in fields else []
        levels = self.api.listed("/seniorityLevels", english) if "experience_level" in fields else []
        return mapping.Catalogue(
            categories={sub["id"]: sub["name"] for category in categories for sub in category.get("subCategories") or []},
            employment_types={item["id"]: (item["name"], item.get("slug")) for item in types},
            seniority_levels={item["id"]: item["name"] for item in levels},
        )


def denial(model: str, field: str | None, error: PermissionMissing) -> Diagnostic:
    """What a refused request says of one model or field."""
    return Diagnostic(
        model,
        "not_permitted",
        field=field,
        missing_permissions=(API,),
        http_status=error.http_status,
        vendor_code=error.vendor_code,
        remedy=REMEDY,
    )


def _contact(job: Mapping[str, Any]) -> Iterator[tuple[str, mapping.Person]]:
    email = mapping.contact_email(job)
    if email is not None:
        first, last = mapping.split_name(job["contact"].get("name"))
        yield email, mapping.Person(email, first, last)


def _team(job: Mapping[str, Any]) -> Iterator[tuple[str, mapping.Person]]:
    for member in job.get("hiringTeam") or []:
        email = mapping.normal_email(member.get("email"))
        if email is not None:
            yield email, mapping.Person(email, member.get("firstName"), member.get("lastName"))


def _roles(job: Mapping[str, Any]) -> dict[str, set[str]]:
    """User key to unified roles in this job."""
    roles: dict[str, set[str]] = {}
    for member in job.get("hiringTeam") or []:
        email = mapping.normal_email(member.get("email"))
        if email is not None:
            found = roles.setdefault(email, set())
            role = mapping.TEAM_ROLES.get(str(member.get("role")))
            if role is not None:
                found.add(role)
    contact = mapping.contact_email(job)
    if contact is not None:
        roles.setdefault(contact, set()).add(mapping.CONTACT_ROLE)
    return roles


def _without_email(job: Mapping[str, Any]) -> Iterable[Warning]:
    people = [("contact", job["contact"].get("name"), job["contact"].get("email"))] if job.get("contact") else []
    people += [
        ("hiring team member", " ".join(part for part in (member.get("firstName"), member.get("lastName")) if part), member.get("email"))
        for member in job.get("hiringTeam") or []
    ]
    for role, name, email in people:
        if mapping.normal_email(email) is None:
            who = f"job {job['id']}: its {role} {name or '(no name)'}"
            yield Warning("user_without_email", f"{who} has no e-mail in JOIN and cannot be connected as a user")
