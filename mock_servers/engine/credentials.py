"""A tenant's keys: minted with any subset of the vendor's permissions, changed, expired and revoked; and the tokens issued to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mock_servers.engine.vendors import Credential, Token, Vendor

if TYPE_CHECKING:
    from mock_servers.engine.tenants import Tenant

ALL = "all"
BASE_URL = "{base_url}"
"""Stands among a credential's secrets for the vendor's address, which differs by the way it is reached."""
TOKENS_KEPT = 10_000
"""Ended tokens stay known, so that a refusal can say why, until there are so many."""


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
        return _one_of_many(frozenset(known))
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
    return _one_of_many(frozenset(held))


@lru_cache(512)
def _one_of_many(permissions: frozenset[str]) -> frozenset[str]:
    """The same object for the same permissions: a vendor may have thousands, and who looks something up by them compares them all."""
    return permissions


def shown(secrets: Mapping[str, str], base_url: str) -> dict[str, str]:
    """A credential's secrets for somebody who reaches the vendor at `base_url`."""
    return {name: base_url if value == BASE_URL else value for name, value in secrets.items()}


@dataclass(frozen=True, slots=True)
class CredentialsState:
    """Keys and tokens as a snapshot keeps them."""

    tenant: str
    """The name of the tenant whose they are."""
    keys: tuple[Credential, ...]
    """In the order in which they were minted; none is ever removed."""
    tokens: tuple[Token, ...]
    issued: int
    """How many tokens there have ever been."""


class Credentials:
    """All keys of one tenant, by id, and their tokens. Revoked ones stay listed, so that a refusal can say why."""

    def __init__(self, tenant: Tenant, index: CredentialIndex, seed: str) -> None:
        self._tenant, self._index, self._seed = tenant, index, seed
        self._by_id: dict[str, Credential] = {}
        self._tokens: dict[str, Token] = {}
        self._minted = 0
        self.issued = 0
        """How many tokens were issued to these keys, ended ones too; a vendor can draw new secrets from it. Goes back only with
        all the rest, to a start or a snapshot."""

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
        self._enroll(credential)
        self._issue_first(credential)
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

    # -- tokens -------------------------------------------------------------------------------------------------

    def issue(self, token: Token) -> Token:
        """Let requests that present it be its credential's. Raises UnknownCredential, or ValueError when the lookup is taken."""
        credential = self.get(token.credential_id)
        self._refuse_taken(token.lookup)
        if len(self._tokens) >= TOKENS_KEPT:
            self._drop_ended_tokens()
        self._tokens[token.lookup] = token
        self.issued += 1
        self._index[token.lookup] = (self._tenant, credential)
        return token

    def token(self, lookup: str) -> Token | None:
        """An ended one is found too."""
        return self._tokens.get(lookup)

    def tokens(self) -> tuple[Token, ...]:
        """Copies of all, ended ones too: plain data for a snapshot."""
        return tuple(replace(token, facts=dict(token.facts)) for token in self._tokens.values())

    def _issue_first(self, credential: Credential) -> None:
        first_tokens = self._tenant.vendor.first_tokens
        for token in first_tokens(credential, self._tenant.clock.now()) if first_tokens is not None else ():
            self.issue(token)

    def _drop_ended_tokens(self) -> None:
        now = self._tenant.clock.now()
        for lookup, token in list(self._tokens.items()):
            if token.revoked or (token.expires_at is not None and token.expires_at <= now):
                del self._tokens[lookup]
                self._index.pop(lookup, None)

    # -- copies -------------------------------------------------------------------------------------------------

    def secret_values(self) -> set[str]:
        """Every value that must not be seen in a journal: of living and of revoked keys."""
        values = {value for credential in self._by_id.values() for value in (credential.lookup, *credential.secrets.values())}
        values |= {token.secret for token in self._tokens.values()}
        # A secrets dict also holds what is no secret, e.g. the account's name; short words would mask half the journal.
        return {value for value in values if len(value) >= 8 and value not in (self._tenant.name, BASE_URL)}

    def dump(self) -> CredentialsState:
        """Copies of all keys and tokens, secrets included."""
        keys = tuple(replace(credential, secrets=dict(credential.secrets)) for credential in self._by_id.values())
        return CredentialsState(self._tenant.name, keys, self.tokens(), self.issued)

    def load(self, state: CredentialsState) -> None:
        """Have exactly these keys and tokens.

        Those of a tenant of another name get secrets of this tenant's own, and each its first tokens, issued now: a secret
        leads to one tenant only. Raises UnknownPermission, or ValueError when one leads elsewhere; nothing has changed then.
        """
        known = {permission.name for permission in self._tenant.vendor.permissions}
        unknown = sorted({name for key in state.keys for name in key.permissions} - known)
        if unknown:
            raise UnknownPermission(f"{self._tenant.vendor.name} has no permission {', '.join(unknown)}")
        if state.tenant == self._tenant.name:
            self._load_own(state)
        else:
            self._load_anothers(state)
        self._minted = len(state.keys)

    def _load_own(self, state: CredentialsState) -> None:
        for lookup in (*(key.lookup for key in state.keys), *(token.lookup for token in state.tokens)):
            self._refuse_anothers(lookup)
        self.forget()
        for credential in state.keys:
            self._keep(replace(credential, secrets=dict(credential.secrets)))
        for token in state.tokens:
            self.issue(replace(token, facts=dict(token.facts)))
        self.issued = state.issued

    def _load_anothers(self, state: CredentialsState) -> None:
        minting = self._tenant.vendor.authenticator.mint
        minted = [minting(self._tenant.name, number, self._seed) for number, _ in enumerate(state.keys, start=1)]
        for lookup, _ in minted:
            self._refuse_anothers(lookup)
        self.forget()
        self.issued = 0
        for credential, (lookup, secrets) in zip(state.keys, minted, strict=True):
            own = replace(credential, lookup=lookup, secrets=secrets)
            self._keep(own)
            self._enroll(own)
            self._issue_first(own)

    def forget(self) -> None:
        for credential in self._by_id.values():
            self._index.pop(credential.lookup, None)
        for lookup in self._tokens:
            self._index.pop(lookup, None)
        self._by_id.clear()
        self._tokens.clear()
        self._minted = 0

    def _keep(self, credential: Credential) -> None:
        self._refuse_taken(credential.lookup)
        self._by_id[credential.id] = credential
        self._index[credential.lookup] = (self._tenant, credential)

    def _enroll(self, credential: Credential) -> None:
        if self._tenant.vendor.enroll is not None:
            self._tenant.vendor.enroll(self._tenant.store, credential, self._tenant.clock.now())

    def _refuse_taken(self, lookup: str) -> None:
        if lookup in self._index:
            owner = self._index[lookup][0].id
            raise ValueError(f"{self._tenant.vendor.name}'s authenticator gave {self._tenant.id} a secret of {owner}")

    def _refuse_anothers(self, lookup: str) -> None:
        if lookup in self._index and self._index[lookup][0] is not self._tenant:
            self._refuse_taken(lookup)
