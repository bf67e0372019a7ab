"""What the suite asks a tenant's journal for is what a look through the whole journal finds."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from conformance.sandbox import Sandbox, Tenant


@pytest.fixture
def tenant(sandbox: str) -> Iterator[Tenant]:
    """An account at Pinpoint."""
    with Sandbox(sandbox) as client:
        made = client.create("pinpoint")
        yield made
        made.delete()


def _ask(tenant: Tenant, path: str, method: str = "GET") -> None:
    httpx.request(method, f"{tenant.base_url}/api/v1{path}", headers={"X-API-KEY": next(iter(tenant.credential.values()))})


def test_one_operation_one_status_or_what_changed_something_is_told_alone(tenant: Tenant) -> None:
    for method, path in (
        ("GET", "/jobs"),
        ("GET", "/candidates"),
        ("GET", "/jobs"),
        ("GET", "/jobs/999999"),
        ("DELETE", "/applications/5007"),
    ):
        _ask(tenant, path, method)
    whole = tenant.journal()
    ids = [entry.id for entry in whole]

    assert [entry.status for entry in whole[:4]] == [200, 200, 200, 404]
    assert [entry.id for entry in tenant.journal(operation=whole[0].operation)] == [ids[0], ids[2]]
    assert [entry.id for entry in tenant.journal(status=404)] == [ids[3]]
    assert [entry.id for entry in tenant.journal(changed=True)] == [ids[4]]
    assert [entry.id for entry in tenant.journal(changed=False)] == ids[:4]


def test_it_is_told_whether_a_fault_has_struck(tenant: Tenant) -> None:
    _ask(tenant, "/jobs")
    assert not tenant.struck()

    tenant.fault("status", status=503)
    _ask(tenant, "/jobs")
    assert tenant.struck()
    assert not tenant.struck(2)

    tenant.fault("status", status=503)
    _ask(tenant, "/jobs")
    assert tenant.struck(2)

    tenant.clear_journal()
    assert not tenant.struck()
