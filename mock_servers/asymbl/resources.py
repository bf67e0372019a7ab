"""The table of endpoints for discovery, sObjects and queries, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mock_servers.asymbl import endpoints
from mock_servers.engine.evidence import Documented, Evidence
from mock_servers.engine.vendors import Handler, Operation

CHECKED = "2026-11"
DATA = "/services/data/v{version}"
_REST = Documented("REST API Developer Guide", CHECKED)


def reads(id: str, path: str, handler: Handler, summary: str, evidence: Evidence = _REST) -> Operation:
    return Operation(id, "GET", path, handler, summary, evidence)


def writes(id: str, method: str, path: str, handler: Handler, summary: str, evidence: Evidence = _REST) -> Operation:
    return Operation(id, method, path, handler, summary, evidence, writes=True)


def with_trailing_slash(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Each row at its path and at the path with a slash behind it: real clients send both."""
    return tuple(one for operation in operations for one in (operation, replace(operation, path=f"{operation.path}/")))


OPERATIONS = (
    Operation("versions.list", "GET", "/services/data", endpoints.list_versions, "All versions", _REST, needs_credential=False),
    writes("records.create", "POST", f"{DATA}/sobjects/{{sobject}}", endpoints.create_record, "A new record"),
)
