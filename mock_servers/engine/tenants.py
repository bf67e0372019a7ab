"""Tenants: customer accounts with their own data, keys, clock, quirks, faults and journal; created, forked, reset, deleted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from mock_servers.engine.clock import Clock
from mock_servers.engine.credentials import ALL, CredentialIndex, Credentials, resolve_permissions
from mock_servers.engine.faults import Faults
from mock_servers.engine.journal import Journal
from mock_servers.engine.quirks import QuirkSwitches
from mock_servers.engine.rate_limit import RateLimit
from mock_servers.engine.scenarios import Scenarios
from mock_servers.engine.store import Store
from mock_servers.engine.vendors import Credential, Token, Vendor

DEFAULT_NAME = "demo"
DEFAULT_SEED = "ats-sandbox"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class UnknownTenant(KeyError):
    """No tenant of that id or name."""


class UnknownVendor(KeyError):
    """No vendor of that name is installed."""


class NameTaken(ValueError):
    """Another tenant of the vendor has that name."""


class BadName(ValueError):
    """A tenant's name must serve as the first label of a host name."""


class BadOption(ValueError):
    """The vendor has no such option, or the value is of another type."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What a reset goes back to."""

    scenario: str
    store: Store
    now: float
    frozen: bool
    quirks: QuirkSwitches
    options: Mapping[str, Any]
    rate_limit: RateLimit
    credentials: tuple[Credential, ...] = ()
    tokens: tuple[Token, ...] | None = None
    """None: each credential's first ones."""


class Tenant:
    """One customer account at one vendor."""

    store: Store
    clock: Clock
    quirks: QuirkSwitches
    options: dict[str, Any]
    faults: Faults
    rate_limit: RateLimit

    def __init__(self, name: str, vendor: Vendor, seed: Seed, index: CredentialIndex, secrets_seed: str) -> None:
        self.id, self.name, self.vendor = f"{vendor.name}-{name}", name, vendor
        self.journal = Journal()
        self.credentials = Credentials(self, index, secrets_seed)
        self._seed = seed
        self._begin()

    @property
    def scenario(self) -> str:
        return self._seed.scenario

    def reset(self) -> None:
        """Back to the seed: data, clock, quirks, options, faults, rate limit, credentials; the journal is emptied."""
        self.store.close()
        self.journal.clear()
        self._begin()

    def set_options(self, values: Mapping[str, Any]) -> None:
        """Change some options, or none of them. Raises BadOption."""
        self.options = {**self.options, **checked_options(self.vendor, values)}

    def keep_credentials(self) -> None:
        """Let a reset bring back the credentials as they are now."""
        self._seed = replace(self._seed, credentials=self.credentials.copies())

    def as_seed(self) -> Seed:
        """An independent copy of all that a reset or a fork brings back; the tokens are of use under this tenant's name only."""
        return Seed(
            self.scenario,
            self.store.fork(),
            self.clock.now(),
            self.clock.frozen,
            self.quirks.copy(),
            deepcopy(self.options),
            self.rate_limit.copy(),
            self.credentials.copies(),
            self.credentials.tokens(),
        )

    def close(self) -> None:
        self.credentials.forget()
        self.store.close()
        self._seed.store.close()

    def _begin(self) -> None:
        seed = self._seed
        self.store = seed.store.fork()
        self.clock = Clock(seed.now, frozen=seed.frozen)
        self.quirks, self.options = seed.quirks.copy(), dict(deepcopy(seed.options))
        self.faults, self.rate_limit = Faults(), seed.rate_limit.copy()
        self.credentials.restore(seed.credentials, seed.tokens)


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


