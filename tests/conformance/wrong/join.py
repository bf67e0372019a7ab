"""Wrong connectors to JOIN: the right one, with something else in the place of what it speaks through or is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.join.connector import JoinConnector
from connectors.transport.seams import SeamStep
from connectors.unified.connector import Connector
from connectors.unified.errors import Unavailable


@dataclass(frozen=True)
class Counted:
    """Pages by their number, one after the other, for as long as they are full."""

    fetch: Callable[[int, int], Sequence[Any]]
    size: int

    def read(self) -> Iterator[SeamStep[Any]]:
        number = 1
        while True:
            rows = tuple(self.fetch(number, self.size))
            yield SeamStep(rows, settled=True)
            if len(rows) < self.size:
                return
            number += 1


class CountingApi:
    """Reads lists by page numbers, though they move."""

    def __init__(self, right: Any) -> None:
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)

    def pages(self, *arguments: Any, **named: Any) -> Counted:
        right = self._right.pages(*arguments, **named)
        return Counted(right.fetch, right.size)


def counting_pages(factory: Callable[..., Connector], **given: Any) -> Connector:
    """Pages are counted while the list shrinks."""
    right: Any = factory(**given)
    return JoinConnector(CountingApi(right.api), page_size=right._page_size)  # type: ignore[arg-type]


class TellingLinksApi:
    """Of a file that cannot be had, the whole link is told."""

    def __init__(self, right: Any) -> None:
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)

    def file(self, url: str) -> Any:
        try:
            return self._right.file(url)
        except Unavailable as error:
            raise Unavailable(f"{url}: {error}", http_status=error.http_status) from error


def telling_links(factory: Callable[..., Connector], **given: Any) -> Connector:
    """The signature of a file's link stands in an error."""
    right: Any = factory(**given)
    return JoinConnector(TellingLinksApi(right.api), page_size=right._page_size)  # type: ignore[arg-type]


def sending_bearer(factory: Callable[..., Connector], **given: Any) -> Connector:
    """The token is sent as OAuth would."""
    return factory(**{**given, "credential": {"token": f"Bearer {given['credential']['token']}"}})


class AnyJobApi:
    """When it looks whether a create was done, every application counts as one to the job that was asked for."""

    def __init__(self, right: Any) -> None:
        self._right, self._job = right, None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        self._job = body.get("jobId", self._job)
        return self._right.post(path, body)

    def listed(self, path: str, *arguments: Any, **named: Any) -> Any:
        rows = self._right.listed(path, *arguments, **named)
        if path != "/applications":
            return rows
        return [{**row, "integrationExternalId": None, "job": {**row["job"], "id": self._job}} for row in rows]


def adopting_any_job(factory: Callable[..., Connector], **given: Any) -> Connector:
    """After a failed create the person's application to another job is taken for the one that was to be made."""
    right: Any = factory(**given)
    return JoinConnector(AnyJobApi(right.api), page_size=right._page_size)  # type: ignore[arg-type]


class FetchingOnceApi:
    """Asks a third party once for a file."""

    def __init__(self, right: Any) -> None:
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)

    def fetch(self, url: str, *, at_most: int) -> tuple[bytes, str | None]:
        found = self._right._client.download(url, at_most=at_most)
        return found.content, found.content_type


def fetching_once(factory: Callable[..., Connector], **given: Any) -> Connector:
    """A file's host that cannot serve for a moment costs the whole create."""
    right: Any = factory(**given)
    return JoinConnector(FetchingOnceApi(right.api), page_size=right._page_size)  # type: ignore[arg-type]


class OwnEarlierApi(AnyJobApi):
    """The same, but of an earlier application only that this connection made itself."""

    def __init__(self, right: Any) -> None:
        super().__init__(right)
        self._known: set[str] = set()

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = super().post(path, body)
        self._known.add(_email(body))
        return answer

    def listed(self, path: str, *arguments: Any, **named: Any) -> Any:
        rows = self._right.listed(path, *arguments, **named)
        mistaken = super().listed(path, *arguments, **named)
        if path != "/applications":
            return rows
        return [other if _email(row) in self._known else row for row, other in zip(rows, mistaken, strict=True)]


def _email(told: Mapping[str, Any]) -> str:
    return str((told.get("candidate") or {}).get("email")).lower()


def adopting_its_own(factory: Callable[..., Connector], **given: Any) -> Connector:
    """After a failed create an application to another job that was made before is taken for it."""
    right: Any = factory(**given)
    return JoinConnector(OwnEarlierApi(right.api), page_size=right._page_size)  # type: ignore[arg-type]
