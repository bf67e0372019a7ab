"""What a customer is told when a connection cannot work, and that nothing already read is lost by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from conformance import identity, judge
from conformance.casework import broken, examples, held, judged, one_case, same, seen_at, unverifiable
from conformance.check import Cell, Check, Result
from conformance.faithful import unfaithful
from conformance.files import FileServer
from conformance.fixture_models import ServedFile
from conformance.lab import Blocked, Lab, Session, SubjectCrashed, World
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.subjects import ConfigurationError, SyncOutcome

NOWHERE = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""


@dataclass(frozen=True)
class Told:
    """What a program can learn from a sync that cannot work."""

    outcome: SyncOutcome | None
    refused: str | None
    rows: int
    readable: tuple[str, ...]
    """Models that the probe calls readable."""
    denied: tuple[str, ...] = ()
    """Of what sync or probe says that a permission is missing."""
    unfaithful: str | None = None
    """Why what is said of the vendor's refusals is not what the vendor said, or None."""
    waits: int = 0

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """All of it but ids, addresses and times."""
        if self.outcome is None:
            return ("refused to connect", _plain(self.refused))
        reasons = sorted({(one.reason, one.http_status, one.vendor_code) for one in self.outcome.diagnostics}, key=repr)
        return (self.outcome.state, _plain(self.outcome.error), tuple(reasons))


def _plain(text: str | None) -> str:
    return re.sub(r"https?://\S+|\d{4,}|[0-9a-f]{8,}", "…", text) if text else ""


def _invalid(world: World) -> Told:
    return _try(world, credential=world.wrong_credential())


def _expired(world: World) -> Told:
    minted = world.tenant.mint("all", expires_in=60)
    world.tenant.advance(120)
    return _try(world, credential=dict(minted.credential))


def _revoked(world: World) -> Told:
    minted = world.tenant.mint("all")
    world.tenant.revoke(minted.id)
    return _try(world, credential=dict(minted.credential))


def _nothing_allowed(world: World) -> Told:
    return _try(world, credential=dict(world.lab.mint(world, []).credential))


def _api_off(world: World) -> Told:
    if not world.lab.profile.api_off:
        raise Blocked("profile.yaml does not say how a customer switches the API off (api_off)")
    world.perform(world.lab.profile.api_off)
    return _try(world)


def _nobody(world: World) -> Told:
    return _try(world, base_url=NOWHERE)


def _somebody_else(world: World) -> Told:
    with FileServer({}) as other:
        return _try(world, base_url=other.url)


CONDITIONS: dict[str, Callable[[World], Told]] = {
    "invalid": _invalid,
    "expired": _expired,
    "revoked": _revoked,
    "no permission": _nothing_allowed,
    "API off": _api_off,
    "nobody there": _nobody,
    "somebody else there": _somebody_else,
}
ALIKE = frozenset({"invalid", "expired", "revoked"})
"""Vendors answer these alike, so they need not be told apart from each other."""


def _told(lab: Lab, condition: str) -> Told:
    return lab.once(("told", condition), lambda: CONDITIONS[condition](lab.world()))


def _empty(lab: Lab) -> Told:
    return lab.once(("told", "empty"), lambda: _try(lab.empty_world()))


def _try(world: World, *, credential: dict[str, str] | None = None, base_url: str | None = None) -> Told:
    try:
        session = world.connect(credential=credential, base_url=base_url)
        outcome = session.sync()
    except ConfigurationError as error:
        return Told(None, str(error), 0, ())
    rows = sum(len(found) for found in session.snapshot().rows.values())
    probed = session.probe()
    world.search("sync() and probe()", f"{outcome} {probed}")
    readable = tuple(one.model for one in probed if one.field is None and one.readable)
    said = (*outcome.diagnostics, *(one.diagnostic for one in probed if one.diagnostic is not None))
    denied = tuple(one.model for one in said if one.reason == "not_permitted" or one.missing_permissions)
    return Told(outcome, None, rows, readable, denied, unfaithful(world.tenant.journal(), said), len(world.waits))


