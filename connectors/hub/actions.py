"""Performs one action: checks the input, puts the vendor's ids in, calls the connector, keeps and returns what it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from connectors.hub.answers import NotAnswerable, vendor_answer
from connectors.hub.codes import ACTION_DISABLED, ACTION_NOT_AVAILABLE, INPUT_INVALID, SETUP_SYNC_PENDING, Refused, code_of
from connectors.hub.ids import unified_id
from connectors.hub.ingest import ingest, resolved
from connectors.hub.inputs import parsed, promised_only
from connectors.hub.progress import Progress
from connectors.hub.records import Records, Row
from connectors.hub.redact import Redactor
from connectors.hub.scope import Scope
from connectors.hub.store import Store
from connectors.unified.actions import ACTIONS, ActionInput, CreateCandidate, ScreeningAnswer, Source
from connectors.unified.connector import ActionResult, Connector, Record, Ref, Warning
from connectors.unified.errors import ConnectorError
from connectors.unified.models import IDENTITY, MODELS, REFERENCES
from connectors.unified.service import ActionOutcome

REMOTE = "remote:"
"""Before a vendor's own id, where one may stand in place of a unified id."""

# Input to (model, whether "remote:<id>" may stand there).
ID_INPUTS: dict[str, tuple[str, bool]] = {
    "application.job_id": ("Jobs", True),
    "application.stage_id": ("Application Stages", False),
    "application_id": ("Applications", False),
    "candidate_id": ("Candidates", False),
    "stage_id": ("Application Stages", False),
    "sourced_by.user_id": ("Users", True),
}

RETURNED = {"Create candidate": "Candidates", "Create application": "Applications"}
"""Actions that answer with the record that they made."""


