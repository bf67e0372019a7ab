"""What the parts of the admin API share: the tenants, where vendors are reached, and how things are written as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from fastapi import Request, Response
from pydantic import TypeAdapter

from mock_servers.engine.addresses import Addresses
from mock_servers.engine.clock import Clock
from mock_servers.engine.credentials import shown
from mock_servers.engine.evidence import Evidence
from mock_servers.engine.tenants import Tenant, Tenants
from mock_servers.engine.vendors import Credential

ADMIN_PATH = "/_sandbox"
LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
Told = dict[str, Any]
"""What the document says of an answer that is `ready`."""
S = TypeVar("S")
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
"""Of quirks and faults: each takes as long to make as a whole call."""


class AdminProblem(Exception):
    """An error with its status, code, message and hint."""

    def __init__(self, status: int, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.hint = status, code, message, hint


@dataclass(frozen=True, slots=True)
class Desk:
    """The tenants as the admin API shows them."""

    tenants: Tenants
    addresses: Addresses

    def root(self, request: Request) -> str:
        """The main port as the one who asks calls it."""
        return f"{request.url.scheme}://{request.url.netloc}"

    def where(self, request: Request, vendor: str) -> dict[str, str | None]:
        """The vendor's root as the one who asks can be configured with it."""
        base_url, https_base_url = self.addresses.vendor(vendor, self.root(request))
        return {"base_url": base_url, "https_base_url": https_base_url}

    def secrets(self, request: Request, tenant: Tenant, credential: Credential) -> dict[str, str]:
        """What the credential's client is given."""
        return shown(credential.secrets, self.where(request, tenant.vendor.name)["base_url"] or "")

    def tenant(self, request: Request, tenant: Tenant) -> dict[str, Any]:
        first = tenant.credentials.first
        return {
            "id": tenant.id,
            "name": tenant.name,
            "vendor": tenant.vendor.name,
            "scenario": tenant.scenario,
            **self.where(request, tenant.vendor.name),
            "clock": clock_json(tenant.clock),
            "credential": self.secrets(request, tenant, first) if first is not None else None,
            "credential_id": first.id if first is not None else None,
        }


def ready(content: Any, status: int = 200) -> Response:
    """An answer of plain data, written at once: FastAPI would look at each value of it first."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def evidence_json(evidence: Evidence) -> dict[str, str]:
    return {"kind": evidence.kind, "text": evidence.text}


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def clock_json(clock: Clock) -> dict[str, Any]:
    return {"now": iso(clock.now()), "frozen": clock.frozen}


def credential_json(credential: Credential) -> dict[str, Any]:
    """Without its secrets."""
    return {
        "id": credential.id,
        "name": credential.name,
        "permissions": sorted(credential.permissions),
        "created_at": iso(credential.created_at),
        "expires_at": None if credential.expires_at is None else iso(credential.expires_at),
        "revoked": credential.revoked,
        "last_used_at": None if credential.last_used_at is None else iso(credential.last_used_at),
    }


def with_settings(kind: type[S], settings: Mapping[str, Any], problem: str) -> S:
    """An instance of a quirk or fault with these settings, checked by the types of its fields.

    Raises:
        AdminProblem: a setting that it does not have.
        pydantic.ValidationError: a value of another type.
    """
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # quirks and faults are dataclasses
    unknown = sorted(set(settings) - set(known))
    if unknown:
        has = f"it has {', '.join(known)}" if known else "it has none"
        raise AdminProblem(422, problem, f"{getattr(kind, 'name', kind.__name__)} has no setting {', '.join(unknown)}", has)
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    checked: S = _ADAPTERS[kind].validate_python(dict(settings))
    return checked
