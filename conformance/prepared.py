"""Connections that have synced already: made once for each set of settings, then copied for whoever begins with a synced one.

Most cases begin with a full sync, and most of a run's time would go into the same one again and again. A subject that can copy
a connection (`Connection.copy`) is spared that: the original is never used, and its tenant goes back to its seed, where the
sync had found it, before each copy. One that cannot syncs anew in a fresh tenant; nothing else differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from conformance import judge
from conformance.lab import Lab, Session


class Prepared:
    """One original, and what it shows."""

    def __init__(self, session: Session) -> None:
        self.session, self.shown = session, session.snapshot()
        self.tables = session.world.tenant.dump()
        self.busy = False

    @contextmanager
    def copied(self) -> Iterator[Session]:
        """A copy in the original's tenant, for one user at a time."""
        self.busy = True
        world = self.session.world
        world.as_it_was()
        world.known_tables(self.tables)
        copy = self.session.copy()
        try:
            yield copy
        finally:
            copy.close()
            self.busy = False


@contextmanager
def synced(lab: Lab, settings: Mapping[str, Any] | None = None, *, anew: bool = False) -> Iterator[tuple[Session, judge.Snapshot]]:
    """A connection with every permission after its first full sync, and what it shows, in a tenant in which nothing has happened.

    It ends with the block, so what is needed of its world has to be taken before. `anew`: no copy, but the very connection
    that did the sync, with whatever it remembers of it beside its records. Raises Blocked.
    """
    own = settings or {}
    original = None if anew else _original(lab, own)
    if original is not None and not original.busy:
        with original.copied() as copy:
            yield copy, original.shown
        return
    world = lab.world()
    session = world.connect(settings=own)
    session.sync_well()
    yield session, session.snapshot()
    lab.close_world(world)


def _original(lab: Lab, settings: Mapping[str, Any]) -> Prepared | None:
    """None when the subject's connections cannot be copied, or when the sync moved the tenant's clock."""
    if lab.subject.real_time:
        return None

    def observe() -> Prepared | None:
        world = lab.world()
        session = world.connect(settings=settings)
        session.sync_well()
        try:
            session.copy().close()
        except NotImplementedError:
            return None
        if world.waits:
            return None
        world.kept = True
        return Prepared(session)

    return lab.once(("prepared", orjson.dumps(settings, option=orjson.OPT_SORT_KEYS)), observe)
