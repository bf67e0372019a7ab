"""The hub's fixtures: an invented world, a clock that stands still, and one connection to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.hub.subject import InProcess, InProcessConnection
from tests.connectors.hub.invented import Ticking, World, small_world, target

Connect = Callable[..., InProcessConnection]


@pytest.fixture
def world() -> World:
    return small_world()


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def connect(world: World, clock: Ticking) -> Iterator[Connect]:
    """Open a connection to the world; keyword arguments are Target's."""
    opened: list[InProcessConnection] = []
    subject = InProcess(factories={"invented": world.connect}, now=clock)

    def connected(**changes: Any) -> InProcessConnection:
        opened.append(subject.connect(target(**changes)))
        return opened[-1]

    yield connected
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Connect) -> InProcessConnection:
    return connect()