@dataclass(frozen=True)
class ActionRun:
    """The means of one action."""

    integration_id: str
    connector: Connector
    scope: Scope
    source_name: str | None
    store: Store
    records: Records
    progress: Progress
    redactor: Redactor

    def run(self, action: str, values: Mapping[str, Any]) -> ActionOutcome:
        """Perform it; every failure that has a unified code comes back as one."""
        warnings: list[Warning] = []
        try:
            ready = self._prepared(action, values, warnings)
            result = self.connector.act(action, ready)
        except Refused as refused:
            return self._failed(refused.code, str(refused), warnings)
        except ConnectorError as error:
            return self._failed(code_of(error), _told(error), warnings)
        data = self._kept(action, result, warnings)
        return ActionOutcome(ok=True, data=data, warnings=self._texts([*warnings, *result.warnings]))

    def _failed(self, code: str, message: str, warnings: list[Warning]) -> ActionOutcome:
        return ActionOutcome(ok=False, code=code, message=self.redactor.text(message), warnings=self._texts(warnings))

    def _texts(self, warnings: list[Warning]) -> tuple[str, ...]:
        return tuple(self.redactor.text(f"{warning.code}: {warning.message}") for warning in warnings)

    # -- before -------------------------------------------------------------------------------------------------

    def _prepared(self, action: str, values: Mapping[str, Any], warnings: list[Warning]) -> ActionInput:
        self._admit(action)
        given = parsed(action, values)
        if isinstance(given, CreateCandidate) and given.source is None and self.source_name is not None:
            given = given.model_copy(update={"source": Source(name=self.source_name)})
        fitted, dropped = promised_only(given, self.scope.manifest.action(action), self.scope.manifest.vendor)
        warnings.extend(dropped)
        with self.store.begin() as connection:
            for path, (model, remote) in ID_INPUTS.items():
                fitted = self._with_vendor_id(connection, fitted, path, model, remote=remote)
            if isinstance(fitted, CreateCandidate):
                answers = self._vendor_answers(connection, fitted.screening_question_answers, warnings)
                fitted = fitted.model_copy(update={"screening_question_answers": answers})
        return fitted

    def _admit(self, action: str) -> None:
        """Raises Refused for an action that is not there, off, or too early."""
        promised = [item.name for item in self.scope.manifest.actions]
        if action not in ACTIONS or action not in promised:
            raise Refused(ACTION_NOT_AVAILABLE, f"{self.scope.manifest.title} has no action {action!r}; it has {', '.join(promised)}")
        if action not in self.scope.actions:
            raise Refused(ACTION_DISABLED, f"{action!r} is turned off in the scope config")
        with self.store.begin() as connection:
            if not self.progress.ever(connection):
                raise Refused(SETUP_SYNC_PENDING, "the first sync has not come through yet")

    def _with_vendor_id(
        self, connection: Connection, values: ActionInput, path: str, model: str, *, remote: bool, inside: str = ""
    ) -> ActionInput:
        """The input with the vendor's id at `path`, if something stands there. `inside`: where `values` is in the whole input."""
        head, _, tail = path.partition(".")
        held = getattr(values, head, None)
        if held is None:
            return values
        if isinstance(held, ActionInput):
            inner = self._with_vendor_id(connection, held, tail, model, remote=remote, inside=f"{inside}{head}.")
            return values.model_copy(update={head: inner})
        return values.model_copy(update={head: self._vendor_id(connection, str(held), f"{inside}{path}", model, remote=remote)})

    def _vendor_id(self, connection: Connection, id: str, path: str, model: str, *, remote: bool) -> str:
        if remote and id.startswith(REMOTE):
            return id.removeprefix(REMOTE)
        key = self.records.key_of(connection, model, id)
        if key is None:
            forms = f"a unified id of {model}" + (f" or {REMOTE}<the vendor's id>" if remote else "")
            raise Refused(INPUT_INVALID, f"{path}: {id!r} is unknown; expected {forms}")
        return key

    def _vendor_answers(
        self, connection: Connection, answers: tuple[ScreeningAnswer, ...], warnings: list[Warning]
    ) -> tuple[ScreeningAnswer, ...]:
        ready = []
        for index, answer in enumerate(answers):
            where = f"screening_question_answers.{index}"
            key = self.records.key_of(connection, "Screening questions", answer.question_id)
            if key is None:
                warnings.append(Warning("question_unknown", f"{where}: no question {answer.question_id!r}; the answer was left out"))
                continue
            question = next(self.records.read(connection, "Screening questions", keys=[key]))
            try:
                ready.append(ScreeningAnswer(question_id=key, answer=vendor_answer(f"{where}.answer", answer.answer, question["format"])))
            except NotAnswerable as why:
                warnings.append(Warning("question_not_answerable", f"{where}: the answer was left out, {why}"))
        return tuple(ready)

    # -- after --------------------------------------------------------------------------------------------------

    def _kept(self, action: str, result: ActionResult, warnings: list[Warning]) -> Mapping[str, Any]:
        """Store what the action made, so that its ids work before the next sync; the answer's data."""
        with self.store.begin() as connection:
            for made, key in {**self._found(result), **result.created}.items():
                self.records.remember_created(connection, made, key)
            interrupted = self.progress.last(connection)
            sync_id = interrupted.id if interrupted is not None and interrupted.state is None else None
            unknown = [record for record in result.if_new if not any(self.records.read(connection, record.model, keys=[record.key]))]
            for record in (*result.records, *unknown):
                found = ingest(record, integration_id=self.integration_id, scope=self.scope)
                warnings.extend(Warning("record_incomplete", f"{one.model}.{one.field}: {one.detail}") for one in found.diagnostics)
                if found.row is not None:
                    self.records.put(connection, [self._completed(connection, found.row, found.left_out)], sync_id)
            model = RETURNED.get(action)
            if model is None or model not in result.created:
                return resolved_data(result.data, self.integration_id)
            return {**resolved_data(result.data, self.integration_id), **self._row(connection, model, result.created[model])}

    def _completed(self, connection: Connection, row: Row, left_out: tuple[str, ...]) -> Row:
        """What the vendor's answer does not show stays as it is stored; of a new record it is null until the next sync."""
        stored = next(self.records.read(connection, row.model, keys=[row.key]), {})
        return replace(row, values={**row.values, **{name: stored.get(name) for name in left_out}})

    def _found(self, result: ActionResult) -> dict[str, str]:
        """The person of a created application, where the connector shows it only as a reference."""
        found = {}
        for record in result.records:
            if record.key == result.created.get(record.model):
                found.update(_references(record))
        return found

    def _row(self, connection: Connection, model: str, key: str) -> dict[str, Any]:
        """The new record, flat. Where the vendor's answer showed no more than its id, so does this."""
        for row in self.records.read(connection, model, keys=[key]):
            return row
        identity = {"id": unified_id(self.integration_id, key), "remote_id": key}
        return {**dict.fromkeys((*IDENTITY, *MODELS[model].fields())), **identity}


def resolved_data(data: Mapping[str, Any], integration_id: str) -> dict[str, Any]:
    """An answer's data with unified ids in place of Refs."""
    return {name: resolved(value, integration_id) for name, value in data.items()}


def _told(error: ConnectorError) -> str:
    missing = [permission for permission in error.missing_permissions if permission not in str(error)]
    return f"{type(error).__name__}: {error}" + (f" (missing: {', '.join(missing)})" if missing else "")


def _references(record: Record) -> dict[str, str]:
    values = ((model, record.values.get(field)) for field, model in REFERENCES[record.model].items())
    return {model: value.key for model, value in values if model == "Candidates" and isinstance(value, Ref)}
