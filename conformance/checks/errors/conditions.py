"""Conditions in which a connection cannot work, and what a program can learn from a sync in each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from conformance.faithful import unfaithful
from conformance.files import FileServer
from conformance.lab import Blocked, Lab, World
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
    return try_sync(world, credential=world.wrong_credential())


def _expired(world: World) -> Told:
    minted = world.tenant.mint("all", expires_in=60)
    world.tenant.advance(120)
    return try_sync(world, credential=dict(minted.credential))


def _revoked(world: World) -> Told:
    minted = world.tenant.mint("all")
    world.tenant.revoke(minted.id)
    return try_sync(world, credential=dict(minted.credential))


def _nothing_allowed(world: World) -> Told:
    return try_sync(world, credential=dict(world.lab.mint(world, []).credential))


def _api_off(world: World) -> Told:
    if not world.lab.profile.api_off:
        raise Blocked("profile.yaml does not say how a customer switches the API off (api_off)")
    world.perform(world.lab.profile.api_off)
    return try_sync(world)


def _nobody(world: World) -> Told:
    return try_sync(world, base_url=NOWHERE)


def somebody_else(world: World) -> Told:
    with FileServer({}) as other:
        return try_sync(world, base_url=other.url)


CONDITIONS: dict[str, Callable[[World], Told]] = {
    "invalid": _invalid,
    "expired": _expired,
    "revoked": _revoked,
    "no permission": _nothing_allowed,
    "API off": _api_off,
    "nobody there": _nobody,
    "somebody else there": somebody_else,
}
ALIKE = frozenset({"invalid", "expired", "revoked"})
"""Vendors answer these alike, so they need not be told apart from each other."""


def told_when(lab: Lab, condition: str) -> Told:
    return lab.once(("told", condition), lambda: CONDITIONS[condition](lab.world()))


def told_when_empty(lab: Lab) -> Told:
    return lab.once(("told", "empty"), lambda: try_sync(lab.empty_world()))


def try_sync(world: World, *, credential: dict[str, str] | None = None, base_url: str | None = None) -> Told:
    try:
        session = world.connect(credential=credential, base_url=base_url)
        outcome = session.sync()
    except ConfigurationError as error:
        return Told(None, str(error), 0, ())
    rows = sum(len(found) for found in session.snapshot().rows.values())
    probed = session.probe()
    world.search("sync() and probe()", f"{outcome} {probed}")
    readable = tuple(one.model for one in probed if one.field is None and one.readable)
    by_probe = tuple(one.diagnostic for one in probed if one.diagnostic is not None)
    said = (*outcome.diagnostics, *by_probe)
    # Each by itself: what the probe passes on does not help whoever reads what the sync said.
    journal = world.tenant.journal()
    untrue = unfaithful(journal, outcome.diagnostics) or unfaithful(journal, by_probe)
    denied = tuple(one.model for one in said if one.reason == "not_permitted" or one.missing_permissions)
    return Told(outcome, None, rows, readable, denied, untrue, len(world.waits))