def _bad_keys(lab: Lab) -> Iterator[Result]:
    """ERR-1."""
    for cell in _bad_key_cells(lab):
        told = _told(lab, cell.name)
        state = told.outcome.state if told.outcome else "a refusal to connect"
        if state != "AUTHENTICATION_FAILED":
            yield broken(cell, f"the sync ended {state}", expected="AUTHENTICATION_FAILED", got=state)
        else:
            yield judged(cell, f"{told.rows} rows although the key is no good" if told.rows else None, code=Code.LEAK)


def _bad_key_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", "", name) for name in sorted(ALIKE)]


def _bad_probe(lab: Lab) -> Iterator[Result]:
    """ERR-2."""
    for cell in _bad_key_cells(lab):
        readable = _told(lab, cell.name).readable
        yield judged(cell, f"the probe calls readable: {examples(readable)}" if readable else None)


def _answering(content_type: str, text: str) -> Callable[[World], Told]:
    """A host that answers everything alike."""

    def condition(world: World) -> Told:
        with FileServer({}, everywhere=ServedFile(content_type=content_type, text=text)) as other:
            return _try(world, base_url=other.url)

    return condition


STRANGERS: dict[str, Callable[[World], Told]] = {
    "somebody else there": _somebody_else,
    "a web site there": _answering("text/html", "<html><body>Welcome.</body></html>"),
    "another API there": _answering("application/json", '{"status": "ok", "version": 3}'),
    "an API of lists there": _answering("application/json", '["jobs", "people"]'),
}


def _host_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "host", name) for name in ("nobody there", *STRANGERS)]


def _wrong_hosts(lab: Lab) -> Iterator[Result]:
    """ERR-3."""
    for cell in _host_cells(lab):
        told = lab.once(("told", cell.name), lambda name=cell.name: _try_host(lab, name))  # type: ignore[misc]
        state = told.outcome.state if told.outcome else "refused"
        if state not in {"FAILED", "refused"}:
            yield broken(cell, f"the sync ended {state}")
        else:
            waited = cell.name in STRANGERS and told.waits
            yield judged(cell, f"it waited {told.waits} times for it to pass, as for an outage" if waited else None)


def _try_host(lab: Lab, name: str) -> Told:
    return {**CONDITIONS, **STRANGERS}[name](lab.world())


# ------------------------------------------------------------------------------------------------- the right reason

GOOD_REASONS = tuple(name for name in CONDITIONS if name != "no permission")


def _no_permission_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "called missing", name) for name in (*GOOD_REASONS, "empty account")]


def _none_called_missing(lab: Lab) -> Iterator[Result]:
    """ERR-12."""
    for cell in _no_permission_cells(lab):
        try:
            told = _empty(lab) if cell.name == "empty account" else _told(lab, cell.name)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        text = f"a permission is called missing for {examples(dict.fromkeys(told.denied))}, and no permission would help"
        yield judged(cell, text if told.denied else None, code=Code.FALSE_DENIAL)


def _vendor_word_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "the vendor's words", name) for name in (*sorted(ALIKE), "no permission", "API off")]


def _vendor_words(lab: Lab) -> Iterator[Result]:
    """ERR-13."""
    for cell in _vendor_word_cells(lab):
        try:
            yield judged(cell, _told(lab, cell.name).unfaithful)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))


def _switched_off(lab: Lab) -> Iterator[Result]:
    """ERR-4."""
    told = _told(lab, "API off")
    state = told.outcome.state if told.outcome else "refused"
    yield judged(Cell("connection", "", "API off"), f"the sync ended {state}" if state in {"SUCCEEDED", "PARTIALLY_FAILED"} else None)


def _apart_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "told apart", name) for name in (*CONDITIONS, "empty account")]


def _apart(lab: Lab) -> Iterator[Result]:
    """ERR-5."""
    seen: dict[str, tuple[object, ...] | None] = {}
    for name in CONDITIONS:
        try:
            seen[name] = _told(lab, name).fingerprint
        except Blocked:
            seen[name] = None
    seen["empty account"] = _empty(lab).fingerprint
    for cell in _apart_cells(lab):
        own = seen[cell.name]
        if own is None:
            yield unverifiable(cell, "this condition could not be made")
            continue
        same_as = [name for name, told in seen.items() if name != cell.name and told == own and not {name, cell.name} <= ALIKE]
        yield judged(cell, f"a program that reads the outcome cannot tell it from: {', '.join(same_as)}" if same_as else None)


