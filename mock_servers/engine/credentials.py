"""A tenant's keys: minted with any subset of the vendor's permissions, changed, expired and revoked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mock_servers.engine.vendors import Credential, Vendor

if TYPE_CHECKING:
    from mock_servers.engine.tenants import Tenant

ALL = "all"


class UnknownCredential(KeyError):
    """This tenant has no credential of that id."""


class UnknownPermission(KeyError):
    """The vendor has no permission or preset of that name."""


class CredentialIndex(dict[str, "tuple[Tenant, Credential]"]):
    """Every credential of one vendor by the secret under which requests present it."""


def resolve_permissions(vendor: Vendor, wanted: Iterable[str] | str) -> frozenset[str]:
    """Names, a preset's name or "all", with what they imply.

    Raises:
        UnknownPermission: the message lists the known names.
    """
    known = {permission.name: permission for permission in vendor.permissions}
    if wanted == ALL:
        return frozenset(known)
    if isinstance(wanted, str):
        presets = {preset.name: preset.permissions for preset in vendor.presets}
        if wanted not in presets:
            raise UnknownPermission(f"{vendor.name} has no preset {wanted!r}; it has {', '.join([ALL, *presets])}")
        wanted = presets[wanted]
    held: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name not in known:
            raise UnknownPermission(f"{vendor.name} has no permission {name!r}; it has {', '.join(known)}")
        if name not in held:
            held.add(name)
            pending.extend(known[name].implies)
    return frozenset(held)


class Credentials:
    """All keys of one tenant, by id. Revoked ones stay listed, so that a refusal can say why."""

    def __init__(self, tenant: Tenant, index: CredentialIndex, seed: str) -> None:
        self._tenant, self._index, self._seed = tenant, index, seed
        self._by_id: dict[str, Credential] = {}
        self._minted = 0

    def __iter__(self) -> Iterator[Credential]:
        return iter(self._by_id.values())

    def get(self, id: str) -> Credential:
        """Raises UnknownCredential."""
        if id not in self._by_id:
            raise UnknownCredential(f"tenant {self._tenant.id} has no credential {id!r}; it has {', '.join(self._by_id)}")
        return self._by_id[id]

    @property
    def first(self) -> Credential | None:
        """The one that a new tenant's answer shows: the oldest that is not revoked."""
        return next((credential for credential in self._by_id.values() if not credential.revoked), None)

    def mint(self, permissions: Iterable[str] | str = ALL, *, name: str | None = None, expires_at: float | None = None) -> Credential:
        """A new key. Raises UnknownPermission."""
        held = resolve_permissions(self._tenant.vendor, permissions)
        number = self._minted + 1
        lookup, secrets = self._tenant.vendor.authenticator.mint(self._tenant.name, number, self._seed)
        id = f"cred-{number}"
        now = self._tenant.clock.now()
        credential = Credential(id, name if name is not None else id, held, secrets, lookup, created_at=now, expires_at=expires_at)
        self._minted = number
        self._keep(credential)
        return credential

    def change(self, id: str, *, permissions: Iterable[str] | str | None = None) -> Credential:
        """Give a key other permissions. Raises UnknownCredential, UnknownPermission."""
        credential = self.get(id)
        if permissions is not None:
            credential.permissions = resolve_permissions(self._tenant.vendor, permissions)
        return credential

    def expire(self, id: str, at: float | None) -> Credential:
        """Let a key end at a moment of the tenant's clock; None: never."""
        credential = self.get(id)
        credential.expires_at = at
        return credential

    def revoke(self, id: str) -> Credential:
        credential = self.get(id)
        credential.revoked = True
        return credential

    def secret_values(self) -> set[str]:
        """Every value that must not be seen in a journal: of living and of revoked keys."""
        values = {value for credential in self._by_id.values() for value in (credential.lookup, *credential.secrets.values())}
        # A secrets dict also holds what is no secret, e.g. the account's name; short words would mask half the journal.
        return {value for value in values if len(value) >= 8 and value != self._tenant.name}

    def copies(self) -> tuple[Credential, ...]:
        return tuple(replace(credential) for credential in self._by_id.values())

    def restore(self, kept: tuple[Credential, ...]) -> None:
        """Have exactly these keys again; another tenant's keys get this tenant's own secrets."""
        self.forget()
        for number, credential in enumerate(kept, start=1):
            lookup, secrets = self._tenant.vendor.authenticator.mint(self._tenant.name, number, self._seed)
            self._keep(replace(credential, lookup=lookup, secrets=secrets))
        self._minted = len(kept)

    def forget(self) -> None:
        for credential in self._by_id.values():
            self._index.pop(credential.lookup, None)
        self._by_id.clear()
        self._minted = 0

    def _keep(self, credential: Credential) -> None:
        if credential.lookup in self._index:
            owner = self._index[credential.lookup][0].id
            raise ValueError(f"{self._tenant.vendor.name}'s authenticator minted for {self._tenant.id} the secret of {owner}")
        self._by_id[credential.id] = credential
        self._index[credential.lookup] = (self._tenant, credential)
