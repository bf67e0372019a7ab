"""Reads stages, and their ranks: the place of a stage in its job depends on the job's other stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.asymbl import soql
from connectors.asymbl.columns import STAGE
from connectors.asymbl.mapping import JobStage
from connectors.asymbl.reading import Reading
from connectors.asymbl.scan import Batch
from connectors.asymbl.schema import View
from connectors.asymbl.soql import Select
from connectors.asymbl.sources import chunks
from connectors.asymbl.values import Row
from connectors.unified.connector import Page, Ref

MODEL = "Job-specific application stages"
JOB, SEQUENCE = "bpats__Job__c", "bpats__Sequence__c"


@dataclass
class StagesReading(Reading):
    """Stages of all jobs. Read whole, the ranks come last; by changes, all stages of the jobs concerned are ranked anew."""

    _placed: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """Job to (sequence, stage)."""

    @property
    def resumable(self) -> bool:  # type: ignore[override]
        """A whole read cannot go on in the middle with half of the ranks."""
        return self.last is not None or MODEL not in self.models

    def also(self) -> tuple[str, ...]:
        return (JOB, SEQUENCE) if MODEL in self.models else ()

    def beside(self, view: View, batch: Batch) -> Page:
        if MODEL not in self.models or (MODEL, None) in view.lost:
            return Page((), None)
        if self.last is None:
            self._place(batch.rows)
            return Page(() if batch.more else tuple(self.joined(MODEL, view, self._ranked())), None)
        jobs = sorted({row[JOB] for row in self.changed(batch.rows) if row.get(JOB) is not None})
        self._placed.clear()
        for some in chunks(jobs):
            self._place(self.wire.rows(Select(("Id", JOB, SEQUENCE), STAGE, (f"{JOB} IN {soql.texts(some)}",))))
        return Page(tuple(self.joined(MODEL, view, self._ranked())), None, complete=tuple(Ref(MODEL, job) for job in jobs))

    def _place(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.get(JOB) is not None:
                self._placed.setdefault(row[JOB], []).append((row.get(SEQUENCE) or 0.0, row["Id"]))

    def _ranked(self) -> Iterator[tuple[str, JobStage]]:
        for job, stages in self._placed.items():
            for index, (_, stage) in enumerate(sorted(stages)):
                yield f"{job}/{stage}", JobStage(job, stage, index)
