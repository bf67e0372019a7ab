"""Right connectors that behave otherwise: what the suite must not mind. Each takes a seed, so that one variant is many."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from connectors.unified.connector import Page, Wanted
from connectors.unified.service import SyncOutcome
from tests.conformance.wrong.connectors import Spoilt, spoiling_read, with_sleep, wrapped_in
from tests.conformance.wrong.service import Rows, Told, Wrong


@dataclass(frozen=True)
class Variant:
    """One way of being right."""

    what: str
    made: Callable[[random.Random], Wrong]


def _rows(change: Callable[[Rows, random.Random], Rows]) -> Callable[[random.Random], Wrong]:
    return lambda dice: Wrong(rows=lambda rows, model, told: change(rows, dice))


def _shuffled(rows: Rows, dice: random.Random) -> Rows:
    return dice.sample(rows, len(rows))


def _keys_shuffled(rows: Rows, dice: random.Random) -> Rows:
    return [dict(dice.sample(list(row.items()), len(row))) for row in rows]


def _without_nulls(rows: Rows, dice: random.Random) -> Rows:
    kept = ("id", "remote_id", "changed_at", "remote_deleted_at")
    return [{name: value for name, value in row.items() if value is not None or name in kept} for row in rows]


def _with_null_strangers(rows: Rows, dice: random.Random) -> Rows:
    return [{**row, f"x_{dice.randrange(9)}": None} for row in rows]


def _copied(rows: Rows, dice: random.Random) -> Rows:
    return [{name: list(value) if isinstance(value, list) else value for name, value in row.items()} for row in rows]


def _sync(change: Callable[[SyncOutcome, random.Random], SyncOutcome]) -> Callable[[random.Random], Wrong]:
    return lambda dice: Wrong(sync=lambda right, mode, told: change(right(mode), dice))


def _diagnostics_shuffled(outcome: SyncOutcome, dice: random.Random) -> SyncOutcome:
    return replace(outcome, diagnostics=tuple(dice.sample(outcome.diagnostics, len(outcome.diagnostics))))


def _detailed(outcome: SyncOutcome, dice: random.Random) -> SyncOutcome:
    return replace(
        outcome,
        diagnostics=tuple(replace(one, detail=f"{one.detail or ''} #{dice.randrange(99)}", remedy="ask") for one in outcome.diagnostics),
    )


def _said_twice(outcome: SyncOutcome, dice: random.Random) -> SyncOutcome:
    return replace(outcome, diagnostics=(*outcome.diagnostics, *outcome.diagnostics))


def _reworded(outcome: SyncOutcome, dice: random.Random) -> SyncOutcome:
    return replace(outcome, error=None if outcome.error is None else f"Sorry: {outcome.error}")


def _reading(change: Callable[..., Iterator[Page]]) -> Callable[[random.Random], Wrong]:
    return lambda dice: Wrong(
        connector=spoiling_read(
            lambda right, stream, wanted, since, cursor: change(right.right.read(stream, wanted, since=since, cursor=cursor), dice)
        )
    )


def _pages_shuffled(pages: Iterator[Page], dice: random.Random) -> Iterator[Page]:
    for page in pages:
        yield replace(page, records=tuple(dice.sample(page.records, len(page.records))))


def _records_twice(pages: Iterator[Page], dice: random.Random) -> Iterator[Page]:
    """A record met twice in one read counts once."""
    for page in pages:
        yield replace(page, records=(*page.records, *page.records[: dice.randrange(3)]))


def _one_record_a_page(pages: Iterator[Page], dice: random.Random) -> Iterator[Page]:
    """The records of a page in an order of their own, handed over with its cursor."""
    for page in pages:
        yield replace(page, records=page.records[::-1])


class _StreamsTurned(Spoilt):
    """Streams that hang on nothing of each other can be read in any order."""

    def streams(self, wanted: Wanted) -> Any:
        return tuple(reversed(self.right.streams(wanted)))


class _ProbesTwice(Spoilt):
    def probe(self, wanted: Wanted) -> Any:
        self.right.probe(wanted)
        return self.right.probe(wanted)


def _page_size(dice: random.Random) -> Wrong:
    size = dice.randrange(1, 50)

    def connect(factory: Any, **given: Any) -> Any:
        return factory(**{**given, "settings": {"page_size": size, **(given.get("settings") or {})}})

    return Wrong(connector=connect)


def _patient(factor: float) -> Callable[[random.Random], Wrong]:
    return lambda dice: Wrong(connector=with_sleep(lambda sleep: lambda seconds: sleep(seconds * factor + dice.random())))


def _sleeps_in_parts(dice: random.Random) -> Wrong:
    def spoil(sleep: Callable[[float], None]) -> Callable[[float], None]:
        def sliced(seconds: float) -> None:
            first = seconds * dice.random()
            sleep(first)
            sleep(seconds - first)

        return sliced

    return Wrong(connector=with_sleep(spoil))


def _act(change: Callable[[Any, random.Random], Any]) -> Callable[[random.Random], Wrong]:
    return lambda dice: Wrong(act=lambda do, action, values, told: change(do(action, values), dice))


def _probe(change: Callable[[Any, random.Random], Any]) -> Callable[[random.Random], Wrong]:
    return lambda dice: Wrong(probe=lambda found, told: change(found, dice))


def _members_shuffled(told: dict[str, Any]) -> None:
    for models in (told["models"], told["actions"]):
        for name in reversed(list(models)):
            models[name] = {part: models[name][part] for part in reversed(list(models[name]))}


def _reads_twice(read: Callable[[], Rows], model: str, deleted: bool, told: Told) -> Rows:
    read()
    return read()


VARIANTS = (
    Variant("rows in another order", _rows(_shuffled)),
    Variant("members of rows in another order", _rows(_keys_shuffled)),
    Variant("rows and members in another order", _rows(lambda rows, dice: _keys_shuffled(_shuffled(rows, dice), dice))),
    Variant("absent for null", _rows(_without_nulls)),
    Variant("absent for null, in another order", _rows(lambda rows, dice: _without_nulls(_shuffled(rows, dice), dice))),
    Variant("members that nobody knows, all null", _rows(_with_null_strangers)),
    Variant("rows that are copies", _rows(_copied)),
    Variant("rows as a generator", lambda dice: Wrong(rows=lambda rows, model, told: (row for row in rows))),  # type: ignore[arg-type, return-value]
    Variant("rows as a tuple", lambda dice: Wrong(rows=lambda rows, model, told: tuple(rows))),  # type: ignore[arg-type, return-value]
    Variant("each model is read twice", lambda dice: Wrong(read=_reads_twice)),
    Variant("diagnostics in another order", _sync(_diagnostics_shuffled)),
    Variant("diagnostics with more words", _sync(_detailed)),
    Variant("diagnostics said twice", _sync(_said_twice)),
    Variant("errors in other words", _sync(_reworded)),
    Variant("another page size", _page_size),
    Variant("records of a page in another order", _reading(_pages_shuffled)),
    Variant("records of a page backwards", _reading(_one_record_a_page)),
    Variant("some records twice in one read", _reading(_records_twice)),
    Variant("streams in another order", lambda dice: Wrong(connector=wrapped_in(_StreamsTurned))),
    Variant("it probes twice", lambda dice: Wrong(connector=wrapped_in(_ProbesTwice))),
    Variant("it waits twice as long", _patient(2)),
    Variant("it waits ten times as long", _patient(10)),
    Variant("it waits a little longer", _patient(1)),
    Variant("it waits in parts", _sleeps_in_parts),
    Variant("probed things in another order", _probe(lambda found, dice: tuple(dice.sample(found, len(found))))),
    Variant("probed things as a list", _probe(lambda found, dice: list(found))),
    Variant("a message with every success", _act(lambda outcome, dice: replace(outcome, message=outcome.message or "done"))),
    Variant(
        "messages with more words",
        _act(lambda outcome, dice: replace(outcome, message=f"Sorry. {outcome.message}" if outcome.message else None)),
    ),
    Variant(
        "more data in answers",
        _act(lambda outcome, dice: replace(outcome, data={**outcome.data, "seen": dice.randrange(9)} if outcome.ok else {})),
    ),
    Variant("the manifest's members in another order", lambda dice: Wrong(published=_members_shuffled)),
    Variant("a connection that cannot be copied", lambda dice: Wrong(copies=False)),
)


def drawn_together(seed: int) -> tuple[tuple[str, ...], Wrong]:
    """Half of the variants, drawn by the seed, as one service: what each of them does is done to what the one before has left."""
    dice = random.Random(seed)
    chosen = sorted(dice.sample(range(len(VARIANTS)), len(VARIANTS) // 2))
    together = Wrong()
    for number in chosen:
        together = _after(together, VARIANTS[number].made(dice))
    return tuple(VARIANTS[number].what for number in chosen), together


def _after(first: Wrong, then: Wrong) -> Wrong:
    """Both, at each place where either is something of its own."""
    return Wrong(
        published=_both(first.published, then.published, lambda one, other: lambda told: (one(told), other(told))),
        probe=_both(first.probe, then.probe, lambda one, other: lambda found, told: other(one(found, told), told)),
        sync=_both(first.sync, then.sync, lambda one, other: lambda right, mode, told: other(lambda asked: one(right, asked, told), mode, told)),
        rows=_both(first.rows, then.rows, lambda one, other: lambda rows, model, told: other(list(one(rows, model, told)), model, told)),
        read=first.read or then.read,
        act=_both(first.act, then.act, lambda one, other: lambda do, action, values, told: other(
            lambda action, values: one(do, action, values, told), action, values, told)),
        copies=first.copies and then.copies,
        connector=_both(first.connector, then.connector, lambda one, other: lambda factory, **given: other(
            lambda **inner: one(factory, **inner), **given)),
    )  # fmt: skip


def _both(one: Any, other: Any, joined: Callable[[Any, Any], Any]) -> Any:
    return (one or other) if one is None or other is None else joined(one, other)
