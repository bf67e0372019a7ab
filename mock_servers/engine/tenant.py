"""One customer account at one vendor: its data, keys, clock, quirks, faults, limit, journal, and the snapshots of all that."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from mock_servers.engine import snapshots
from mock_servers.engine.clock import Clock
from mock_servers.engine.credentials import CredentialIndex, Credentials
from mock_servers.engine.faults import Faults
from mock_servers.engine.journal import Journal
from mock_servers.engine.names import checked_name
from mock_servers.engine.places import Place
from mock_servers.engine.quirks import QuirkSwitches
from mock_servers.engine.rate_limit import RateLimit
from mock_servers.engine.snapshots import Snapshot
from mock_servers.engine.store import Store
from mock_servers.engine.vendors import Vendor
from mock_servers.engine.webhooks import Webhooks


class BadOption(ValueError):
    """The vendor has no such option, or the value is of another type."""


class UnknownSnapshot(KeyError):
    """This tenant has no snapshot of that name."""


class SnapshotExists(ValueError):
    """This tenant has a snapshot of that name already."""


class Tenant:
    """One customer account at one vendor. It begins as the snapshot `now` and goes on with its store.

    Raises BadPart when something in the snapshot is unknown to the vendor.
    """

    store: Store
    clock: Clock
    quirks: QuirkSwitches
    options: dict[str, Any]
    faults: Faults
    rate_limit: RateLimit
    credentials: Credentials
    webhooks: Webhooks

    def __init__(self, name: str, vendor: Vendor, now: Snapshot, *, index: CredentialIndex, secrets_seed: str, place: Place) -> None:
        self.id, self.name, self.vendor, self._place = f"{vendor.name}-{name}", name, vendor, place
        self.journal = Journal()
        self.clock = Clock()
        self.quirks, self.options = QuirkSwitches(vendor.quirks), dict(vendor.options)
        self.faults, self.rate_limit = Faults(self), RateLimit(vendor.rate_limit)
        self.credentials = Credentials(self, index, secrets_seed)
        self.scenario, self.store = now.scenario, now.store
        self.webhooks = Webhooks(self, secrets_seed)
        self.snapshots: dict[str, Snapshot] = {}
        self._start: Snapshot | None = None
        self._kept: dict[str, bytes] = {}
        try:
            snapshots.load_parts(self, now.parts)
        except Exception:
            self.credentials.forget()
            raise

    def reset(self) -> None:
        """Back to the start: data, clock, quirks, options, faults, rate limit, credentials; the journal is emptied, snapshots stay."""
        if self._start is None:
            raise RuntimeError(f"tenant {self.id} has not been told what it starts from")
        self.become(self._start)
        self.journal.clear()

    def start_here(self) -> None:
        """Let a reset go back to this moment."""
        self.keep()
        self._start = snapshots.take(self, self._place.start())

    def start_from(self, start: Snapshot, kept: Mapping[str, Snapshot]) -> None:
        """Let a reset go back to what was the start before the sandbox was started again, and have the snapshots of old."""
        self._start, self.snapshots = start, dict(kept)

    def become(self, snapshot: Snapshot) -> None:
        """Have everything that the snapshot holds. The journal goes on."""
        self.store.become(snapshot.store)
        self.scenario = snapshot.scenario
        snapshots.load_parts(self, snapshot.parts)
        self._kept.clear()

    def set_options(self, values: Mapping[str, Any]) -> None:
        """Change some options, or none of them. Raises BadOption."""
        self.options = {**self.options, **checked_options(self.vendor, values)}

    # -- snapshots ------------------------------------------------------------------------------------------------

    def take_snapshot(self, name: str | None = None) -> tuple[str, Snapshot]:
        """Keep all that the tenant is now, under a name. Raises BadName, SnapshotExists."""
        name = self._free_snapshot_name() if name is None else checked_name(name)
        if name in self.snapshots:
            raise SnapshotExists(f"tenant {self.id} has a snapshot {name!r} already; delete it, or give another name")
        self.keep()
        self.snapshots[name] = snapshots.take(self, self._place.snapshot(name))
        return name, self.snapshots[name]

    def snapshot(self, name: str) -> Snapshot:
        """Raises UnknownSnapshot."""
        if name not in self.snapshots:
            listed = ", ".join(self.snapshots) if self.snapshots else "none"
            raise UnknownSnapshot(f"tenant {self.id} has no snapshot {name!r}; it has {listed}")
        return self.snapshots[name]

    def restore(self, name: str) -> None:
        """Be again what a snapshot holds. Raises UnknownSnapshot."""
        self.become(self.snapshot(name))

    def drop_snapshot(self, name: str) -> None:
        """Raises UnknownSnapshot."""
        self.snapshot(name).store.close()
        del self.snapshots[name]
        self._place.forget_snapshot(name)

    def _free_snapshot_name(self) -> str:
        return next(name for name in (f"snapshot-{number}" for number in itertools.count(1)) if name not in self.snapshots)

    # -- lasting --------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """In a data folder: write down what has changed beside the rows. To be called before an answer tells of it."""
        if not self._place.lasting:
            return
        states = self._place.encoded(self)
        changed = {name: state for name, state in states.items() if self._kept.get(name) != state}
        if changed:
            self.store.keep_parts(changed)
            self._kept.update(changed)

    def close(self) -> None:
        """Let go of everything; what stands in a data folder stays there."""
        self.journal.end()
        self.clock.stop()
        self.credentials.forget()
        self.store.close()
        for snapshot in (*self.snapshots.values(), *(() if self._start is None else (self._start,))):
            snapshot.store.close()

    def erase(self) -> None:
        """Close it, and leave nothing behind."""
        self.close()
        self._place.erase()


def checked_options(vendor: Vendor, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, if the vendor has all these options and each is of its default's type. Raises BadOption."""
    for name, value in values.items():
        if name not in vendor.options:
            raise BadOption(f"{vendor.name} has no option {name!r}; it has {', '.join(vendor.options)}")
        default = vendor.options[name]
        fits = default is None or type(value) is type(default) or (type(default) is float and type(value) is int)
        if not fits:
            raise BadOption(f"option {name!r} is of type {type(default).__name__} (default {default!r}), not {type(value).__name__}")
    return dict(values)
