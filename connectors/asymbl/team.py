"""A job's people: four columns of the job name them, and the setting team_roles says who of them is what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from connectors.asymbl import soql
from connectors.asymbl.columns import JOB, TEAM, USER
from connectors.asymbl.mapping import TeamMember
from connectors.asymbl.schema import Schema, denied
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.sources import chunks
from connectors.asymbl.values import Row, below, tidy
from connectors.asymbl.wire import Wire
from connectors.unified.connector import Diagnostic

MODEL = "Job hiring team members"
BESIDES = {"OwnerId": ("Owner.Type",), "bpats__Hiring_Manager__c": ("bpats__Hiring_Manager__r.Email",)}
"""What must be known beside the id: an owner may be a queue, and a hiring manager is a contact."""
BY_EMAIL = ("Email", "UserType")
"""What tells which user a hiring manager is."""


@dataclass
class Teams:
    """The teams of one read's jobs."""

    wire: Wire
    settings: Settings
    columns: tuple[str, ...]
    """Those that name people and may be seen."""
    of_user: tuple[str, ...]
    """What is asked of a user behind an e-mail."""
    diagnostics: tuple[Diagnostic, ...] = ()
    _users: dict[str, str | None] = field(default_factory=dict)
    """E-mail in lower case to the one user who has it, or None."""

    @classmethod
    def visible(cls, wire: Wire, settings: Settings, schema: Schema) -> Teams:
        """As far as this user sees them; whoever is hidden is reported, once for the model."""
        columns: list[str] = []
        lacking: list[str] = []
        for column in (column for column in TEAM if column in settings.team_roles):
            missing = schema.hidden(JOB, (column, *BESIDES.get(column, ())))
            if column == "bpats__Hiring_Manager__c":
                missing = (*missing, *schema.hidden(USER, BY_EMAIL))
            lacking += missing
            columns += [] if missing else [column]
        said = (denied(MODEL, None, lacking, detail="who is named there is missing from the teams"),) if lacking else ()
        active = () if schema.hidden(USER, ("IsActive",)) else ("IsActive",)
        return cls(wire, settings, tuple(columns), ("Id", "Email", *active), said)

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
        match column:
            case "OwnerId":
                found: str | None = job.get(column) if below(job, "Owner").get("Type") == "User" else None
                return found
            case "bpats__Hiring_Manager__c":
                email = manager_email(job)
                return None if email is None else self._users.get(email)
            case _:
                return job.get(column)

    def _look_up(self, jobs: Iterable[Row]) -> None:
        """The users behind the hiring managers' e-mails."""
        if "bpats__Hiring_Manager__c" not in self.columns:
            return
        emails = sorted({email for job in jobs if (email := manager_email(job)) is not None} - self._users.keys())
        for some in chunks(emails):
            select = Select(self.of_user, USER, ("UserType = 'Standard'", f"Email IN {soql.texts(some)}"))
            users = self.wire.rows(select)
            self._users.update({email: _only_one(email, users) for email in some})


def _only_one(email: str, users: Iterable[Row]) -> str | None:
    """The one active user who has the e-mail, else the one there is; of several nobody, since they cannot be told apart."""
    found = [user for user in users if str(user.get("Email") or "").strip().lower() == email]
    found = [user for user in found if user.get("IsActive")] or found
    return found[0]["Id"] if len(found) == 1 else None


def manager_email(job: Row) -> str | None:
    """The hiring manager's e-mail in lower case."""
    email = tidy(below(job, "bpats__Hiring_Manager__r").get("Email"))
    return None if email is None else email.strip().lower()
