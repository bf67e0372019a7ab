"""What the vendor sees of the subject: judged by the tenant's journal alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qsl, unquote_plus

from conformance.casework import examples, judged, one_case, unverifiable
from conformance.check import Cell, Check, Result
from conformance.lab import Lab, World, shown
from conformance.outcomes import Code
from conformance.sandbox import Entry


def _same_request_again(entries: Iterable[Entry], statuses: Sequence[int]) -> str | None:
    asked = Counter((entry.method, entry.path, entry.query, entry.status) for entry in entries if entry.status in statuses)
    again = [f"{method} {path} ({status}, {count} times)" for (method, path, _, status), count in asked.items() if count > 1]
    return f"it was refused, and asked the same again: {examples(again)}" if again else None


def _turned_away(lab: Lab) -> World:
    """Where the subject has tried to sync with a credential that is revoked."""
    world = lab.world()
    minted = lab.mint(world, "all")
    world.tenant.revoke(minted.id)
    world.connect(credential=minted.credential).sync()
    return world


def _unauthorized(lab: Lab) -> Iterator[Result]:
    """MNR-1."""
    cell = Cell("connection", "", "401")
    world = _turned_away(lab)
    yield _after_refusal(cell, world, lab.profile.credential_refused_with)


def _forbidden(lab: Lab) -> Iterator[Result]:
    """MNR-2."""
    world = lab.world()
    world.connect(credential=lab.mint(world, []).credential).sync()
    yield _after_refusal(Cell("connection", "", "403"), world, [403])


def _after_refusal(cell: Cell, world: World, statuses: Sequence[int]) -> Result:
    entries = world.tenant.journal()
    if not any(entry.status in statuses for entry in entries):
        return unverifiable(cell, f"the vendor never answered {' or '.join(map(str, statuses))}")
    return judged(cell, _same_request_again(entries, statuses), seen=[shown(entry, world.tenant.base_url) for entry in entries[:2]])


def _reading_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "reading", "probe"), Cell("connection", "reading", "sync")]


def _probed(lab: Lab) -> tuple[Entry, ...]:
    def observe() -> tuple[Entry, ...]:
        world = lab.world()
        world.connect().probe()
        return tuple(world.tenant.journal())

    return lab.once("journal of a probe", observe)


def _journals(lab: Lab) -> Iterator[tuple[Cell, tuple[Entry, ...]]]:
    probe, sync = _reading_cells(lab)
    yield probe, _probed(lab)
    yield sync, lab.calm.journal


def _reads_only(lab: Lab) -> Iterator[Result]:
    """MNR-3."""
    for cell, entries in _journals(lab):
        writes = [f"{entry.method} {entry.path}" for entry in entries if entry.writes]
        yield judged(cell, f"it sent {examples(writes)}" if writes else None)


def _promised_permissions(lab: Lab) -> Iterator[Result]:
    """MNR-4."""
    allowed = {need for model in lab.promise.models.values() for need in model.needs}
    allowed |= {need for model in lab.promise.models.values() for item in model.fields.values() for need in item.needs}
    for cell, entries in _journals(lab):
        beyond = sorted({need for entry in entries for need in entry.needs} - allowed)
        yield judged(cell, f"it used permissions that no promise names: {', '.join(beyond)}" if beyond else None)


def _understood(lab: Lab) -> Iterator[Result]:
    """MNR-5."""
    for cell, entries in _journals(lab):
        unread = sorted({f"{entry.operation}: {name}" for entry in entries for name in entry.unread})
        yield judged(cell, f"the vendor did not read {examples(unread)}" if unread else None)


def _page_sizes(lab: Lab) -> Iterator[Result]:
    """MNR-6."""
    cell = Cell("connection", "reading", "page size")
    paging = lab.profile.paging
    if paging.size_parameter is None or paging.largest is None:
        yield Result(cell, Code.NOT_APPLICABLE, "the vendor has no page size that a client could choose")
        return
    sizes = {value for entry in lab.calm.journal for name, value in parse_qsl(entry.query) if name == paging.size_parameter}
    wrong = sorted(size for size in sizes if not size.isdigit() or not 1 <= int(size) <= paging.largest)
    yield judged(cell, f"{paging.size_parameter} was {', '.join(wrong)}; at most {paging.largest} is allowed" if wrong else None)


def _one_door(lab: Lab) -> Iterator[Result]:
    """MNR-9."""
    cell = Cell("connection", "", "after a refused credential")
    world = _turned_away(lab)
    refused = [entry for entry in world.tenant.journal() if entry.status in lab.profile.credential_refused_with]
    operations = list(dict.fromkeys(str(entry.operation) for entry in refused))
    if not operations:
        yield unverifiable(cell, "the vendor never refused the credential")
    else:
        text = f"the credential was refused for {operations[0]}, and tried for {examples(operations[1:])}"
        yield judged(cell, text if len(operations) > 1 else None, seen=[shown(entry, world.tenant.base_url) for entry in refused[:2]])


FEWEST = 3
"""Requests; whoever asks for fewer records by themselves may have a reason."""
TWICE = 2
"""A list that may have moved while it was read can be looked at once more."""


def _one_by_one(lab: Lab) -> Iterator[Result]:
    """MNR-7."""
    cell = Cell("connection", "reading", "one by one")
    keys = {model: frozenset(found) for model, found in lab.calm.snapshot.keys.items()}
    asked: dict[tuple[str, str], set[str]] = {}
    for entry in lab.calm.journal:
        if entry.operation is None or entry.operation in lab.profile.asked_one_by_one:
            continue
        words = _words(entry)
        for model, own in keys.items():
            named = words & own
            if len(named) == 1:
                asked.setdefault((entry.operation, model), set()).update(named)
    found = [
        f"{operation} was asked for {len(named)} of {len(keys[model])} {model}, one after the other"
        for (operation, model), named in asked.items()
        if len(named) >= max(FEWEST, len(keys[model]) / 2)
    ]
    yield judged(cell, examples(found) or None)


def _words(entry: Entry) -> set[str]:
    """What a request may name a record by: the steps of its path, and in its query whatever is no plain number."""
    query = re.findall(r"[\w-]+", unquote_plus(entry.query))
    return {*unquote_plus(entry.path).split("/"), *(word for word in query if not word.isdecimal())}


def _no_repetition(lab: Lab) -> Iterator[Result]:
    """MNR-8."""
    cell = Cell("connection", "reading", "answered already")
    good = [entry for entry in lab.calm.journal if not entry.writes and 200 <= (entry.status or 0) < 300]
    # Signing in is answered, too: once is enough for as long as the session lasts.
    answered = Counter((entry.method, entry.path, entry.query, str((entry.raw.get("request") or {}).get("body"))) for entry in good)
    again = [f"{method} {path} ({count} times)" for (method, path, _, _), count in answered.items() if count > TWICE]
    yield judged(cell, f"it was answered, and asked the same again: {examples(again)}" if again else None)


OURS = "design of this suite: manners"
CHECKS = (
    Check("MNR-1", "A request that was answered 401 is not sent again with the same credential.", OURS,
          one_case("connection", "401"), _unauthorized),
    Check("MNR-2", "A request that was answered 403 is not sent again in the same sync.", OURS,
          one_case("connection", "403"), _forbidden),
    Check("MNR-3", "A probe and a sync only read.", OURS, _reading_cells, _reads_only),
    Check("MNR-4", "A probe and a sync use no permission that the manifest does not name.", OURS, _reading_cells, _promised_permissions),
    Check("MNR-5", "Nothing is sent that the vendor does not read.", OURS, _reading_cells, _understood),
    Check("MNR-6", "Pages are never asked for in a size that the vendor does not allow.", OURS,
          one_case("connection", "page size", "reading"), _page_sizes),
    Check("MNR-7", "A sync asks for lists, not for one record after the other.", OURS,
          one_case("connection", "one by one", "reading"), _one_by_one),
    Check("MNR-9", "A credential that was refused is not tried for the next list.", "design of this suite: manners; vendors lock accounts",
          one_case("connection", "after a refused credential"), _one_door),
    Check("MNR-8", "What was answered is not asked for again and again in one sync.", OURS,
          one_case("connection", "answered already", "reading"), _no_repetition),
)  # fmt: skip
