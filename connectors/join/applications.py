"""Reads JOIN's applications, which are also all that JOIN shows of candidates, tags and stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from connectors.join.manifest import MANIFEST
from connectors.join.mapping import JobStage, Stage
from connectors.join.people import Candidate, tags_of
from connectors.join.records import Recorder
from connectors.join.values import Raw
from connectors.transport.seams import SeamedPages, SeamStep
from connectors.unified.connector import Page, Record, Wanted

SUMMARY_SIZE = 500
"""Candidates in one page of those that follow the last application."""
FROM_THE_START = "from the start"
"""The cursor of every page but the last: no place in the list is worth remembering, for it will be another row's."""

SHOWN_BY_APPLICATIONS = {
    "currentStage": ("Application Stages", "Job-specific application stages"),
    "tags": ("Tags", "Candidate tags"),
}
"""Keys of an application or its candidate, and the models that are unknown, not empty, where one has no such key."""
FED = frozenset(model.name for model in MANIFEST.models if "applications" in model.streams)


class ApplicationsReader:
    """Delivers applications page by page, then what only all of them together tell: candidates and stages.

    A candidate's source and date of birth in JOIN are those of the earliest application, and the list starts with the
    newest: so candidates are delivered at the end, and a read that goes on after a crash needs the earlier pages again.
    It delivers them again, too: rows move while nobody reads, so what stood on a page that was delivered says nothing of
    what stands there now.
    """

    def __init__(self, pages: SeamedPages[dict[str, Any]], wanted: Wanted) -> None:
        self._pages = pages
        self._wanted = wanted
        self._latest: dict[int, Raw] = {}
        """Candidate by id, as the most recently changed application shows them."""
        self._latest_change: dict[int, str] = {}
        self._earliest: dict[int, Raw] = {}
        """By candidate id: id, createdAt and source of the first application."""
        self._stages: dict[int, Stage] = {}
        self._pairs: dict[tuple[str, str], JobStage] = {}
        self._unshown: set[str] = set()
        """Keys that an application or its candidate did not have."""

    def read(self) -> Iterator[Page]:
        for step in self._pages.read():
            for application in step.rows:
                self._notice(application)
            yield self._page(step)
        yield from self._summaries()

    def _page(self, step: SeamStep[dict[str, Any]]) -> Page:
        recorder = Recorder(self._wanted)
        for application in step.rows:
            recorder.add("Applications", str(application["id"]), application)
        if not step.settled:
            told = "JOIN's applications changed faster than they could be read; the next full sync completes them"
            recorder.miss(self._wanted.keys() & FED, "not_yet_synced", told)
        return recorder.page(cursor=FROM_THE_START)

    def _notice(self, application: Raw) -> None:
        candidate, id = application["candidate"], application["candidate"]["id"]
        self._unshown |= SHOWN_BY_APPLICATIONS.keys() - application.keys() - candidate.keys()
        changed = str(application.get("lastUpdatedAt"))
        if id not in self._latest or changed >= self._latest_change[id]:
            self._latest[id], self._latest_change[id] = candidate, changed
        if id not in self._earliest or _age(application) < _age(self._earliest[id]):
            self._earliest[id] = {name: application[name] for name in ("id", "createdAt", "source") if name in application}
        stage = application.get("currentStage")
        if stage is not None:
            self._notice_stage(str(application["job"]["id"]), stage)

    def _notice_stage(self, job: str, stage: Raw) -> None:
        known, index = self._stages.get(stage["id"]), stage.get("index")
        lowest = min((found for found in (index, known.lowest_index if known else None) if found is not None), default=None)
        self._stages[stage["id"]] = Stage(known.raw if known and known.lowest_index == lowest else stage, lowest)
        self._pairs[job, str(stage["id"])] = JobStage(job, str(stage["id"]), index)

    def _summaries(self) -> Iterator[Page]:
        recorder = Recorder(self._wanted)
        for key in sorted(self._unshown):
            told = f"JOIN's applications do not show {key!r}, so this model is incomplete at best"
            recorder.miss(SHOWN_BY_APPLICATIONS[key], "unsupported", told)
        for id, stage in sorted(self._stages.items()):
            recorder.add("Application Stages", str(id), stage)
        for (job, stage_key), pair in sorted(self._pairs.items()):
            recorder.add("Job-specific application stages", f"{job}/{stage_key}", pair)
        ids = iter(sorted(self._latest))
        batch = list(islice(ids, SUMMARY_SIZE))
        while batch:
            self._add_candidates(recorder, batch)
            batch = list(islice(ids, SUMMARY_SIZE))
            if batch:
                yield recorder.page(cursor=FROM_THE_START)
                recorder = Recorder(self._wanted)
        yield recorder.page(cursor=None)

    def _add_candidates(self, recorder: Recorder, ids: Sequence[int]) -> None:
        for id in ids:
            raw = self._latest[id]
            recorder.add("Candidates", str(id), Candidate(raw, self._earliest[id]))
            for tag in tags_of(raw):
                recorder.add("Tags", tag.text, tag)
                recorder.add("Candidate tags", f"{id}/{tag.text}", tag)


def records_of(application: Raw, wanted: Wanted) -> tuple[Record, ...]:
    """Everything that one application shows, as if the account held no other."""
    only = SeamedPages(lambda number, size: [dict(application)], key=str, version=str, size=2)
    return tuple(record for page in ApplicationsReader(only, wanted).read() for record in page.records)


def _age(application: Raw) -> tuple[str, int]:
    return str(application.get("createdAt")), int(application["id"])
