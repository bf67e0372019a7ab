"""The promised actions. A write whose answer was lost is looked up before anything is sent a second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from connectors.pinpoint import applying, details, files
from connectors.pinpoint.answering import answers
from connectors.pinpoint.creating import created_application, created_person, moved_record
from connectors.pinpoint.manifest import (
    MANIFEST,
    READ_APPLICATIONS,
    READ_CANDIDATES,
    READ_COMMENTS,
    READ_JOBS,
    WRITE_APPLICATIONS,
    WRITE_COMMENTS,
)
from connectors.pinpoint.wire import ALL_VISIBILITIES, PRIVATE, Filter, Payload, Query, Refused, Resource, Wire
from connectors.transport.client import Download
from connectors.transport.retry import Retries
from connectors.unified.actions import (
    ActionInput,
    AddNote,
    AddResultLink,
    CreateCandidate,
    GetApplicationAttachments,
    GetCandidateAttachments,
    MoveApplication,
)
from connectors.unified.connector import ActionResult
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import ConnectorError, Invalid, NotSupported, OutcomeUnknown

MOST_ATTACHMENT_PAGES = 50
PAGE_SIZE = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Actions:
    """Performs actions on one account."""

    wire: Wire
    retries: Retries
    fetch: Callable[[str], Download]
    skip_notifications: bool

    def perform(self, action: str, values: ActionInput) -> ActionResult:
        """Raises NotSupported for what is not promised, else what the vendor makes of it."""
        match action, values:
            case "Create candidate" | "Create application", CreateCandidate():
                return self._create(action, values)
            case "Move application to stage", MoveApplication():
                return self._move(values)
            case "Add result link to application", AddResultLink():
                return self._add_result_link(values)
            case "Add note to application", AddNote():
                self._comment(values.application_id, values.content)
                return ActionResult()
            case "Get application attachments", GetApplicationAttachments():
                return self._application_attachments(values.application_id)
            case "Get candidate attachments", GetCandidateAttachments():
                return self._candidate_attachments(values.candidate_id)
            case _:
                raise NotSupported(f"the Pinpoint connector does not promise {action!r} with {type(values).__name__}")

    # --- create ------------------------------------------------------------------------------------------------------

    def _create(self, action: str, given: CreateCandidate) -> ActionResult:
        warnings = [*applying.unpromised(given, MANIFEST.action(action)), *applying.source_warnings(given), *applying.link_warnings(given)]
        cv, discarded = files.one_cv(given.attachments)
        answered, unanswered = self._answers(given)
        # The reference is what makes a lost answer findable, so that it need not be repeated blindly.
        attributes = {**applying.attributes(given), "external_system_reference": f"ats-{uuid4().hex}"}
        if self.skip_notifications:
            attributes["skip_notifications_on_create"] = True
        if cv is not None:
            attributes |= {"cv_base64_filename": cv.name, "cv_base64_data": files.data_url(cv, self.fetch)}
        attributes |= applying.own_words(given.remote_fields)
        links = {"job": ("jobs", given.application.job_id)}
        if given.application.stage_id is not None:
            links["stage"] = ("stages", given.application.stage_id)
        payload = Payload("applications", attributes, links, {"answers": answered} if answered else {})
        application = self._sent_once(
            lambda: self.wire.write("POST", "/applications", payload, needs=(WRITE_APPLICATIONS,)),
            look=lambda: self._by_reference(attributes),
        )
        warnings += [*discarded, *unanswered]
        return self._created(application, warnings, at_the_beginning=given.application.stage_id is None)

    def _answers(self, given: CreateCandidate) -> tuple[list[Payload], list[Notice]]:
        """The job is read only when there are answers: a key may be allowed to push people and nothing else."""
        if not given.screening_question_answers:
            return [], []
        job = self.wire.one(f"/jobs/{given.application.job_id}", Query(include=("questions",)), needs=(READ_JOBS,))
        questions = {question.id: question for question in job.many("questions")}
        return answers(given.screening_question_answers, questions, self.fetch)

    def _by_reference(self, attributes: Mapping[str, Any]) -> Resource | None:
        reference = attributes.get("external_system_reference")
        if not isinstance(reference, str) or not reference or "," in reference:
            # A comma would ask for either of two, and nothing at all for whatever has no reference.
            raise Invalid(f"applications cannot be looked up by the reference {reference!r}")
        filters = (("external_system_reference", reference),)
        found = self._of_every_job(lambda every: self._listed(Query(filters=(*filters, every), sort="id", page=(1, 2))))
        return next((row for row in found if row.get("external_system_reference") == reference), None)

    def _created(self, application: Resource, warnings: list[Notice], *, at_the_beginning: bool) -> ActionResult:
        candidate_id = _candidate_id(application)
        if candidate_id is None:
            try:
                candidate_id = _candidate_id(self._application(application.id, include=("candidate",)))
            except ConnectorError as refusal:
                message = f"application {application.id} was created, but the vendor's answer names no candidate, and reading it: {refusal}"
                warnings.append(Notice("candidate_unknown", message))
        created = {"Applications": application.id} | ({} if candidate_id is None else {"Candidates": candidate_id})
        return ActionResult(
            created,
            records=(created_application(application, candidate_id, at_the_beginning=at_the_beginning),),
            if_new=() if candidate_id is None else (created_person(application, candidate_id),),
            warnings=tuple(warnings),
        )

    def _application(self, application_id: str, **asked: Any) -> Resource:
        """One application, with what else is asked for (`include`, `extra_fields`). Raises ConnectorError."""
        path, needs = f"/applications/{application_id}", (READ_APPLICATIONS,)
        return self._of_every_job(lambda every: self.wire.one(path, Query(**asked, filters=(every,)), needs=needs))

    def _listed(self, query: Query) -> tuple[Resource, ...]:
        return self.wire.list("/applications", query, needs=(READ_APPLICATIONS,))

    def _of_every_job(self, ask: Callable[[Filter], T]) -> T:
        """The answer for jobs of every visibility: what hangs on a confidential job is not found unless asked for, not even by its id.

        Accounts that do not know private jobs refuse to be asked for them; they have none, so nothing is missed without.
        """
        try:
            return ask(("job_visibility", ",".join(ALL_VISIBILITIES)))
        except Refused:
            return ask(("job_visibility", ",".join(name for name in ALL_VISIBILITIES if name != PRIVATE)))

    # --- change ------------------------------------------------------------------------------------------------------

    def _move(self, given: MoveApplication) -> ActionResult:
        payload = Payload("applications", links={"stage": ("stages", given.stage_id)}, id=given.application_id)

        def look() -> Resource | None:
            found = self._application(given.application_id)
            return found if str(found.get("stage_id")) == given.stage_id else None

        moved = self._sent_once(
            lambda: self.wire.write("PUT", f"/applications/{given.application_id}", payload, needs=(WRITE_APPLICATIONS,)), look=look
        )
        return ActionResult(records=moved_record(moved))

    def _add_result_link(self, given: AddResultLink) -> ActionResult:
        lines = [f"{given.label}: {given.url}"]
        if given.details is not None:
            lines += [f"{attribute.key}: {attribute.value}" for attribute in given.details.attributes]
        self._comment(given.application_id, "\n".join(lines))
        if given.details is None:
            return ActionResult()
        # The comment holds everything already, so what cannot be written as custom fields is a warning and no failure.
        writer = details.CustomFields(self.wire, sent_once=self._sent_once)
        return ActionResult(warnings=writer.write(given.application_id, given.details))

    def _comment(self, application_id: str, text: str) -> Resource:
        payload = Payload("comments", {"body_text": text}, links={"commentable": ("applications", application_id)})

        def look() -> Resource | None:
            filters = (("commentable_id", application_id), ("commentable_type", "Application"))
            newest = self.wire.list("/comments", Query(filters=filters, sort="-created_at", page=(1, 20)), needs=(READ_COMMENTS,))
            return next((comment for comment in newest if comment.get("body_text") == text), None)

        return self._sent_once(lambda: self.wire.write("POST", "/comments", payload, needs=(WRITE_COMMENTS,)), look=look)

    def _sent_once(self, send: Callable[[], T], *, look: Callable[[], T | None]) -> T:
        """Send; after a lost answer look once: adopt what is there, send again only what certainly is not."""
        try:
            return send()
        except OutcomeUnknown as lost:
            self.retries.pause()
            try:
                found = look()
            except ConnectorError as error:
                # Whoever cannot look cannot know, and must not send again.
                raise OutcomeUnknown(
                    f"{lost}; looking whether it did: {error}", http_status=lost.http_status, operation=lost.operation
                ) from error
        return found if found is not None else send()

    # --- attachments -------------------------------------------------------------------------------------------------

    def _application_attachments(self, application_id: str) -> ActionResult:
        application = self._application(application_id, extra_fields=(("applications", "attachments"),))
        return ActionResult(data={"results": [item.row() for item in files.shown(application)]})

    def _candidate_attachments(self, candidate_id: str) -> ActionResult:
        """The person's own, and those of all their applications."""
        query = Query(extra_fields=(("candidates", "attachments"),))
        person = self.wire.one(f"/candidates/{candidate_id}", query, needs=(READ_CANDIDATES,))
        # Without the applications' files the list would look complete and not be; so their refusal is the action's.
        owners = [person, *self._of_every_job(lambda every: self._applications_of(candidate_id, every))]
        rows: dict[str, dict[str, Any]] = {}
        for item in (item for owner in owners for item in files.shown(owner)):
            # A file that the person and an application share has one address.
            rows.setdefault(item.url, {**item.row(), **files.owner_of(item, candidate_id)})
        return ActionResult(data={"results": list(rows.values())})

    def _applications_of(self, candidate_id: str, every: Filter) -> list[Resource]:
        found: list[Resource] = []
        for number in range(1, MOST_ATTACHMENT_PAGES + 1):
            query = Query(
                extra_fields=(("applications", "attachments"),),
                filters=(("candidate_id", candidate_id), every),
                sort="id",
                page=(number, PAGE_SIZE),
            )
            page = self._listed(query)
            found += page
            if len(page) < PAGE_SIZE:
                break
        return found


def _candidate_id(application: Resource) -> str | None:
    """As an attribute, else at the end of the relation; older accounts show neither."""
    value = application.get("candidate_id")
    return next(iter(application.ids("candidate")), None) if value is None else str(value)
