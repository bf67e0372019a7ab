"""The writes, and the read of files. A write whose answer was lost is looked up before anything is sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.asymbl import applying, soql
from connectors.asymbl.applications import ApplicationsReading
from connectors.asymbl.applying import Written
from connectors.asymbl.candidates import CandidatesReading
from connectors.asymbl.columns import APPLICANT, CONTACT, STAGE, may_create, may_edit, may_read
from connectors.asymbl.described import Described
from connectors.asymbl.files import Fetch, Files, Upload, prepared
from connectors.asymbl.manifest import MANIFEST
from connectors.asymbl.reading import Reading
from connectors.asymbl.refusals import DuplicatesFound, UnknownColumn
from connectors.asymbl.schema import Schema
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.streams import LISTINGS
from connectors.asymbl.wire import Step, Wire
from connectors.unified.actions import (
    ActionInput,
    AddApplicationAttachment,
    CreateCandidate,
    GetCandidateAttachments,
    MoveApplication,
)
from connectors.unified.connector import ActionResult, Record
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import AlreadyExists, ConnectorError, Invalid, NotFound, NotSupported, OutcomeUnknown, PermissionMissing

EVERYTHING = {model.name: frozenset(item.name for item in model.fields) for model in MANIFEST.models}
PERSON, JOB, STAGE_OF = "bpats__ATS_Applicant__c", "bpats__Job__c", "bpats__Stage__c"
OVERRULE = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}


@dataclass(frozen=True, slots=True)
class Made:
    """An application, and whose it is."""

    application: str
    contact: str


@dataclass(frozen=True, slots=True)
class Actions:
    """Performs actions on one org."""

    wire: Wire
    settings: Settings
    fetch: Fetch

    def perform(self, action: str, values: ActionInput) -> ActionResult:
        """Raises NotSupported for what is not promised, else what the vendor makes of it."""
        try:
            return self._performed(action, values)
        except UnknownColumn as hidden:
            raise PermissionMissing(
                str(hidden), http_status=hidden.http_status, vendor_code=hidden.vendor_code, missing_permissions=hidden.missing_permissions
            ) from hidden

    def _performed(self, action: str, values: ActionInput) -> ActionResult:
        match action, values:
            case "Create candidate" | "Create application", CreateCandidate():
                return self._create(values)
            case "Add attachment to application", AddApplicationAttachment():
                return self._add_attachment(values)
            case "Move application to stage", MoveApplication():
                return self._move(values)
            case "Get candidate attachments", GetCandidateAttachments():
                return self._attachments(values.candidate_id)
            case _:
                raise NotSupported(f"the Asymbl connector does not promise {action!r} with {type(values).__name__}")

    # -- create ---------------------------------------------------------------------------------------------------

    def _create(self, given: CreateCandidate) -> ActionResult:
        warnings: list[Notice] = []
        uploads = self._fetched(given, warnings)
        person = self._known(given.candidate.email_address)
        if person is not None and (there := self._application_of(person, given.application.job_id)) is not None:
            raise AlreadyExists(f"contact {person} has applied to job {given.application.job_id} already: application {there}")
        stage = given.application.stage_id or self._first_stage(given.application.job_id)
        described = self._expect(APPLICANT) if given.source is not None else None
        made = self._applied(given, person, stage, described, warnings)
        warnings += self._hang(made.contact, uploads)
        records = self._read_back(made, warnings)
        return ActionResult({"Candidates": made.contact, "Applications": made.application}, records, warnings=tuple(warnings))

    def _fetched(self, given: CreateCandidate, warnings: list[Notice]) -> list[Upload]:
        """The files that can be had. A person who applies is not turned away for the sake of a broken link."""
        uploads = []
        for file in given.attachments:
            try:
                uploads.append(prepared(file, self.fetch, at_most=self.settings.max_file_bytes))
            except ConnectorError as error:
                warnings.append(Notice("attachment_failed", f"{file.name!r} was not attached: {error}"))
        return uploads

    def _known(self, email: str) -> str | None:
        """The contact with this e-mail, whatever its letter case; the oldest of several."""
        select = Select(("Id",), CONTACT, (f"Email = {soql.text(email)}",), ("CreatedDate ASC", "Id ASC"), 1)
        return next((row["Id"] for row in self.wire.rows(select)), None)

    def _application_of(self, person: str, job: str) -> str | None:
        conditions = (f"{PERSON} = {soql.text(person)}", f"{JOB} = {soql.text(job)}")
        return next((row["Id"] for row in self.wire.rows(Select(("Id",), APPLICANT, conditions, limit=1))), None)

    def _first_stage(self, job: str) -> str | None:
        """None: the job has no stages, and whether an application can do without one is the org's to say."""
        select = Select(("Id",), STAGE, (f"{JOB} = {soql.text(job)}",), ("bpats__Sequence__c ASC NULLS LAST", "Id ASC"), 1)
        return next((row["Id"] for row in self.wire.rows(select)), None)

    def _expect(self, sobject: str) -> Described:
        """The object, if records of it may be made. Raises PermissionMissing."""
        described = self.wire.describe(sobject)
        if described is None or not described.createable:
            needs = (may_read(sobject), may_create(sobject)) if described is None else (may_create(sobject),)
            raise PermissionMissing(f"the user may not create {sobject}", missing_permissions=needs)
        return described

    def _applied(
        self, given: CreateCandidate, person: str | None, stage: str | None, described: Described | None, warnings: list[Notice]
    ) -> Made:
        if person is not None:
            return self._to_known(given, person, stage, described, warnings)
        contact = applying.contact(given, self._expect(CONTACT))
        application = applying.application(given, described, person="@{contact.id}", stage=stage)
        try:
            made = self._both(given, contact, application, headers={})
        except DuplicatesFound as found:
            same = self._same_person(found.matches, given.candidate.email_address)
            if same is not None:
                return self._to_known(given, same, stage, described, warnings)
            if not found.may_save:
                raise
            # Alike, but with another e-mail, which is what tells people apart here.
            made = self._both(given, contact, application, headers=OVERRULE)
        warnings += [*contact.warnings, *application.warnings]
        return made

    def _both(self, given: CreateCandidate, contact: Written, application: Written, *, headers: Mapping[str, str]) -> Made:
        """Person and application, both or neither."""
        steps = (
            Step("POST", f"/sobjects/{CONTACT}", "contact", contact.values, headers, (may_create(CONTACT),)),
            Step("POST", f"/sobjects/{APPLICANT}", "application", application.values, needs=(may_create(APPLICANT),)),
        )

        def send() -> Made:
            person, applied = self.wire.together(steps)
            return Made(str(applied["id"]), str(person["id"]))

        return self._sent_once(send, given)

    def _to_known(
        self, given: CreateCandidate, person: str, stage: str | None, described: Described | None, warnings: list[Notice]
    ) -> Made:
        """The application alone: a contact that is there is reused as it is."""
        application = applying.application(given, described, person=person, stage=stage)

        def send() -> Made:
            made = self.wire.write("POST", f"/sobjects/{APPLICANT}", application.values, needs=(may_create(APPLICANT),))
            return Made(str(made["id"]), person)

        made = self._sent_once(send, given)
        warnings += application.warnings
        return made

    def _same_person(self, matches: Sequence[str], email: str) -> str | None:
        if not matches:
            return None
        conditions = (f"Id IN {soql.texts(matches)}", f"Email = {soql.text(email)}")
        select = Select(("Id",), CONTACT, conditions, ("CreatedDate ASC", "Id ASC"), 1)
        return next((row["Id"] for row in self.wire.rows(select)), None)

    def _sent_once(self, send: Any, given: CreateCandidate) -> Made:
        """Send; after a lost answer look: before this call there was no such application, so one that is there now is ours."""
        try:
            made: Made = send()
        except OutcomeUnknown as lost:
            found = self._looked_up(given, lost)
            if found is not None:
                return found
        else:
            return made
        try:
            made = send()
        except (OutcomeUnknown, AlreadyExists) as again:
            # The first one may have come through after we looked.
            found = self._looked_up(given, again)
            if found is None:
                raise
            return found
        return made

    def _looked_up(self, given: CreateCandidate, lost: ConnectorError) -> Made | None:
        self.wire.retries.pause()
        conditions = (
            f"{JOB} = {soql.text(given.application.job_id)}",
            f"{PERSON[:-1]}r.Email = {soql.text(given.candidate.email_address)}",
        )
        select = Select(("Id", PERSON), APPLICANT, conditions, ("CreatedDate DESC", "Id DESC"), 1)
        try:
            rows = self.wire.rows(select)
        except ConnectorError as error:
            # Whoever cannot look cannot know, and must not send again.
            raise OutcomeUnknown(f"{lost}; looking whether it did: {error}", http_status=lost.http_status) from error
        return Made(rows[0]["Id"], rows[0][PERSON]) if rows else None

    def _hang(self, contact: str, uploads: Sequence[Upload]) -> list[Notice]:
        """The files; the application is in being, so that one that fails must not make the caller send it all again."""
        warnings = []
        for upload in uploads:
            try:
                Files(self.wire, self.settings.max_file_bytes).add(contact, upload)
            except ConnectorError as error:
                missing = f" (missing: {', '.join(error.missing_permissions)})" if error.missing_permissions else ""
                warnings.append(Notice("attachment_failed", f"{upload.name!r} was not attached: {error}{missing}"))
        return warnings

    # -- change ---------------------------------------------------------------------------------------------------

    def _move(self, given: MoveApplication) -> ActionResult:
        path, body = f"/sobjects/{APPLICANT}/{given.application_id}", {STAGE_OF: given.stage_id}

        def send() -> None:
            self.wire.write("PATCH", path, body, needs=(may_edit(APPLICANT),))

        try:
            send()
        except NotFound as hidden:
            # An object that may not be seen is answered like a record that is not there.
            if self.wire.describe(APPLICANT) is None:
                raise PermissionMissing(str(hidden), http_status=404, missing_permissions=(may_read(APPLICANT),)) from hidden
            raise
        except OutcomeUnknown as lost:
            self.wire.retries.pause()
            try:
                row = self._application(given.application_id)
            except ConnectorError as error:
                raise OutcomeUnknown(f"{lost}; looking whether it did: {error}", http_status=lost.http_status) from error
            if row[STAGE_OF] != given.stage_id:
                send()
        warnings: list[Notice] = []
        return ActionResult(records=self._application_records(given.application_id, warnings, Schema(self.wire)), warnings=tuple(warnings))

    def _add_attachment(self, given: AddApplicationAttachment) -> ActionResult:
        upload = prepared(given.attachment, self.fetch, at_most=self.settings.max_file_bytes)
        contact = self._application(given.application_id)[PERSON]
        if contact is None:
            raise Invalid(f"application {given.application_id} has lost its contact, and files hang on contacts")
        Files(self.wire, self.settings.max_file_bytes).add(contact, upload)
        return ActionResult()

    def _application(self, id: str) -> dict[str, Any]:
        rows = self.wire.rows(Select(("Id", PERSON, STAGE_OF), APPLICANT, (f"Id = {soql.text(id)}",)))
        if not rows:
            raise NotFound(f"no ATS Applicant {id}")
        return rows[0]

    # -- files ----------------------------------------------------------------------------------------------------

    def _attachments(self, contact: str) -> ActionResult:
        if not self.wire.rows(Select(("Id",), CONTACT, (f"Id = {soql.text(contact)}",))):
            raise NotFound(f"no Contact {contact}")
        results, warnings = Files(self.wire, self.settings.max_file_bytes).of(contact)
        return ActionResult(data={"results": results}, warnings=tuple(warnings))

    # -- reading back ---------------------------------------------------------------------------------------------

    def _read_back(self, made: Made, warnings: list[Notice]) -> tuple[Record, ...]:
        """The records as a sync would deliver them."""
        schema = Schema(self.wire)
        people = CandidatesReading(self.wire, self.settings, LISTINGS["candidates"], EVERYTHING, None, schema, one_by_one=True)
        return (
            *self._records(people, "Candidates", made.contact, warnings),
            *self._application_records(made.application, warnings, schema),
        )

    def _application_records(self, id: str, warnings: list[Notice], schema: Schema) -> tuple[Record, ...]:
        reading = ApplicationsReading(self.wire, self.settings, LISTINGS["applications"], EVERYTHING, None, schema)
        return self._records(reading, "Applications", id, warnings)

    def _records(self, reading: Reading, model: str, id: str, warnings: list[Notice]) -> tuple[Record, ...]:
        """What was written stands, so a failed read of it is no more than a warning."""
        try:
            view = reading.view()
            if not view.columns:
                return ()
            rows = self.wire.rows(Select(view.columns, view.sobject, (f"Id = {soql.text(id)}",)))
            records, _ = reading.records((model,), view, rows)
        except ConnectorError as error:
            warnings.append(Notice("not_read_back", f"done, but {model} {id} could not be read back: {error}"))
            return ()
        return tuple(records)
