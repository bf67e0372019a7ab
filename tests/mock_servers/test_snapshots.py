"""A snapshot holds everything: whatever is written after it, restored or read from a file the account answers as it did, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from conformance.sandbox import Sandbox
from tests.mock_servers.visitors import JOIN, PINPOINT, TEXTS, VISITORS, Call, Visitor

TRUTH = ("records?dump=true", "credentials", "clock", "quirks", "options", "rate_limit", "faults", "webhooks", "deliveries")
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Taken:
    """A snapshot, what could be seen right after it was taken, and what was done since."""

    name: str
    seen: list[Answer]
    done: list[tuple[str, Call]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


class SnapshotMachine(RuleBasedStateMachine):
    """One account of one vendor: written to through its API and the admin API, put back, exported and taken in again."""

    visitor: Visitor
    url: str

    def __init__(self) -> None:
        super().__init__()
        self.admin = httpx.Client(base_url=f"{self.url}/_sandbox", timeout=60, trust_env=False)
        opened = self.admin.post("/tenants", json={"vendor": self.visitor.vendor, "clock": {"frozen": True}}).json()
        self.path = f"/tenants/{opened['id']}"
        headers = {self.visitor.header: opened["credential"][self.visitor.secret]}
        self.http = httpx.Client(base_url=opened["base_url"], headers=headers, timeout=60, trust_env=False)
        self.taken: Taken | None = None

    def teardown(self) -> None:
        self.admin.delete(self.path)
        self.admin.close()
        self.http.close()

    # -- what happens ---------------------------------------------------------------------------------------------

    def do(self, side: str, call: Call) -> None:
        answer = self.answer(side, call)
        if self.taken is not None:
            self.taken.done.append((side, call))
            self.taken.answers.append(answer)

    def answer(self, side: str, call: Call) -> Answer:
        method, path, body = call
        client = self.http if side == "vendor" else self.admin
        reply = client.request(method, path if side == "vendor" else f"{self.path}/{path}", json=body)
        return reply.status_code, dict(reply.headers), reply.content

    @rule(data=st.data())
    def write(self, data: st.DataObject) -> None:
        self.do("vendor", data.draw(self.visitor.writes))
        self.let_it_send()

    def let_it_send(self) -> None:
        """What the vendor sends by itself goes to nobody: it is tried once now, and pending from then on."""
        self.do("admin", ("POST", "clock/advance", {"seconds": 0}))

    @rule()
    def listen(self) -> None:
        self.do("admin", ("POST", "webhooks", {"url": "http://127.0.0.1:9/hooks"}))

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        self.do("vendor", ("GET", data.draw(st.sampled_from(self.visitor.reads)), None))

    @rule(data=st.data(), text=TEXTS)
    def change_past_the_rules(self, data: st.DataObject, text: str) -> None:
        table = data.draw(st.sampled_from(sorted(self.visitor.records)))
        column, ids = self.visitor.records[table]
        self.do("admin", ("PATCH", f"records/{table}/{data.draw(st.sampled_from(ids))}", {column: text}))
        self.let_it_send()

    @rule(seconds=st.sampled_from([0.5, 59, 86_400]))
    def advance(self, seconds: float) -> None:
        self.do("admin", ("POST", "clock/advance", {"seconds": seconds}))

    @rule(requests=st.integers(2, 40))
    def limit(self, requests: int) -> None:
        self.do("admin", ("PUT", "rate_limit", {"on": True, "requests": requests, "window_seconds": 60}))

    @rule(data=st.data(), on=st.booleans())
    def switch(self, data: st.DataObject, on: bool) -> None:
        known = sorted(self.admin.get(f"{self.path}/quirks").json()["quirks"])
        self.do("admin", ("PUT", f"quirks/{data.draw(st.sampled_from(known))}", {"on": on}))

    @rule(data=st.data(), text=TEXTS)
    def choose(self, data: st.DataObject, text: str) -> None:
        options = self.admin.get(f"{self.path}/options").json()
        name = data.draw(st.sampled_from(sorted(name for name, value in options.items() if isinstance(value, str))))
        self.do("admin", ("PUT", "options", {name: text}))

    @rule(expires_in=st.sampled_from([None, 30.0]))
    def mint(self, expires_in: float | None) -> None:
        self.do("admin", ("POST", "credentials", {"expires_in": expires_in}))

    @rule()
    def revoke(self) -> None:
        self.do("admin", ("DELETE", "credentials/cred-2", None))

    @rule(skip=st.integers(0, 3), status=st.sampled_from([429, 503]))
    def arm(self, skip: int, status: int) -> None:
        self.do("admin", ("POST", "faults", {"kind": "status", "status": status, "skip": skip}))

    # -- and is undone --------------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.take()

    @rule()
    def take(self) -> None:
        name = self.admin.post(f"{self.path}/snapshots").json()["name"]
        self.taken = Taken(name, self.see())
        # Looking uses up the limit and marks keys as used; what is done next shall start from the snapshot itself.
        assert self.admin.post(f"{self.path}/snapshots/{name}/restore").status_code == 200

    @precondition(lambda self: self.taken is not None and len(self.taken.done) > 2)
    @rule(by_file=st.booleans())
    def restore(self, by_file: bool) -> None:
        assert self.taken is not None
        self.put_back(self.taken, by_file)
        assert self.taken.seen == self.see()

        self.put_back(self.taken, by_file)
        again = [self.answer(side, call) for side, call in self.taken.done]
        assert self.taken.answers == again, "the same requests after a restore bring the same answers, ids and all"
        self.put_back(self.taken, by_file)
        self.taken.done, self.taken.answers = [], []

    def put_back(self, taken: Taken, by_file: bool) -> None:
        if not by_file:
            assert self.admin.post(f"{self.path}/snapshots/{taken.name}/restore").status_code == 200
            return
        file = self.admin.get(f"{self.path}/export", params={"snapshot": taken.name})
        reply = self.admin.post(f"{self.path}/import", content=file.content)
        assert reply.status_code == 200, reply.text
        assert file.content == self.admin.get(f"{self.path}/export").content

    def see(self) -> list[Answer]:
        """Everything that can be seen of the account, in one order."""
        truth = [self.answer("admin", ("GET", place, None)) for place in TRUTH]
        return truth + [self.answer("vendor", ("GET", path, None)) for path in self.visitor.reads]


@pytest.mark.parametrize("vendor", sorted(VISITORS))
def test_a_restored_account_answers_as_it_did(every_vendor: Sandbox, vendor: str) -> None:
    """Random writes, a snapshot, more writes, a restore or the way through a file: identical answers, and the same ones to what follows."""

    class Machine(SnapshotMachine):
        visitor = VISITORS[vendor]
        url = every_vendor.url

    run_state_machine_as_test(
        Machine,
        settings=settings(max_examples=12, stateful_step_count=30, suppress_health_check=list(HealthCheck)),
    )


@pytest.mark.parametrize("visitor", [PINPOINT, JOIN], ids=lambda visitor: visitor.vendor)
def test_the_visitors_really_write(every_vendor: Sandbox, visitor: Visitor) -> None:
    """The drawn requests reach the vendor's rules, and most kinds of them succeed at times."""
    tenant = every_vendor.create(visitor.vendor)
    succeeded: set[str] = set()
    with httpx.Client(base_url=tenant.base_url, headers={visitor.header: tenant.credential[visitor.secret]}, trust_env=False) as http:

        @given(call=visitor.writes)
        @settings(max_examples=150, suppress_health_check=list(HealthCheck))
        def send(call: Call) -> None:
            reply = http.request(call[0], call[1], json=call[2])
            assert reply.status_code < 500
            if reply.status_code < 300:
                succeeded.add(f"{call[0]} {call[1].rstrip('0123456789')}")

        send()
    tenant.delete()
    assert len(succeeded) >= 5, succeeded