# ----------------------------------------------------------------------------------------------- in the middle of it

ENDINGS = {"expire_credential": "expired", "revoke_credential": "revoked"}


def _midway_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", "in the middle of a sync", word) for word in ENDINGS.values()]


def _midway(lab: Lab) -> Iterator[Result]:
    """ERR-6."""
    for cell, kind in zip(_midway_cells(lab), ENDINGS, strict=True):
        operation = lab.operations()[-1]
        world = lab.world()
        minted = lab.mint(world, "all")
        session = world.connect(credential=minted.credential)
        session.sync_well()
        before = session.snapshot()
        world.tenant.fault(kind, operation=operation, times=1)
        outcome = session.sync()
        if not any(entry.status == 401 for entry in world.tenant.journal()):
            yield unverifiable(cell, f"the credential never ended: {operation} was not asked")
            continue
        problem = None if outcome.state == "AUTHENTICATION_FAILED" else f"the sync ended {outcome.state}"
        world.tenant.clear_faults()
        session.reconnect(credential=lab.mint(world, "all").credential)
        problem = problem or _lost(lab, session.snapshot(include_deleted=True).rows)
        session.sync_well()
        yield judged(cell, problem or same(lab, before, session.snapshot()), seen=seen_at(world, operation) if problem else ())


def _lost(lab: Lab, rows: Mapping[str, list[dict[str, Any]]]) -> str | None:
    """What an interrupted sync wrongly marked as deleted."""
    marked = [f"{model}/{row.get('remote_id')}" for model in lab.models for row in rows.get(model, []) if row.get("remote_deleted_at")]
    return f"{len(marked)} records were marked as deleted, and exist: {examples(marked)}" if marked else None


FOR_GOOD = {"503 for good": 503, "404 for good": 404, "503 for a while in the middle": 503}
HALFWAY = "503 for a while in the middle"
WHILE = 12
"""Requests: longer than any client is patient with one page, and not so long that the list never recovers."""


def _failing_cells(lab: Lab) -> list[Cell]:
    return [
        Cell("fault", operation, name)
        for operation in lab.asked()
        for name in FOR_GOOD
        if name != HALFWAY or lab.calm_pages.requests(operation) > 1
    ]


def _failing_later(lab: Lab) -> Iterator[Result]:
    """ERR-7."""
    for cell in _failing_cells(lab):
        # Small pages, or a vendor whose further pages are another operation would never be asked for one.
        with synced(lab, lab.profile.paging.settings) as (session, before):
            yield _fails_for_good(lab, cell, session, before)


