"""/_sandbox/vendors, /_sandbox/tenants and their credentials."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from mock_servers.engine import openapi, worlds
from mock_servers.engine.addresses import connection
from mock_servers.engine.admin_desk import ADMIN_PATH, AdminProblem, Desk, Told, credential_json, evidence_json, iso, ready, with_settings
from mock_servers.engine.admin_models import CredentialChange, CredentialWish, ForkWish, Said, TenantWish
from mock_servers.engine.admin_webhooks import webhooks_json
from mock_servers.engine.faults import KINDS
from mock_servers.engine.tenants import DEFAULT_NAME
from mock_servers.engine.vendors import Vendor


def router(desk: Desk) -> APIRouter:
    """Its routes, over these tenants."""
    routes = APIRouter()
    _add_vendors(routes, desk)
    _add_tenants(routes, desk)
    _add_credentials(routes, desk)
    return routes


def _add_vendors(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/vendors", tags=["vendors"], summary="Every simulated vendor: permissions, operations, quirks, scenarios, options.")
    async def vendors(request: Request) -> dict[str, Any]:
        known = desk.tenants.vendors.values()
        return {
            "vendors": {vendor.name: {**desk.where(request, vendor.name), **_vendor_json(desk, vendor)} for vendor in known},
            "faults": [kind.describe() for kind in KINDS.values()],
        }

    @routes.get("/connection", tags=["vendors"], summary="Where everything is, and a working credential for each vendor.")
    async def told(request: Request) -> dict[str, Any]:
        root, tenants = desk.root(request), desk.tenants
        return connection(tenants.vendors, tenants.default_secrets, desk.addresses, root + ADMIN_PATH, root)

    @routes.get("/ca.pem", tags=["vendors"], summary="The certificate to trust for https.", response_class=PlainTextResponse)
    async def ca() -> PlainTextResponse:
        file = desk.addresses.ca
        if file is None:
            raise AdminProblem(404, "no_https", "this sandbox does not serve https", "start it without --no-https")
        return PlainTextResponse(file.read_text(encoding="ascii"), media_type="application/x-pem-file")

    @routes.get("/vendors/{name}/openapi.json", tags=["vendors"], summary="The vendor's own OpenAPI document, as it is simulated.")
    async def description(request: Request, name: str) -> dict[str, Any]:
        vendor = desk.tenants.vendor(name)
        return openapi.document(vendor, str(desk.where(request, vendor.name)["base_url"]))


def _vendor_json(desk: Desk, vendor: Vendor) -> dict[str, Any]:
    return {
        "title": vendor.title,
        "permissions": [{"name": it.name, "implies": it.implies, "evidence": evidence_json(it.evidence)} for it in vendor.permissions],
        "presets": {preset.name: list(preset.permissions) for preset in vendor.presets},
        "operations": [
            {
                "id": operation.id,
                "method": operation.method,
                "path": operation.path,
                "needs": operation.needs,
                "writes": operation.writes,
                "summary": operation.summary,
                "evidence": evidence_json(operation.evidence),
            }
            for operation in vendor.operations
        ],
        "quirks": [quirk.describe() for quirk in vendor.quirks],
        "scenarios": desk.tenants.scenarios.names(vendor),
        "default_scenario": vendor.default_scenario,
        "world": None if vendor.factory is None else worlds.describe(vendor.factory),
        "options": dict(vendor.options),
        "default_tenant": f"{vendor.name}-{DEFAULT_NAME}",
        "rate_limit": _rate_limit(vendor),
        "webhooks": webhooks_json(vendor),
    }


def _rate_limit(vendor: Vendor) -> dict[str, Any] | None:
    limit = vendor.rate_limit
    if limit is None:
        return None
    return {
        "requests": limit.requests,
        "window_seconds": limit.window_seconds,
        "on": limit.on_by_default,
        "evidence": evidence_json(limit.evidence),
    }


def _add_tenants(routes: APIRouter, desk: Desk) -> None:
    tenants = desk.tenants

    @routes.post("/tenants", status_code=201, tags=["tenants"], summary="Open an account at a vendor, with one credential.")
    async def create(request: Request, wish: TenantWish) -> dict[str, Any]:
        vendor = tenants.vendor(wish.vendor)
        kinds = {kind.name: kind for kind in vendor.quirks}
        quirks = {
            name: asdict(with_settings(kinds[name], value, "bad_quirk")) if isinstance(value, dict) and name in kinds else value
            for name, value in wish.quirks.items()
        }
        if wish.world is not None and wish.scenario is not None:
            raise AdminProblem(422, "invalid", "scenario and world contradict each other", "give one of them")
        tenant = tenants.create(
            vendor.name,
            scenario=wish.scenario if wish.world is None else worlds.name_of(wish.world),
            name=wish.name,
            permissions=wish.permissions,
            frozen=bool(wish.clock.frozen),
            at=wish.clock.at.timestamp() if wish.clock.at is not None else None,
            options=wish.options,
            quirks=quirks,
        )
        return desk.tenant(request, tenant)

    @routes.get("/tenants", tags=["tenants"], summary="All accounts, without secrets.")
    async def list_all(request: Request) -> dict[str, Any]:
        return {"tenants": [{**desk.tenant(request, tenant), "credential": None} for tenant in tenants]}

    @routes.get("/tenants/{id}", tags=["tenants"], summary="One account and its first living credential.")
    async def get(request: Request, id: str) -> dict[str, Any]:
        return desk.tenant(request, tenants.get(id))

    @routes.delete("/tenants/{id}", status_code=204, tags=["tenants"], summary="Close an account; the default one comes back fresh.")
    async def delete(id: str) -> None:
        tenants.delete(tenants.get(id))

    @routes.post("/tenants/{id}/reset", tags=["tenants"], summary="Back to the seed: all but its name.")
    async def reset(request: Request, id: str) -> dict[str, Any]:
        tenant = tenants.get(id)
        tenant.reset()
        return desk.tenant(request, tenant)

    @routes.post("/tenants/{id}/fork", status_code=201, tags=["tenants"], summary="A full copy with secrets of its own.")
    async def fork(request: Request, id: str, wish: ForkWish | None = None) -> dict[str, Any]:
        return desk.tenant(request, tenants.fork(tenants.get(id), wish.name if wish is not None else None))


def _add_credentials(routes: APIRouter, desk: Desk) -> None:
    tenants = desk.tenants

    @routes.post("/tenants/{id}/credentials", response_model=Told, status_code=201, tags=["credentials"], summary="Mint a key.")
    async def mint(request: Request, id: str, wish: CredentialWish) -> Response:
        tenant = tenants.get(id)
        if wish.expires_at is not None and wish.expires_in is not None:
            raise AdminProblem(422, "invalid", "expires_at and expires_in contradict each other", "give one of them")
        expires_at = wish.expires_at.timestamp() if wish.expires_at is not None else None
        if wish.expires_in is not None:
            expires_at = tenant.clock.now() + wish.expires_in
            iso(expires_at)  # so that a moment which cannot be written is refused here
        credential = tenant.credentials.mint(wish.permissions, name=wish.name, expires_at=expires_at)
        return ready({**credential_json(credential), "credential": desk.secrets(request, tenant, credential)}, 201)

    @routes.post("/tenants/{id}/leaks", tags=["credentials"], summary="Whether a text holds a secret of a key or of a session.")
    async def leaks(id: str, said: Said) -> dict[str, bool]:
        return {"leaks": any(secret in said.text for secret in tenants.get(id).credentials.secret_values())}

    @routes.get("/tenants/{id}/credentials", tags=["credentials"], summary="All keys, never their secrets.")
    async def list_all(id: str) -> dict[str, Any]:
        return {"credentials": [credential_json(credential) for credential in tenants.get(id).credentials]}

    @routes.patch(
        "/tenants/{id}/credentials/{credential_id}", response_model=Told, tags=["credentials"], summary="Other permissions, another end."
    )
    async def change(id: str, credential_id: str, wish: CredentialChange) -> Response:
        credentials = tenants.get(id).credentials
        credential = credentials.change(credential_id, permissions=wish.permissions)
        if "expires_at" in wish.model_fields_set:
            credentials.expire(credential_id, wish.expires_at.timestamp() if wish.expires_at is not None else None)
        return ready(credential_json(credential))

    @routes.delete("/tenants/{id}/credentials/{credential_id}", status_code=204, tags=["credentials"], summary="Revoke a key.")
    async def revoke(id: str, credential_id: str) -> None:
        tenants.get(id).credentials.revoke(credential_id)
