"""What the vendor sees of the subject: judged by the tenant's journal alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from urllib.parse import parse_qsl, unquote_plus

from conformance.casework import broken, examples, judged, one_case, unverifiable
from conformance.check import Cell, Check, Result
from conformance.fixture_models import Denial, Step
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
    yield _after_refusal(FORBIDDEN, world, [403])
    for name, denial in lab.profile.denials.items():
        yield _on_every_page(lab, Cell("connection", name, "403"), denial)


FORBIDDEN = Cell("connection", "", "403")


def _forbidden_cells(lab: Lab) -> list[Cell]:
    return [FORBIDDEN, *(Cell("connection", name, "403") for name in lab.profile.denials)]


def _on_every_page(lab: Lab, cell: Cell, denial: Denial) -> Result:
    """What a list was refused with once, the next page need not be asked for with."""
    world = lab.world()
    world.perform([Step(quirk=denial.quirk)])
    held = [name for name in lab.facts.permissions if name not in denial.denied_by or lab.profile.denied_by.get(name)]
    world.connect(credential=lab.mint(world, held).credential, settings=lab.small_pages(world)).sync()
    # The same on another page, or from another time, differs in numbers only.
    asked = Counter((entry.operation, re.sub(r"\d+", "#", entry.query)) for entry in world.tenant.journal(status=403))
    again = [f"{operation} ({times} times)" for (operation, _), times in asked.items() if times > 1]
    return judged(cell, f"it was refused, and asked the same of further pages: {examples(again)}" if again else None)


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
    sizes = _sizes(lab.calm.journal, paging.size_parameter)
    wrong = sorted(size for size in sizes if not size.isdigit() or not 1 <= int(size) <= paging.largest)
    yield judged(cell, f"{paging.size_parameter} was {', '.join(wrong)}; at most {paging.largest} is allowed" if wrong else None)


def _sizes(entries: Iterable[Entry], parameter: str | None) -> set[str]:
    return {value for entry in entries for name, value in parse_qsl(entry.query) if name == parameter}


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


MANY = 10
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


DAY = 24 * 3600.0


def _day_used_up(lab: Lab) -> Iterator[Result]:
    """MNR-10."""
    cell = Cell("connection", "", "a limit that ends tomorrow")
    world = lab.world()
    world.perform([Step(rate_limit={"on": True, "requests": max(1, len(lab.calm.journal) // 2), "window_seconds": DAY})])
    world.connect().sync()
    refused = [entry for entry in world.tenant.journal() if (entry.raw.get("rate_limit") or {}).get("allowed") is False]
    if not refused:
        yield unverifiable(cell, "the vendor never refused a request")
    elif not any(_tells_the_day(lab, entry) for entry in refused):
        yield Result(cell, Code.NOT_APPLICABLE, "the vendor does not say for how long it refuses")
    else:
        # Whether the limit stands still may be looked up once for each list; the list itself needs no second refusal.
        own = [entry for entry in refused if entry.operation in lab.operations()]
        problem = _same_request_again(own, sorted({entry.status for entry in own if entry.status is not None}))
        yield judged(cell, problem, seen=[shown(entry, world.tenant.base_url) for entry in refused[:2]])


def _tells_the_day(lab: Lab, refused: Entry) -> bool:
    """Whether the refusal tells that it is good for hours: by a header in seconds or as a time, or in words that the vendor has for it."""
    response = refused.raw.get("response") or {}
    hints = [
        str(value) for name, value in (response.get("headers") or {}).items() if any(word in name.lower() for word in ("retry", "reset"))
    ]
    told = any(not hint.replace(".", "", 1).isdigit() or float(hint) > DAY / 24 for hint in hints)
    return told or (lab.profile.says_the_day is not None and re.search(lab.profile.says_the_day, str(response.get("body"))) is not None)


def _left_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "left behind", row.made_by) for row in lab.profile.made_to_read] or [
        Cell("connection", "left behind", "any")
    ]


def _left_behind(lab: Lab) -> Iterator[Result]:
    """MNR-11."""
    if not lab.profile.made_to_read:
        yield Result(_left_cells(lab)[0], Code.NOT_APPLICABLE, "nothing is made at this vendor in order to read")
        return
    for cell, row in zip(_left_cells(lab), lab.profile.made_to_read, strict=True):
        world = lab.world()
        world.connect(settings=row.settings).sync_well()
        good = [entry for entry in world.tenant.journal() if 200 <= (entry.status or 0) < 300]
        made = sum(entry.operation == row.made_by for entry in good)
        gone = len({entry.path for entry in good if entry.operation == row.gone_by})
        if not made:
            yield unverifiable(cell, f"{row.made_by} was never asked")
        else:
            yield judged(cell, f"{made} were made, and {gone} taken away when they were read" if gone < made else None)


def _small_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "probe", operation) for operation in lab.operations()]


def _small_probe(lab: Lab) -> Iterator[Result]:
    """MNR-12."""
    for cell in _small_cells(lab):
        models = [model for model, operation in lab.profile.page_operations.items() if operation == cell.name]
        records = max(sum(lab.calm.snapshot.keys.get(model, Counter()).values()) for model in models)
        probed, read = (sum(one.received for one in entries if one.operation == cell.name) for entries in (_probed(lab), lab.calm.journal))
        sizes = _sizes([one for one in _probed(lab) if one.operation == cell.name], lab.profile.paging.size_parameter)
        large = [size for size in sizes if size.isdigit() and int(size) > MANY]
        if large:
            yield broken(cell, f"a probe asked for {large[0]} records")
        elif records < MANY:
            yield Result(cell, Code.NOT_APPLICABLE, f"only {records} records: a probe can read hardly less")
        else:
            yield judged(cell, f"a probe received {probed} bytes, a sync {read}" if probed > read / 2 else None)


def _sign_in_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "signing in", name) for name in ("probe", "sync")]


def _signs_in_once(lab: Lab) -> Iterator[Result]:
    """MNR-13."""
    for cell, (_, entries) in zip(_sign_in_cells(lab), _journals(lab), strict=True):
        if not lab.profile.signs_in:
            yield Result(cell, Code.NOT_APPLICABLE, "the vendor has no sessions")
            continue
        times = sum(entry.operation in lab.profile.signs_in for entry in entries)
        yield judged(cell, f"it signed in {times} times, though nothing ended its session" if times > 1 else None)


FASTEST_GROWTH, LONG = 2.0, 10.0


def _waits_grow(lab: Lab) -> Iterator[Result]:
    """MNR-14."""
    cell = Cell("connection", "", "waits during a long outage")
    if lab.subject.real_time:
        yield Result(cell, Code.NOT_APPLICABLE, "the subject waits by the wall clock")
        return
    operation = lab.operations()[0]
    world = lab.world()
    world.tenant.fault("status", status=503, operation=operation, times=None)
    world.connect().sync()
    waits = _between_tries(world.tenant.journal(operation=operation))
    if len(waits) < FEWEST:
        yield Result(cell, Code.NOT_APPLICABLE, f"{len(waits) + 1} tries are too few to tell")
    else:
        # Not the first: who draws his waits by lot may have drawn a long one then.
        short = max(waits) < LONG and max(waits) < FASTEST_GROWTH * min(waits)
        yield judged(cell, f"between its tries it waited {', '.join(f'{wait:.1f}' for wait in waits)} seconds" if short else None)


def _between_tries(entries: Sequence[Entry]) -> list[float]:
    """Seconds between the tries of the request that was sent most often."""
    tries: dict[tuple[str, str], list[float]] = {}
    for entry in entries:
        tries.setdefault((entry.path, entry.query), []).append(entry.at)
    times = max(tries.values(), key=len, default=[])
    return [later - earlier for earlier, later in pairwise(times)]


OURS = "design of this suite: manners"
CHECKS = (
    Check("MNR-1", "A request that was answered 401 is not sent again with the same credential.", OURS,
          one_case("connection", "401"), _unauthorized),
    Check("MNR-2", "A request that was answered 403 is not sent again in the same sync.", OURS,
          _forbidden_cells, _forbidden),
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
    Check("MNR-10", "What is over the day's allowance is not asked for again before the day is over.", "RFC 9110, 10.2.3; the vendor's limits",
          one_case("connection", "a limit that ends tomorrow"), _day_used_up),
    Check("MNR-11", "What a sync makes at the vendor in order to read is gone when it is read.", f"{OURS}; people's data lie in it",
          _left_cells, _left_behind),
    Check("MNR-12", "A probe of a list asks for far less than a sync does.", OURS, _small_cells, _small_probe),
    Check("MNR-13", "One session serves for a whole probe or sync.", f"{OURS}; vendors limit sign-ins", _sign_in_cells, _signs_in_once),
    Check("MNR-14", "While an outage lasts, the waits between the tries grow, or are long.", f"{OURS}; RFC 9110, 15.6.4",
          one_case("connection", "waits during a long outage"), _waits_grow, level="SHOULD"),
)  # fmt: skip
