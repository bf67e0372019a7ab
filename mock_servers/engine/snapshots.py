"""A snapshot is all that a tenant is at one moment: its rows, and beside them the parts, one row each in PARTS.

Whatever a vendor keeps from one request to the next belongs into its tables (a cursor, a bulk job): then forks, resets,
snapshots, files and data folders hold it without another line. What the engine keeps outside of them is a part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.engine.clock import ClockState
from mock_servers.engine.credentials import CredentialsState
from mock_servers.engine.database import MEMORY
from mock_servers.engine.faults import FaultsState
from mock_servers.engine.rate_limit import RateLimitState
from mock_servers.engine.store import Store
from mock_servers.engine.webhook_log import WebhooksState

if TYPE_CHECKING:
    from mock_servers.engine.tenants import Tenant


class BadPart(ValueError):
    """What was read is not of the form that the part has, or names what the vendor does not know."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a tenant has beside its rows.

    `dump` returns plain data of the type `shape` (dataclasses, mappings, sequences, scalars), independent of the tenant.
    `load` takes it back and forgets what was before; for what the tenant does not know it raises KeyError, TypeError or ValueError.
    """

    name: str
    shape: Any
    dump: Callable[[Tenant], Any]
    load: Callable[[Tenant, Any], None]
    forked: bool = True
    """Whether a fork has it, too."""


def _load_options(tenant: Tenant, state: Mapping[str, Any]) -> None:
    tenant.options = dict(tenant.vendor.options)
    tenant.set_options(deepcopy(dict(state)))


# The clock first: what is loaded later may plan work on it.
PARTS = (
    Part("clock", ClockState, lambda tenant: tenant.clock.dump(), lambda tenant, state: tenant.clock.load(state)),
    Part("options", dict[str, Any], lambda tenant: deepcopy(tenant.options), _load_options),
    Part("quirks", dict[str, dict[str, Any]], lambda tenant: tenant.quirks.dump(), lambda tenant, state: tenant.quirks.load(state)),
    Part("rate_limit", RateLimitState, lambda tenant: tenant.rate_limit.dump(), lambda tenant, state: tenant.rate_limit.load(state)),
    Part("credentials", CredentialsState, lambda tenant: tenant.credentials.dump(), lambda tenant, state: tenant.credentials.load(state)),
    Part("faults", FaultsState, lambda tenant: tenant.faults.dump(), lambda tenant, state: tenant.faults.load(state), forked=False),
    # A fork would send everything twice to the same receivers.
    Part("webhooks", WebhooksState, lambda tenant: tenant.webhooks.dump(), lambda tenant, state: tenant.webhooks.load(state), forked=False),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`store` is its own: nobody writes to it."""

    scenario: str
    taken_at: float
    """On the tenant's clock."""
    store: Store
    parts: Mapping[str, Any]
    """By name; a part that is not there is as in a new tenant."""

    def for_fork(self) -> Snapshot:
        """Without what another tenant must not have."""
        return replace(self, parts={part.name: self.parts[part.name] for part in PARTS if part.forked and part.name in self.parts})


def take(tenant: Tenant, path: str = MEMORY) -> Snapshot:
    """The tenant as it is now."""
    return Snapshot(tenant.scenario, tenant.clock.now(), tenant.store.fork(path), dump_parts(tenant))


def dump_parts(tenant: Tenant) -> dict[str, Any]:
    return {part.name: part.dump(tenant) for part in PARTS}


def load_parts(tenant: Tenant, states: Mapping[str, Any]) -> None:
    """Have these parts; then the vendor may plan what its tables say is pending. Raises BadPart."""
    for part in PARTS:
        if part.name in states:
            try:
                part.load(tenant, states[part.name])
            except (KeyError, TypeError, ValueError) as error:
                # str() of a KeyError is the repr of its message.
                raise BadPart(f"{part.name}: {error.args[0] if error.args else type(error).__name__}") from error
    if tenant.vendor.resume is not None:
        tenant.vendor.resume(tenant)


# -- as JSON ----------------------------------------------------------------------------------------------------------


def encoded(state: Any) -> bytes:
    """A part's state as JSON."""
    return orjson.dumps(state, default=sorted)


def decoded(part: Part, text: bytes) -> Any:
    """A part's state from JSON. Raises BadPart."""
    from pydantic import ValidationError

    try:
        return _adapter(part.name).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in (part.name, *first["loc"]))
        raise BadPart(f"{place}: {first['msg']}") from error


@cache
def _adapter(name: str) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(next(part.shape for part in PARTS if part.name == name))
