"""The JOIN connector: two streams, jobs and applications, from which all eleven models are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connectors.join import actions, people
from connectors.join.applications import ApplicationsReader
from connectors.join.jobs import STATUSES, Catalogue, JobInContext
from connectors.join.manifest import API, MANIFEST
from connectors.join.questions import Question
from connectors.join.records import Recorder
from connectors.join.wire import LARGEST_PAGE, Api, params
from connectors.transport.client import Params
from connectors.unified.actions import ActionInput
from connectors.unified.connector import ActionResult, Diagnostic, Page, Probed, RawReply, Stream, Wanted
from connectors.unified.errors import Invalid, NotSupported, PermissionMissing

JOBS, APPLICATIONS = "jobs", "applications"
SHOWN_BY_JOBS = {
    "contact": ("Users", "Job hiring team members"),
    "hiringTeam": ("Job hiring team members", "Users"),
    "screeningQuestions": ("Screening questions", "Job-specific screening questions"),
}
"""Keys of a job, and the models that are unknown, not empty, where a job has no such key. All but the contact are assumed."""
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
    if set(credential) != {"token"}:
        raise Invalid(f'JOIN\'s credential is {{"token": text}}; given: {", ".join(sorted(credential)) or "nothing"}')
    token = credential["token"].strip()
    if not token or not token.isascii() or not token.isprintable():
        raise Invalid("JOIN's token is empty or no printable ASCII text")
    chosen = {**MANIFEST.settings, **(settings or {})}
    unknown = sorted(set(chosen) - set(MANIFEST.settings))
    if unknown:
        raise Invalid(f"unknown setting {', '.join(unknown)}; known: {', '.join(MANIFEST.settings)}")
    if type(chosen["page_size"]) is not int or not 1 <= chosen["page_size"] <= LARGEST_PAGE:
        raise Invalid(f"page_size must be a number from 1 to {LARGEST_PAGE}, JOIN's limit")
    # An API path left on the address by habit is taken off.
    root = base_url.rstrip("/").removesuffix("/v2")
    api = Api(base_url=root, token=token, sleep=sleep if sleep is not None else time.sleep, verify=verify)
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
        # Neither reader has a place to go on from: see there.
        readers = {JOBS: self._read_jobs, APPLICATIONS: self._read_applications}
        if stream not in readers:
            raise NotSupported(f"JOIN has no stream {stream!r}; streams: {', '.join(readers)}")
        try:
            yield from readers[stream](wanted)
        except PermissionMissing as denied:
            yield Page((), None, diagnostics=tuple(denial(model, None, denied) for model in self._feeds(stream, wanted)))

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
        return self.api.raw(method.upper(), path, params if params is not None else {}, headers if headers is not None else {}, data)

    def close(self) -> None:
        self.api.close()

    # -- streams ------------------------------------------------------------------------------------------------

    def _read_jobs(self, wanted: Wanted) -> Iterator[Page]:
        """All jobs as one page: a person's name is known only when every job that shows them has been read.

        A crash costs this stream a new start, which is cheap: an account has few jobs.
        """
        catalogue = self._catalogue(wanted)
        jobs, settled = self._jobs()
        recorder = Recorder(wanted)
        for job in jobs:
            recorder.add("Jobs", str(job["id"]), JobInContext(job, catalogue))
            for index, question in enumerate(job.get("screeningQuestions") or []):
                asked = Question(str(job["id"]), index, question)
                recorder.add("Screening questions", asked.key, asked)
                recorder.add("Job-specific screening questions", f"{job['id']}/{asked.key}", asked)
        self._add_people(recorder, jobs)
        for key, models in SHOWN_BY_JOBS.items():
            if any(key not in job for job in jobs):
                recorder.miss(models, "unsupported", f"JOIN's jobs do not show {key!r}, so this model is incomplete at best")
        if not settled:
            recorder.miss(self._feeds(JOBS, wanted), "not_yet_synced", "JOIN's jobs changed faster than they could be read")
        yield recorder.page(cursor=None)

    def _jobs(self) -> tuple[list[dict[str, Any]], bool]:
        """(every job in its latest version, whether none can be missing).

        Which statuses JOIN lists unasked is not known, so all are asked for by name. Assumed: it understands `status`. If it
        does not, and refuses it or finds nothing by it, what it lists unasked is all there is.
        """
        try:
            found = self._job_list(params(content="true", status=",".join(STATUSES)))
        except Invalid:
            found = [], True
        return found if found[0] else self._job_list(params(content="true"))

    def _job_list(self, query: Params) -> tuple[list[dict[str, Any]], bool]:
        steps = list(self.api.pages("/jobs", query, size=self._page_size).read())
        return list({job["id"]: job for step in steps for job in step.rows}.values()), all(step.settled for step in steps)

    def _feeds(self, stream: str, wanted: Wanted) -> tuple[str, ...]:
        return next((found.feeds for found in self.streams(wanted) if found.name == stream), ())

    def _add_people(self, recorder: Recorder, jobs: Sequence[Mapping[str, Any]]) -> None:
        users: dict[str, people.Person] = {}
        for job in jobs:
            for key, person in people.contact_of(job):
                users.setdefault(key, person)
        for job in jobs:
            for key, person in people.team_of(job):
                # A hiring team knows first and last name apart, a contact only one text; so the team's word wins, if it has one.
                if person.named or key not in users:
                    users[key] = person
        for key, person in users.items():
            recorder.add("Users", key, person)
        for job in jobs:
            for user, roles in people.roles_of(job).items():
                member = people.TeamMember(str(job["id"]), user, tuple(sorted(roles)))
                recorder.add("Job hiring team members", f"{job['id']}/{user}", member)
            for warning in (*people.without_email(job), *people.unknown_roles(job)):
                recorder.warn(warning)

    def _read_applications(self, wanted: Wanted) -> Iterator[Page]:
        return ApplicationsReader(self.api.pages("/applications", size=self._page_size), wanted).read()

    def _catalogue(self, wanted: Wanted) -> Catalogue:
        """Only the lists that a wanted field needs."""
        fields = wanted.get("Jobs", frozenset())
        english = params(language="en")
        categories = self.api.listed("/categories", english) if "category" in fields else []
        types = self.api.listed("/employmentTypes", english) if "employment_type" in fields else []
        levels = self.api.listed("/seniorityLevels", english) if "experience_level" in fields else []
        return Catalogue(
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
