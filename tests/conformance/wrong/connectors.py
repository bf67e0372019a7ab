"""Connectors that are wrong in one way: the right one with one method of its own, or with an odd habit in asking the vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from connectors.asymbl.refusals import LocatorGone
from connectors.unified.connector import Connector, Page, Probed, Record, Wanted
from connectors.unified.errors import Unauthorized, Unavailable

Read = Callable[..., Iterator[Page]]


class Spoilt:
    """The right connector behind the hooks of its subclasses."""

    def __init__(self, right: Connector) -> None:
        self.right = right
        self.manifest = right.manifest
        self.settings: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.right, name)


def spoiling_read(spoil: Callable[..., Iterator[Page]]) -> Callable[..., Connector]:
    """A factory whose connectors read through `spoil(right, stream, wanted, since, cursor)`."""

    class Reading(Spoilt):
        def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
            return spoil(self, stream, wanted, since, cursor)

    return wrapped_in(Reading)


def wrapped_in(kind: Callable[[Connector], Any]) -> Callable[..., Connector]:
    """A factory of right connectors wrapped in this."""

    def connect(factory: Callable[..., Connector], **given: Any) -> Connector:
        made = kind(factory(**given))
        made.settings = dict(given.get("settings") or {})
        return made  # type: ignore[no-any-return]

    return connect


def also_asking(method: str, path: str, *, when: str = "read", **more: Any) -> Callable[..., Connector]:
    """A factory of right connectors that send one request too many, when they first read, probe or act."""

    class Asking(Spoilt):
        def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
            self._ask("read")
            return self.right.read(stream, wanted, since=since, cursor=cursor)

        def probe(self, wanted: Wanted) -> Any:
            self._ask("probe")
            return self.right.probe(wanted)

        def act(self, action: str, values: Any) -> Any:
            self._ask("act")
            return self.right.act(action, values)

        def _ask(self, now: str) -> None:
            if now == when and "asked" not in self.settings:
                self.settings["asked"] = True
                self.right.passthrough(method, path, **more)

    return wrapped_in(Asking)


def quiet_after_waiting(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Once it has had to wait, it tells no denial any more: what was allowed when it began is allowed."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        given["sleep"](seconds)

    class Quiet(Spoilt):
        def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
            for page in self.right.read(stream, wanted, since=since, cursor=cursor):
                yield replace(page, diagnostics=()) if waited else page

    return wrapped_in(Quiet)(factory, **{**given, "sleep": sleep})


class DroppingHeaders(Spoilt):
    """A raw call goes out with the connector's own headers alone."""

    def passthrough(self, method: str, path: str, *, headers: Any = None, **rest: Any) -> Any:
        return self.right.passthrough(method, path, **rest)


class CallingItAnOutage(Spoilt):
    """A refused credential is a failure of this list, and the next one may go better."""

    def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
        try:
            yield from self.right.read(stream, wanted, since=since, cursor=cursor)
        except Unauthorized as refusal:
            raise Unavailable(str(refusal), http_status=refusal.http_status) from refusal


class Hopeful(Spoilt):
    """Whatever does not answer a probe today will be there tomorrow."""

    def probe(self, wanted: Wanted) -> Any:
        try:
            return self.right.probe(wanted)
        except Unavailable:
            return tuple(Probed(model, field, readable=True) for model, fields in wanted.items() for field in (None, *sorted(fields)))


def reading_anew(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Right connectors that open a connection of its own for each list."""

    class Anew(Spoilt):
        def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
            fresh = factory(**given)
            fresh.streams(wanted)
            return fresh.read(stream, wanted, since=since, cursor=cursor)

    return Anew(factory(**given))


def leaving_jobs_lying(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Right Asymbl connectors that never delete anything."""
    made: Any = factory(**given)
    write = made._wire.write
    made._wire.write = lambda method, *rest, **more: None if method == "DELETE" else write(method, *rest, **more)
    return made  # type: ignore[no-any-return]


def lost_once_only(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Right Asymbl connectors that find their place in a list again once, and not a second time."""
    made: Any = factory(**given)
    more, lost = made._wire.more, []

    def once(locator: Any) -> Any:
        try:
            return more(locator)
        except LocatorGone as gone:
            lost.append(gone)
            if len(lost) > 1:
                raise Unavailable("the list breaks off again") from gone
            raise

    made._wire.more = once
    return made  # type: ignore[no-any-return]


def asking_for_parts(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Right Pinpoint connectors that ask for every part of a list, whatever is off."""
    made: Any = factory(**given)
    every = {model.name: frozenset(item.name for item in model.fields) for model in made.manifest.models}

    class Greedy(Spoilt):
        def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
            for page in self.right.read(stream, every, since=since, cursor=cursor):
                records = tuple(_narrowed(record, wanted[record.model]) for record in page.records if record.model in wanted)
                yield replace(page, records=records)

    return Greedy(made)


def _narrowed(record: Record, wanted: frozenset[str]) -> Record:
    return replace(record, values={name: value for name, value in record.values.items() if name in wanted})


def asking_each(method_path: str, model: str) -> Callable[..., Connector]:
    """A factory of right connectors that ask once more for each record of a model, by its key."""

    class AskingEach(Spoilt):
        def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
            for page in self.right.read(stream, wanted, since=since, cursor=cursor):
                for record in page.records:
                    if record.model == model:
                        self.right.passthrough("GET", method_path.format(record.key))
                yield page

    return wrapped_in(AskingEach)


def asking_often(path: str, times: int, **more: Any) -> Callable[..., Connector]:
    """A factory of right connectors that ask the same so often in each read."""

    class AskingOften(Spoilt):
        def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
            for _ in range(times):
                self.right.passthrough("GET", path, **more)
            return self.right.read(stream, wanted, since=since, cursor=cursor)

    return wrapped_in(AskingOften)


def with_sleep(spoil: Callable[[Callable[[float], None]], Callable[[float], None]]) -> Callable[..., Connector]:
    """A factory of right connectors that wait otherwise."""

    def connect(factory: Callable[..., Connector], **given: Any) -> Connector:
        return factory(**{**given, "sleep": spoil(given["sleep"])})

    return connect
