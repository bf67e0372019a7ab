"""A job's people: four columns of the job name them, and the setting team_roles says who of them is what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.asymbl import soql
from connectors.asymbl.columns import JOB, TEAM, USER
from connectors.asymbl.mapping import TeamMember
from connectors.asymbl.schema import Schema, denied
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.sources import chunks
from connectors.asymbl.streams import LISTINGS
from connectors.asymbl.values import Row, below, tidy
from connectors.asymbl.wire import Wire
from connectors.unified.connector import Diagnostic

MODEL = "Job hiring team members"
MANAGER = "bpats__Hiring_Manager__c"
BESIDES = {MANAGER: ("bpats__Hiring_Manager__r.Email",)}
"""What must be known beside the id: a hiring manager is a contact."""


@dataclass
class Teams:
    """The teams of one read's jobs. Nobody is on one who is not delivered as a user: a queue that owns a job, a portal's guest."""

    wire: Wire
    settings: Settings
    columns: tuple[str, ...]
    """Those that name people and may be seen."""
    of_user: tuple[str, ...]
    """What is asked of a user."""
    diagnostics: tuple[Diagnostic, ...] = ()
    _users: dict[str, bool] = field(default_factory=dict)
    """Id to whether it is a user's."""
    _managers: dict[str, str | None] = field(default_factory=dict)
    """E-mail in lower case to the one user who has it, or None."""

    @classmethod
    def visible(cls, wire: Wire, settings: Settings, schema: Schema) -> Teams:
        """As far as this user sees them; whoever is hidden is reported, once for the model."""
        nobody = schema.hidden(USER, ("Id", *LISTINGS["users"].decided_by))
        by_email = schema.hidden(USER, ("Email",))
        missing = {
            column: (*schema.hidden(JOB, (column, *BESIDES.get(column, ()))), *(by_email if column == MANAGER else ()))
            for column in TEAM
            if column in settings.team_roles
        }
        lacking = (*nobody, *(permission for found in missing.values() for permission in found))
        said = (denied(MODEL, None, lacking, detail="who is named there is missing from the teams"),) if lacking else ()
        columns = () if nobody else tuple(column for column, found in missing.items() if not found)
        asked = ("Id", *(name for name in ("Email", "IsActive") if not schema.hidden(USER, (name,))))
        return cls(wire, settings, columns, asked, said)

    @property
    def selected(self) -> tuple[str, ...]:
        """What a query must bring of a job."""
        return tuple(name for column in self.columns for name in (column, *BESIDES.get(column, ())))

    def of(self, jobs: Sequence[Row]) -> Iterator[TeamMember]:
        """The members of these jobs' teams, each once a job."""
        self._look_up(jobs)
        for job in jobs:
            roles: dict[str, list[str]] = {}
            for column in self.columns:
                user = self._user(job, column)
                if user is not None:
                    role = self.settings.team_roles[column]
                    roles.setdefault(user, []).extend([role] if role is not None else [])
            for user, found in roles.items():
                yield TeamMember(job["Id"], user, tuple(dict.fromkeys(found)))

    def _user(self, job: Row, column: str) -> str | None:
        if column == MANAGER:
            return self._managers.get(manager_email(job) or "")
        named: str | None = job.get(column)
        return named if named is not None and self._users[named] else None

    def _look_up(self, jobs: Sequence[Row]) -> None:
        """Which of the ids that these jobs name are users', and which users their hiring managers are."""
        ids = {job[column] for job in jobs for column in self.columns if column != MANAGER and job.get(column) is not None}
        for some in chunks(sorted(ids - self._users.keys())):
            known = {user["Id"] for user in self._asked(f"Id IN {soql.texts(some)}")}
            self._users |= {id: id in known for id in some}
        emails = {email for job in jobs if (email := manager_email(job)) is not None} if MANAGER in self.columns else set()
        for some in chunks(sorted(emails - self._managers.keys())):
            users = self._asked(f"Email IN {soql.texts(some)}")
            self._managers |= {email: _only_one(email, users) for email in some}

    def _asked(self, condition: str) -> list[dict[str, Any]]:
        return self.wire.rows(Select(self.of_user, USER, (*LISTINGS["users"].where, condition)))


def _only_one(email: str, users: Iterable[Row]) -> str | None:
    """The one active user who has the e-mail, else the one there is; of several nobody, since they cannot be told apart."""
    found = [user for user in users if str(user.get("Email") or "").strip().lower() == email]
    found = [user for user in found if user.get("IsActive")] or found
    return found[0]["Id"] if len(found) == 1 else None


def manager_email(job: Row) -> str | None:
    """The hiring manager's e-mail in lower case."""
    email = tidy(below(job, "bpats__Hiring_Manager__r").get("Email"))
    return None if email is None else email.strip().lower()
