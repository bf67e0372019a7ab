"""Wrong connectors to JOIN, each a subclass of the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.join.connector import JoinConnector
from connectors.transport.seams import SeamStep
from connectors.unified.connector import Connector


def made_as(kind: type[JoinConnector]) -> Callable[..., Connector]:
    """A factory of connectors of this class, made as the right one is."""

    def connect(factory: Callable[..., Connector], **given: Any) -> Connector:
        right: Any = factory(**given)
        return kind(right.api, page_size=right._page_size)

    return connect


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


class CountsPages(JoinConnector):
    """Reads pages by number while the list moves."""

    def _pages(self, path: str, query: Sequence[tuple[str, str]]) -> Any:
        right = super()._pages(path, query)
        return Counted(right.fetch, right.size)


counting_pages = made_as(CountsPages)


def sending_bearer(factory: Callable[..., Connector], **given: Any) -> Connector:
    """The token is sent as OAuth would."""
    return factory(**{**given, "credential": {"token": f"Bearer {given['credential']['token']}"}})
