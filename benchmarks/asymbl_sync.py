"""How fast the Asymbl connector reads a large org, by REST and by Bulk API 2.0: python -m benchmarks.asymbl_sync [--people 100000].

The org is filled over the vendor's own Bulk ingest, as a customer's would be. Rows are contacts and applications that arrived as
unified records, all fields wanted; with --hub the hub stores them, too (SQLite in memory).
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.load import cpu_seconds
from benchmarks.servers import sandbox
from connectors.asymbl.connector import AsymblConnector, connect
from connectors.asymbl.manifest import MANIFEST
from connectors.hub.hub import Hub
from connectors.unified.service import Target

DATA = "/services/data/v63.0"
APPLICANT, JOB, STAGE = "bpats__ATS_Applicant__c", "bpats__Job__c", "bpats__ATS_Stage__c"
PORTION = 20_000
"""Rows of one ingest job."""
MODELS = ("Candidates", "Applications")
WANTED = {name: frozenset(item.name for item in MANIFEST.model(name).fields) for name in MODELS}


@dataclass(frozen=True)
class Org:
    """Where it is, and what opens it."""

    base_url: str
    credential: Mapping[str, str]

    def connector(self, **settings: Any) -> AsymblConnector:
        return connect(base_url=self.base_url, credential=self.credential, settings=settings)


def fill(org: Org, people: int) -> None:
    """So many contacts, each with one application to the same job."""
    asymbl = org.connector()
    job = _created(asymbl, JOB, {"Name": "Everybody's job", "bpats__Job_Title__c": "Everybody's job"})
    stage = _created(asymbl, STAGE, {"Name": "Applied", "bpats__Job__c": job, "bpats__Sequence__c": 1})
    for start in range(0, people, PORTION):
        numbers = range(start, min(people, start + PORTION))
        contacts = _ingest(
            asymbl,
            "Contact",
            ("FirstName", "LastName", "Email", "Title", "MailingCity", "MailingCountry", "bpats__Desired_Salary__c"),
            ((f"First{n}", f"Last{n}", f"p{n}@example.test", "Welder", "Ulm", "Germany", 50_000 + n % 100) for n in numbers),
        )
        _ingest(asymbl, APPLICANT, ("bpats__ATS_Applicant__c", "bpats__Job__c", "bpats__Stage__c"), ((id, job, stage) for id in contacts))
        print(f"  {min(people, start + PORTION)} of {people} people", file=sys.stderr)


def _created(asymbl: AsymblConnector, sobject: str, values: Mapping[str, Any]) -> str:
    reply = asymbl.passthrough("POST", f"{DATA}/sobjects/{sobject}", data=dict(values))
    if reply.status != 201:
        raise SystemExit(f"{sobject}: {reply.status} {reply.data}")
    return str(reply.data["id"])


def _ingest(asymbl: AsymblConnector, sobject: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """The ids of the new records."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    path = f"{DATA}/jobs/ingest"
    job = asymbl.passthrough("POST", path, data={"object": sobject, "operation": "insert", "contentType": "CSV", "lineEnding": "LF"}).data[
        "id"
    ]
    asymbl.passthrough("PUT", f"{path}/{job}/batches", data=text.getvalue(), headers={"content-type": "text/csv"})
    asymbl.passthrough("PATCH", f"{path}/{job}", data={"state": "UploadComplete"})
    while (told := asymbl.passthrough("GET", f"{path}/{job}").data)["state"] not in ("JobComplete", "Failed", "Aborted"):
        time.sleep(0.2)
    if told["state"] != "JobComplete" or told["numberRecordsFailed"]:
        raise SystemExit(f"filling {sobject}: {told}")
    results = str(asymbl.passthrough("GET", f"{path}/{job}/successfulResults").data)
    return [line["sf__Id"] for line in csv.DictReader(io.StringIO(results, newline=""))]


def read(asymbl: AsymblConnector) -> int:
    """All pages of both lists; the number of their records."""
    return sum(
        len(page.records)
        for stream in asymbl.streams(WANTED)
        if stream.name in ("candidates", "applications")
        for page in asymbl.read(stream.name, WANTED)
    )


def synced(org: Org, **settings: Any) -> int:
    """The same through the hub."""
    hub = Hub()
    scope = {"models": {model.name: "DISABLED" for model in MANIFEST.models if model.name not in MODELS}}
    id = hub.connect(Target("asymbl", org.base_url, org.credential, scope, settings))
    outcome = hub.sync(id)
    if outcome.state != "SUCCEEDED":
        raise SystemExit(f"the sync ended {outcome.state}: {outcome.error}")
    found = sum(len(hub.read(id, model)) for model in MODELS)
    hub.close()
    return found


def timed(name: str, server: int, work: Callable[[], int]) -> None:
    """By the clock, which counts whoever else works on the machine, and by the processors' time of either side, which does not."""
    start, ours, theirs = time.perf_counter(), time.process_time(), cpu_seconds(server)
    rows = work()
    seconds, ours, theirs = time.perf_counter() - start, time.process_time() - ours, cpu_seconds(server) - theirs
    busy = f"busy for {ours:.1f} s (connector: {rows / ours:.0f} rows/s) and {theirs:.1f} s (sandbox)"
    print(f"{name:28} {rows:8} rows in {seconds:6.1f} s: {rows / seconds:6.0f} rows/s; {busy}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--hub", action="store_true", help="store the records, too")
    chosen = options.parse_args()
    with sandbox("--port", "0") as (server, told):
        vendor = told["vendors"]["asymbl"]
        org = Org(vendor["base_url"], vendor["credential"])
        fill(org, chosen.people)
        ways: Mapping[str, dict[str, Any]] = {"REST": {"bulk_above": None}, "Bulk API 2.0": {"bulk_above": 0}}
        for name, settings in ways.items():
            timed(name, server, lambda: read(org.connector(**settings)))  # noqa: B023 - called at once
        for name, settings in ways.items() if chosen.hub else ():
            timed(f"{name}, stored by the hub", server, lambda: synced(org, **settings))  # noqa: B023 - called at once


if __name__ == "__main__":
    main()