class Tenants:
    """All tenants of one sandbox. Each vendor has a default one, made when it is first needed."""

    def __init__(self, vendors: Mapping[str, Vendor], scenarios: Scenarios | None = None, *, seed: str = DEFAULT_SEED) -> None:
        self.vendors, self.scenarios, self._seed = dict(vendors), scenarios if scenarios is not None else Scenarios(), seed
        self._by_name: dict[str, dict[str, Tenant]] = {name: {} for name in self.vendors}
        self._numbers: dict[tuple[str, str], int] = {}
        self._by_secret: dict[str, CredentialIndex] = {name: CredentialIndex() for name in self.vendors}

    # -- finding ------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Tenant]:
        for tenants in self._by_name.values():
            yield from tenants.values()

    def vendor(self, name: str) -> Vendor:
        """Raises UnknownVendor."""
        if name not in self.vendors:
            raise UnknownVendor(f"no vendor {name!r}; installed: {', '.join(self.vendors)}")
        return self.vendors[name]

    def get(self, id: str) -> Tenant:
        """By id. Raises UnknownTenant."""
        for vendor, tenants in self._by_name.items():
            for tenant in tenants.values():
                if tenant.id == id:
                    return tenant
            if id == f"{vendor}-{DEFAULT_NAME}":
                return self.default(vendor)
        raise UnknownTenant(f"no tenant {id!r}")

    def by_secret(self, vendor: str, secret: str) -> tuple[Tenant, Credential] | None:
        """Whose credential this is; a revoked or expired one is found too."""
        found = self._by_secret[vendor].get(secret)
        if found is None and DEFAULT_NAME not in self._by_name[vendor]:
            self.default(vendor)
            found = self._by_secret[vendor].get(secret)
        return found

    def by_name(self, vendor: str, name: str) -> Tenant | None:
        """By name or id: what a host's first label or the path form may hold."""
        if name == DEFAULT_NAME:
            return self.default(vendor)
        tenants = self._by_name[vendor]
        return tenants.get(name) or tenants.get(name.removeprefix(f"{vendor}-"))

    def default(self, vendor: str) -> Tenant:
        """The tenant for whom a working credential is known from the start."""
        tenant = self._by_name[vendor].get(DEFAULT_NAME)
        return tenant if tenant is not None else self._create(self.vendor(vendor), self.vendor(vendor).default_scenario, DEFAULT_NAME)

    def default_secrets(self, vendor: str) -> dict[str, str]:
        """The default tenant's first credential, without making the tenant: `up` must not wait for its world."""
        return self.vendor(vendor).authenticator.mint(DEFAULT_NAME, 1, self._seed)[1]

    # -- making and ending --------------------------------------------------------------------------------------

    def create(
        self,
        vendor: str,
        *,
        scenario: str | None = None,
        name: str | None = None,
        permissions: Iterable[str] | str = ALL,
        frozen: bool = False,
        at: float | None = None,
        options: Mapping[str, Any] | None = None,
        quirks: Mapping[str, bool | Mapping[str, Any]] | None = None,
    ) -> Tenant:
        """A new account with one credential.

        Raises:
            UnknownVendor, UnknownScenario, UnknownPermission, BadName, NameTaken, BadOption: nothing was created.
            KeyError, TypeError: a quirk or setting that the vendor does not have; nothing was created.
        """
        its_vendor = self.vendor(vendor)
        world = scenario if scenario is not None else its_vendor.default_scenario
        self._refuse_taken(its_vendor, name)
        return self._create(its_vendor, world, name, permissions, frozen, at, options, quirks)

    def fork(self, origin: Tenant, name: str | None = None) -> Tenant:
        """A full copy under another name and with secrets of its own; no faults, an empty journal. Raises BadName, NameTaken."""
        self._refuse_taken(origin.vendor, name)
        return self._add(
            origin.vendor,
            self._free_name(origin.vendor.name, origin.name) if name is None else name,
            replace(origin.as_seed(), tokens=None),
        )

    def delete(self, tenant: Tenant) -> None:
        del self._by_name[tenant.vendor.name][tenant.name]
        tenant.close()

    def _create(
        self,
        vendor: Vendor,
        scenario: str,
        name: str | None = None,
        permissions: Iterable[str] | str = ALL,
        frozen: bool = False,
        at: float | None = None,
        options: Mapping[str, Any] | None = None,
        quirks: Mapping[str, bool | Mapping[str, Any]] | None = None,
    ) -> Tenant:
        world = self.scenarios.get(vendor, scenario)
        switches = QuirkSwitches(vendor.quirks)
        for quirk, wish in (quirks if quirks is not None else {}).items():
            switches.switch(quirk, on=wish is not False, settings=dict(wish) if isinstance(wish, Mapping) else None)
        start = world.now if at is None else at
        all_options = {**vendor.options, **checked_options(vendor, options if options is not None else {})}
        held = resolve_permissions(vendor, permissions)
        seed = Seed(world.name, world.store.fork(), start, frozen, switches, all_options, RateLimit(vendor.rate_limit))
        tenant = self._add(vendor, self._free_name(vendor.name, world.name) if name is None else name, seed)
        tenant.credentials.mint(held, name="first")
        tenant.keep_credentials()
        return tenant

    def _refuse_taken(self, vendor: Vendor, name: str | None) -> None:
        if name is None:
            return
        if not NAME.fullmatch(name):
            raise BadName(f"{name!r} is no name for a tenant: at most 40 of a-z, 0-9 and dashes inside, as in a host name")
        if name == DEFAULT_NAME or name in self._by_name[vendor.name]:
            raise NameTaken(f"{vendor.name} has a tenant {name!r} already; give another name, or none to have one chosen")

    def _add(self, vendor: Vendor, name: str, seed: Seed) -> Tenant:
        tenant = Tenant(name, vendor, seed, self._by_secret[vendor.name], self._seed)
        self._by_name[vendor.name][name] = tenant
        return tenant

    def _free_name(self, vendor: str, stem: str) -> str:
        """A name that was never given before, so that an old client's secret never opens a new account."""
        stem = re.sub(r"-[0-9]+$", "", re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-"))[:30].strip("-")
        for number in itertools.count(self._numbers.get((vendor, stem), 0) + 1):
            if f"{stem}-{number}" not in self._by_name[vendor]:
                self._numbers[vendor, stem] = number
                return f"{stem}-{number}"
        raise AssertionError("itertools.count() does not end")