def _spoiled(line: int, text: bytes) -> Any:
    def spoil(lines: list[bytes]) -> list[bytes]:
        return [*lines[: line - 1], text, *lines[line:]]

    return spoil


BROKEN: dict[str, tuple[Any, str]] = {
    "empty": (lambda lines: [], "line 1: not a snapshot"),
    "another format": (_spoiled(1, b'{"format": "something"}'), "line 1: not a snapshot"),
    "a later version": (
        lambda lines: [lines[0].replace(b'"version":1', b'"version":2'), *lines[1:]],
        "line 1: version 2; this program reads",
    ),
    "no JSON": (_spoiled(3, b"{"), "line 3: no JSON"),
    "no object": (_spoiled(3, b"[]"), "line 3: not a JSON object"),
    "cut": (lambda lines: lines[:-1], "it was cut"),
    "more after the end": (lambda lines: [*lines, lines[-2]], "something after the end"),
    "an unknown part": (_spoiled(3, b'{"part": "mood", "state": {}}'), "line 3: no part is called 'mood'; there are clock"),
    "a clock without a time": (_spoiled(2, b'{"part": "clock", "state": {"frozen": true}}'), "line 2: clock.now"),
    "an unknown option": (_spoiled(3, b'{"part": "options", "state": {"mood": 1}}'), "options: pinpoint has no option 'mood'"),
    "a part twice": (_spoiled(3, b'{"part": "quirks", "state": {}}'), "line 4: the part 'quirks' stands there twice"),
    "an unknown quirk": (_spoiled(4, b'{"part": "quirks", "state": {"mood": {}}}'), "quirks: no quirk 'mood'"),
    "an unknown table": (_spoiled(9, b'{"table": "moods", "row": {"id": 1}}'), "line 9: there is no table 'moods'"),
    "an unknown column": (_spoiled(9, b'{"table": "departments", "row": {"id": 99, "mood": 1}}'), "has no column 'mood'"),
    "text among numbers": (_spoiled(9, b'{"table": "jobs", "row": {"id": "x"}}'), "jobs.id is a whole number, not 'x'"),
    "a row without an id": (_spoiled(9, b'{"table": "jobs", "row": {}}'), "a row is an object with an id"),
    "one id twice": (lambda lines: [*lines[:-1], lines[-2], lines[-1]], "cannot be stored: UNIQUE"),
}


