"""The table of endpoints for discovery, sObjects and queries, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mock_servers.asymbl import endpoints, queries
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
    return tuple(
        one for operation in operations for one in (operation, replace(operation, path=f"{operation.path}/", form_of=operation.id))
    )


_SOBJECT = f"{DATA}/sobjects/{{sobject}}"
_OVERRIDE = Documented("REST API Developer Guide, using HTTP methods: PATCH by POST", CHECKED)

OPERATIONS = (
    # -- discovery
    Operation("versions.list", "GET", "/services/data", endpoints.list_versions, "All versions", _REST, needs_credential=False),
    reads("resources.list", DATA, endpoints.list_resources, "What one version offers"),
    reads("sobjects.list", f"{DATA}/sobjects", endpoints.list_sobjects, "All objects that the user sees"),
    reads("sobjects.read", _SOBJECT, endpoints.read_sobject, "One object without its fields"),
    reads("sobjects.describe", f"{_SOBJECT}/describe", endpoints.describe_sobject, "One object with fields, children, record types"),
    # -- records
    writes("records.create", "POST", _SOBJECT, endpoints.create_record, "A new record"),
    reads("records.read", f"{_SOBJECT}/{{id}}", endpoints.read_record, "One record"),
    writes("records.update", "PATCH", f"{_SOBJECT}/{{id}}", endpoints.update_record, "Change some fields of a record"),
    writes("records.delete", "DELETE", f"{_SOBJECT}/{{id}}", endpoints.delete_record, "A record into the recycle bin"),
    writes(
        "records.update_by_post", "POST", f"{_SOBJECT}/{{id}}",
        endpoints.overridden(None, patch=endpoints.update_record, delete=endpoints.delete_record), "PATCH or DELETE by POST", _OVERRIDE,
    ),
    reads("records.read_below", f"{_SOBJECT}/{{field}}/{{value}}", endpoints.read_below, "By external id; parent, children, file of a record"),
    writes("records.upsert", "PATCH", f"{_SOBJECT}/{{field}}/{{value}}", endpoints.upsert_record, "Change or create by external id"),
    writes(
        "records.upsert_by_post", "POST", f"{_SOBJECT}/{{field}}/{{value}}", endpoints.overridden(None, patch=endpoints.upsert_record),
        "PATCH by POST", _OVERRIDE,
    ),
    writes("records.delete_below", "DELETE", f"{_SOBJECT}/{{field}}/{{value}}", endpoints.delete_by_external_id, "Delete by external id"),
    reads("records.updated", f"{_SOBJECT}/updated", endpoints.list_updated, "Ids of what was made or changed in a window"),
    reads("records.deleted", f"{_SOBJECT}/deleted", endpoints.list_deleted, "Ids of what was deleted in a window"),
    # -- queries
    reads("query.run", f"{DATA}/query", queries.query(all_rows=False), "SOQL"),
    reads("query.run_all", f"{DATA}/queryAll", queries.query(all_rows=True), "SOQL, with what is in the recycle bin"),
    reads("query.more", f"{DATA}/query/{{locator}}", queries.next_page, "The next page of a result"),
    reads("query.more_all", f"{DATA}/queryAll/{{locator}}", queries.next_page, "The same under the other name"),
)  # fmt: skip