def _fails_for_good(lab: Lab, cell: Cell, session: Session, before: judge.Snapshot) -> Result:
    tenant = session.world.tenant
    tenant.clear_journal()
    lab.small_pages(session.world)
    where = {"skip": lab.calm_pages.requests(cell.owner) // 2, "times": WHILE} if cell.name == HALFWAY else {"times": None}
    tenant.fault("status", status=FOR_GOOD[cell.name], operation=cell.owner, **where)
    try:
        outcome = session.sync()
    except SubjectCrashed as error:
        return broken(cell, str(error), code=Code.CRASHED)
    if not any(entry.raw.get("faults") for entry in tenant.journal()):
        return unverifiable(cell, "the fault never struck: the operation was not asked")
    models = [one.model for one in outcome.diagnostics if one.field is None and one.reason == "error"]
    if outcome.state == "SUCCEEDED" and (models or not (outcome.diagnostics or cell.name == HALFWAY)):
        told = f"though it could not read {', '.join(models)}" if models else "without a word"
        text = f"{cell.owner} answered {cell.name}, and the sync ended SUCCEEDED {told}"
        return broken(cell, text, code=Code.FALSE_SUCCESS)
    problem = unfaithful(tenant.journal(), outcome.diagnostics)
    problem = problem or _lost(lab, session.snapshot(include_deleted=True).rows) or _unexplained(lab, outcome, before, session.snapshot())
    if problem is None and cell.name.startswith("503"):
        tenant.clear_faults()
        session.sync_well()
        problem = same(lab, before, session.snapshot())
    return judged(cell, problem)


NO_ANSWER: Mapping[str, Mapping[str, Any]] = {
    "an HTML page": {"kind": "not_json"},
    "an HTML page instead of the second page": {"kind": "not_json", "skip": 1},
    "half a document": {"kind": "truncated_body"},
    "half a document instead of the second page": {"kind": "truncated_body", "skip": 1},
    "nothing": {"kind": "not_json", "text": "", "content_type": "application/json"},
    "a body that breaks off": {"kind": "cut_mid_body"},
    "a body of another length": {"kind": "wrong_length"},
}
"""Answers with status 200 that hold no page. They are no reason to give up at once, but never an empty list."""


def _no_answer_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", "every list", name) for name in NO_ANSWER]


def _no_answer(lab: Lab) -> Iterator[Result]:
    """ERR-14."""
    lists = [one for one in lab.asked() if one not in lab.profile.asked_anyway]
    for cell, rule in zip(_no_answer_cells(lab), NO_ANSWER.values(), strict=True):
        with synced(lab, lab.profile.paging.settings) as (session, before):
            lab.small_pages(session.world)
            tenant = session.world.tenant
            for operation in lists:
                tenant.fault(**rule, operation=operation, times=None)
            try:
                outcome = session.sync()
            except SubjectCrashed as error:
                yield broken(cell, str(error), code=Code.CRASHED)
                continue
            if not any(entry.raw.get("faults") for entry in tenant.journal()):
                yield unverifiable(cell, "the fault never struck: no list was asked for a second page")
                continue
            lost = _lost(lab, session.snapshot(include_deleted=True).rows)
            problem = lost or _unexplained(lab, outcome, before, session.snapshot())
            if problem is None and outcome.state == "SUCCEEDED":
                yield broken(cell, "the sync ended SUCCEEDED, though no list was answered", code=Code.FALSE_SUCCESS)
                continue
            tenant.clear_faults()
            session.sync_well()
            yield judged(cell, problem or same(lab, before, session.snapshot()))


def _unexplained(lab: Lab, outcome: SyncOutcome, before: judge.Snapshot, after: judge.Snapshot) -> str | None:
    """What a sync that failed made of records that had not changed, unless a diagnostic speaks of it."""
    said = {(one.model, one.field) for one in outcome.diagnostics}
    found = [
        one
        for one in judge.differences(before, after, lab.models)
        if (one.model, one.field) not in said and (one.model, None) not in said and not lab.ledger.bad_field(one.model, one.field)
    ]
    return examples(found) or None


def _other_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", operation, "the other lists") for operation in lab.operations()]


def _others_arrive(lab: Lab) -> Iterator[Result]:
    """ERR-11."""
    besides = lab.profile.brings_besides
    # A join record is known by the records that it joins, so that it cannot be told which it is without them.
    alone = [model for model in lab.models if not identity.is_join(model)]
    for cell in _other_cells(lab):
        others = [
            model for model in alone if lab.profile.page_operations.get(model) != cell.owner and model not in besides.get(cell.owner, ())
        ]
        if not others:
            yield Result(cell, Code.NOT_APPLICABLE, "every model comes from this one list")
            continue
        world = lab.world()
        world.tenant.fault("status", status=503, operation=cell.owner, times=None)
        session = world.connect()
        outcome = session.sync()
        shown = session.snapshot()
        lost = [model for model in others if shown.keys.get(model, {}) != lab.calm.snapshot.keys.get(model, {})]
        text = f"{cell.owner} failed, and with it {examples(lost)} (the sync ended {outcome.state})"
        yield judged(cell, text if lost else None, code=Code.BLAST)


def _reason_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "reason", name) for name in CONDITIONS]


def _says_why(lab: Lab) -> Iterator[Result]:
    """ERR-9."""
    for cell in _reason_cells(lab):
        try:
            told = _told(lab, cell.name)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        words = told.refused if told.outcome is None else told.outcome.error
        if told.outcome is not None and told.outcome.state == "SUCCEEDED":
            yield Result(cell, Code.NOT_APPLICABLE, "the sync succeeded")
        else:
            yield judged(cell, None if words and words.strip() else "the sync did not succeed, and does not say why")


