"""Reads jobs, and the people whom they name."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.asymbl.reading import Reading
from connectors.asymbl.scan import Batch
from connectors.asymbl.schema import View
from connectors.asymbl.team import MODEL, Teams
from connectors.unified.connector import Diagnostic, Page, Ref

JOB_STAGES = "Job-specific application stages"


@dataclass
class JobsReading(Reading):
    """Jobs and their teams."""

    teams: Teams | None = None

    def also(self) -> tuple[str, ...]:
        if MODEL in self.models:
            self.teams = Teams.visible(self.wire, self.settings, self.schema)
        return () if self.teams is None else self.teams.selected

    def beforehand(self) -> tuple[Diagnostic, ...]:
        return () if self.teams is None else self.teams.diagnostics

    def beside(self, view: View, batch: Batch) -> Page:
        """Teams; a job that changed or went has lost whoever is not on its team any more, and a job that went its stages' places."""
        living = [row for row in batch.rows if not row.get("IsDeleted")]
        gone = [row["Id"] for row in batch.rows if row.get("IsDeleted")]
        members = [] if self.teams is None else list(self.teams.of(living))
        complete = [Ref(model, job) for job in gone for model in (JOB_STAGES, MODEL)]
        # Nobody is taken off a team that is only seen in part.
        if self.last is not None and self.teams is not None and not self.teams.diagnostics:
            complete += [Ref(MODEL, row["Id"]) for row in living]
        records = self.joined(MODEL, view, ((f"{member.job}/{member.user}", member) for member in members))
        return Page(tuple(records), None, complete=tuple(complete))
