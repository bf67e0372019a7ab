"""All tenants of a sandbox: found by id, name or secret; created, forked, imported, deleted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mock_servers.engine import snapshots
from mock_servers.engine.clock import ClockState
from mock_servers.engine.credentials import ALL, CredentialIndex, resolve_permissions
from mock_servers.engine.data_folder import DataFolder
from mock_servers.engine.exchange import Exchange
from mock_servers.engine.names import DEFAULT_NAME, DEFAULT_SEED, BadName, checked_name
from mock_servers.engine.places import IN_MEMORY, Place
from mock_servers.engine.quirks import QuirkSwitches
from mock_servers.engine.scenarios import Scenarios
from mock_servers.engine.snapshots import Snapshot
from mock_servers.engine.tenant import BadOption, Tenant, checked_options
from mock_servers.engine.vendors import Credential, Vendor

__all__ = ["DEFAULT_NAME", "DEFAULT_SEED", "BadName", "BadOption", "NameTaken", "Tenant", "Tenants", "UnknownTenant", "UnknownVendor"]

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class UnknownTenant(KeyError):
    """No tenant of that id or name."""


class UnknownVendor(KeyError):
    """No vendor of that name is installed."""


class NameTaken(ValueError):
    """Another tenant of the vendor has that name."""


class Tenants:
    """All tenants of one sandbox. Each vendor has a default one, made when it is first needed."""

    def __init__(
        self,
        vendors: Mapping[str, Vendor],
        scenarios: Scenarios | None = None,
        *,
        seed: str = DEFAULT_SEED,
        folder: DataFolder | None = None,
        default_scenarios: Mapping[str, str] | None = None,
    ) -> None:
        """With a folder, tenants are kept there, and those that it holds are opened. Raises UnreadableFolder.

        `default_scenarios` tells, by vendor, what its default tenant starts as, where that is not what the vendor says.
        """
        self.vendors, self.scenarios, self._seed = vendors, scenarios if scenarios is not None else Scenarios(), seed
        self._folder, self._default_scenarios = folder, dict(default_scenarios) if default_scenarios is not None else {}
        self._touched: set[Tenant] = set()
        self._by_name: dict[str, dict[str, Tenant]] = {name: {} for name in self.vendors}
        self._numbers: dict[tuple[str, str], int] = {}
        self._by_secret: dict[str, CredentialIndex] = {name: CredentialIndex() for name in self.vendors}
        if folder is not None:
            try:
                self._open(folder)
            except Exception:
                self._let_go()
                raise

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
        if tenant is not None:
            return tenant
        its_vendor = self.vendor(vendor)
        return self._create(its_vendor, self._default_scenarios.get(vendor, its_vendor.default_scenario), DEFAULT_NAME)

    def default_secrets(self, vendor: str) -> dict[str, str]:
        """The default tenant's first credential, without making the tenant: `up` must not wait for its world."""
        tenant = self._by_name[vendor].get(DEFAULT_NAME)
        if tenant is not None and tenant.credentials.first is not None:
            return tenant.credentials.first.secrets
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
        """A full copy under another name and with secrets of its own; no faults, no snapshots, an empty journal.

        Raises BadName, NameTaken.
        """
        self._refuse_taken(origin.vendor, name)
        name = self._free_name(origin.vendor.name, origin.name) if name is None else name
        place = self._place(origin.vendor, name)
        return self._begin(name, origin.vendor, snapshots.take(origin, place.now()).for_fork(), place)

    def take_in(self, vendor: Vendor, content: Snapshot, name: str) -> Tenant:
        """A new account that is what a snapshot from elsewhere holds. Raises BadName, NameTaken, BadPart: nothing was created."""
        self._refuse_taken(vendor, name)
        place = self._place(vendor, name)
        return self._begin(name, vendor, replace(content, store=content.store.fork(place.now())), place)

    def check(self, tenant: Tenant, content: Snapshot) -> None:
        """Try a snapshot from elsewhere on a tenant nobody sees. Raises BadPart."""
        trial = replace(content, store=content.store.fork())
        Tenant(tenant.name, tenant.vendor, trial, index=CredentialIndex(), secrets_seed=self._seed, place=IN_MEMORY).close()

    def delete(self, tenant: Tenant) -> None:
        del self._by_name[tenant.vendor.name][tenant.name]
        self._touched.discard(tenant)
        tenant.erase()

    @property
    def lasting(self) -> bool:
        """Whether there is a data folder."""
        return self._folder is not None

    def keep(self) -> None:
        """Let everything that has been told so far outlive the process, where there is a data folder."""
        if self.lasting:
            for tenant in self:
                tenant.keep()
            self._touched.clear()

    def keep_after(self, exchange: Exchange) -> None:
        """The same after one request, before its answer goes out.

        What a mere read changes (the limit's counter, when a key was last used) may wait for `keep_touched`.
        """
        if exchange.method in READING and not exchange.faults_acted:
            self._touched.add(exchange.tenant)
        else:
            exchange.tenant.keep()

    def keep_touched(self) -> None:
        while self._touched:
            self._touched.pop().keep()

    def close(self) -> None:
        """The end of the sandbox: tenants in memory are gone, those in a data folder stay there."""
        self.keep()
        self._let_go()

    # -- inside -------------------------------------------------------------------------------------------------

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
        now = world.now if at is None else at
        held = resolve_permissions(vendor, permissions)
        parts = {
            "clock": ClockState(now, frozen),
            "options": checked_options(vendor, options if options is not None else {}),
            "quirks": switches.dump(),
        }
        name = self._free_name(vendor.name, world.name.partition(":")[0]) if name is None else name
        place = self._place(vendor, name)
        return self._begin(name, vendor, Snapshot(world.name, now, world.store.fork(place.now()), parts), place, held)

    def _begin(self, name: str, vendor: Vendor, now: Snapshot, place: Place, first: Iterable[str] | None = None) -> Tenant:
        """A tenant that is what `now` holds, with a first credential if permissions are given; a reset goes back to this."""
        index = self._by_secret[vendor.name]
        try:
            tenant = Tenant(name, vendor, now, index=index, secrets_seed=self._seed, place=place)
        except Exception:
            now.store.close()
            place.erase()
            raise
        if first is not None:
            tenant.credentials.mint(first, name="first")
        tenant.start_here()
        self._by_name[vendor.name][name] = tenant
        return tenant

    def _let_go(self) -> None:
        for tenants in self._by_name.values():
            for tenant in tenants.values():
                tenant.close()
            tenants.clear()
        if self._folder is not None:
            self._folder.close()

    def _open(self, folder: DataFolder) -> None:
        self._numbers = folder.numbers()
        for name in filter(folder.has, self.vendors):
            vendor = self.vendors[name]
            for found in folder.tenants(vendor):
                index = self._by_secret[vendor.name]
                tenant = Tenant(found.name, vendor, found.now, index=index, secrets_seed=self._seed, place=found.place)
                tenant.start_from(found.start, found.snapshots)
                self._by_name[vendor.name][found.name] = tenant

    def _place(self, vendor: Vendor, name: str) -> Place:
        return IN_MEMORY if self._folder is None else self._folder.place(vendor, name)

    def _refuse_taken(self, vendor: Vendor, name: str | None) -> None:
        if name is None:
            return
        checked_name(name)
        if name == DEFAULT_NAME or name in self._by_name[vendor.name]:
            raise NameTaken(f"{vendor.name} has a tenant {name!r} already; give another name, or none to have one chosen")

    def _free_name(self, vendor: str, stem: str) -> str:
        """A name that was never given before, so that an old client's secret never opens a new account."""
        stem = re.sub(r"-[0-9]+$", "", re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-"))[:30].strip("-")
        for number in itertools.count(self._numbers.get((vendor, stem), 0) + 1):
            if f"{stem}-{number}" not in self._by_name[vendor]:
                self._numbers[vendor, stem] = number
                if self._folder is not None:
                    self._folder.keep_numbers(self._numbers)
                return f"{stem}-{number}"
        raise AssertionError("itertools.count() does not end")
