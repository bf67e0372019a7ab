"""A vendor's OpenAPI 3.1 document, made of its table of operations: what is described is what is served."""

from __future__ import annotations

from typing import Any

from mock_servers.engine.vendors import Operation, Vendor

CREDENTIAL = "credential"
VERSION = "3.1.0"


def document(vendor: Vendor, server_url: str) -> dict[str, Any]:
    """The whole description, for clients that reach the vendor at `server_url`."""
    paths: dict[str, dict[str, Any]] = {}
    spelt = {operation.path for operation in vendor.operations}
    for operation in vendor.operations:
        # The same path with a slash behind it is another spelling, which nobody needs to read of.
        if operation.path != "/" and operation.path.endswith("/") and operation.path.rstrip("/") in spelt:
            continue
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    described: dict[str, Any] = {
        "openapi": VERSION,
        "info": {
            "title": f"{vendor.title}, simulated by ats-sandbox",
            "version": "1",
            "description": "A simulation: each operation's x-evidence says how sure its behaviour is.",
        },
        "servers": [{"url": server_url}],
        "paths": paths,
    }
    components = {
        "schemas": dict(vendor.schemas),
        "securitySchemes": {CREDENTIAL: dict(vendor.security_scheme)} if vendor.security_scheme is not None else {},
    }
    described["components"] = {name: members for name, members in components.items() if members}
    return described


def _described(operation: Operation) -> dict[str, Any]:
    return {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [{CREDENTIAL: []}] if operation.needs_credential else [],
        "x-permissions": list(operation.needs),
        "x-evidence": {"kind": operation.evidence.kind, "text": operation.evidence.text},
        "responses": {"default": {"description": "Not described yet"}},
        **operation.openapi,
    }