def test_a_row_that_the_vendor_cannot_show_is_refused(every_vendor: Sandbox) -> None:
    """A file may hold what no request could have made; it is found when the documents are rendered."""
    tenant = every_vendor.create("join", scenario="empty")
    admin = f"{every_vendor.url}/_sandbox/tenants"
    lines = httpx.get(f"{admin}/{tenant.id}/export").content.splitlines()
    row = b'{"table":"applications","row":{"id":1,"created_at":"x","last_updated_at":"x","screening_answers":[{}]}}'

    reply = httpx.post(f"{admin}/{tenant.id}/import", content=b"\n".join([*lines[:-1], row, lines[-1]]))

    assert reply.status_code == 422
    assert "applications 1 cannot be shown: KeyError: 'question'" in reply.json()["error"]["message"]


@pytest.fixture(scope="module")
def exported(every_vendor: Sandbox) -> tuple[str, list[bytes]]:
    tenant = every_vendor.create("pinpoint")
    text = httpx.get(f"{every_vendor.url}/_sandbox/tenants/{tenant.id}/export").content
    return tenant.id, text.splitlines()


@pytest.mark.parametrize("how", sorted(BROKEN))
def test_a_broken_file_is_refused_and_loses_nothing(every_vendor: Sandbox, exported: tuple[str, list[bytes]], how: str) -> None:
    """The message names the line and what is wrong; neither is the account changed nor another made."""
    spoil, told = BROKEN[how]
    id, lines = exported
    content = b"\n".join(spoil(list(lines)))
    admin = f"{every_vendor.url}/_sandbox/tenants"
    before = [httpx.get(f"{admin}/{id}/{place}").content for place in TRUTH], len(httpx.get(admin).json()["tenants"])

    into, new = httpx.post(f"{admin}/{id}/import", content=content), httpx.post(f"{admin}/import?name=never", content=content)

    for reply in (into, new):
        assert (reply.status_code, reply.json()["error"]["code"]) == (422, "bad_snapshot")
        assert told in reply.json()["error"]["message"]
    assert before == ([httpx.get(f"{admin}/{id}/{place}").content for place in TRUTH], len(httpx.get(admin).json()["tenants"]))