STRANGER = Cell("connection", "host", "a certificate that nobody vouches for")


def _distrusts(lab: Lab) -> Iterator[Result]:
    """ERR-10."""
    with FileServer({}, https=True) as stranger:
        with suppress(ConfigurationError):
            lab.world().connect(base_url=stranger.url).sync()
        yield judged(STRANGER, "it spoke to a host that cannot show who it is" if stranger.asked else None, code=Code.LEAK)


def _paste(lab: Lab) -> None:
    """Credentials as people paste them, with a blank before and a line's end behind: the good one and one that is wrong."""
    world = lab.world()
    secret = {item.name for item in lab.promise.credential if item.secret}
    for credential in (world.tenant.credential, world.wrong_credential()):
        pasted = {name: f" {value}\n" if name in secret else value for name, value in credential.items()}
        with suppress(ConfigurationError, SubjectCrashed):
            session = world.connect(credential=pasted)
            session.sync()
            session.probe()


SPOKEN = Cell("connection", "", "whatever the subject says")


def _discreet(lab: Lab) -> Iterator[Result]:
    """ERR-8."""
    for condition in CONDITIONS:
        try:
            _told(lab, condition)
        except Blocked:
            continue
    _paste(lab)
    calm = lab.calm
    calm.world.hear("read()", repr(calm.snapshot.rows))
    if lab.leaks:
        yield broken(SPOKEN, f"a secret stands in what was said by {examples(sorted(lab.leaks))}", code=Code.LEAK)
    else:
        yield held(SPOKEN)


API = "unified API: integration states and error codes"
CHECKS = (
    Check("ERR-1", "With a credential that is invalid, expired or revoked a sync ends AUTHENTICATION_FAILED and gives no data.", API,
          _bad_key_cells, _bad_keys),
    Check("ERR-2", "With a credential that is invalid, expired or revoked the probe calls nothing readable.", API,
          _bad_key_cells, _bad_probe),
    Check("ERR-3", "A wrong host is reported as a failure of its own, not as a bad credential, an empty account or an outage.", API,
          _host_cells, _wrong_hosts),
    Check("ERR-4", "An account whose API is switched off is reported as a failure.", API,
          one_case("connection", "API off"), _switched_off),
    Check("ERR-5", "Bad credential, lacking permission, wrong host, API off and an empty account can be told apart by a program.",
          "design of this suite: M4", _apart_cells, _apart),
    Check("ERR-6", "A credential that ends in the middle of a sync is reported, loses no data, and a good one goes on.",
          "design of this suite: M7", _midway_cells, _midway),
    Check("ERR-7", "A later sync in which an operation fails for good says so, deletes nothing, and spoils nothing in silence.", API,
          _failing_cells, _failing_later),
    Check("ERR-14", "An answer that holds no page (HTML, half a document, nothing) is never taken for an empty list.",
          "RFC 9110, 15.3.1; RFC 9112, 8", _no_answer_cells, _no_answer),
    Check("ERR-8", "No secret stands in anything that the subject says.", "design of this suite: no secret in any artefact",
          one_case("connection", SPOKEN.name), _discreet, stage="last"),
    Check("ERR-9", "A sync that does not succeed says why.", API, _reason_cells, _says_why),
    Check("ERR-12", "Where no permission would help (bad credential, wrong host, API off, empty account), none is called missing.", API,
          _no_permission_cells, _none_called_missing),
    Check("ERR-13", "What is said of the vendor's refusals carries the status and the code that the vendor gave.",
          "design of this suite: diagnostics carry http_status and vendor_code", _vendor_word_cells, _vendor_words),
    Check("ERR-11", "A list that fails for good takes no other list with it.", API, _other_cells, _others_arrive),
    Check("ERR-10", "A credential is shown to no host whose certificate nobody vouches for.", "RFC 9110, 4.3.4",
          one_case("connection", STRANGER.name, STRANGER.owner), _distrusts),
)  # fmt: skip
