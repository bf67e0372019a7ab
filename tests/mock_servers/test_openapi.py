"""The OpenAPI document that is served for each vendor is true: Schemathesis finds nothing, whatever it sends.

Generated requests are the same in every run. ATS_SANDBOX_DEEP=1 sends many more: every operation in every phase.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import Any

import pytest
from openapi_spec_validator import validate

from conformance.sandbox import Sandbox, Tenant
from mock_servers.engine.vendors import installed
from tests.mock_servers import described
from tests.mock_servers.replay import put_in
from tests.mock_servers.test_exchanges import FILES

DEEP = "ATS_SANDBOX_DEEP" in os.environ
COVERED = 14
"""How many paths go through the coverage phase in a usual run; the phase sends some 200 requests to each."""
VENDORS = [name for name, vendor in installed().items() if all(operation.openapi for operation in vendor.operations)]
BEYOND = {"asymbl": ("400",)}
"""Where a vendor has one status for what no schema can say and for what schemas say."""
NOT_ASKED = {"asymbl": ("/services/Soap/", "/services/oauth2/userinfo", "/id/")}
"""Beginnings of paths that are described, but not to be asked: SOAP answers every fault with 500, as its standard demands; and
the identity endpoints answer 403 to a missing session, where Schemathesis knows 401 alone."""
CIRCUMSTANCES = {"join": {"missing_header_is_422": False}}
"""Quirks that no OpenAPI document can tell of, switched: Schemathesis knows 401 and 403 only for a missing credential."""


def document_of(sandbox: Sandbox, vendor: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.call("GET", f"/vendors/{vendor}/openapi.json")
    return found


def prepared(sandbox: Sandbox, vendor: str) -> Tenant:
    tenant = sandbox.create(vendor)
    for quirk, on in CIRCUMSTANCES.get(vendor, {}).items():
        tenant.set_quirk(quirk, on=on)
    return tenant


def test_these_vendors_are_described() -> None:
    """Whoever describes each of its operations is held to it."""
    assert {"join", "pinpoint"} <= set(VENDORS)


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_document_is_valid_and_names_every_operation(every_vendor: Sandbox, vendor: str) -> None:
    """OpenAPI 3.1, one entry for each operation, with its permissions and its evidence."""
    document = document_of(every_vendor, vendor)

    validate(document)
    operations = {its["operationId"]: its for methods in document["paths"].values() for its in methods.values()}
    assert operations.keys() == {operation.id for operation in installed()[vendor].operations}
    assert all(its["x-evidence"]["text"] for its in operations.values())


@pytest.mark.timeout(1800 if DEEP else 180)
@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_described_is_what_is_answered(every_vendor: Sandbox, vendor: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Statuses, bodies, content types; valid data is accepted, invalid data refused; deleted records are gone."""
    document, tenant = document_of(every_vendor, vendor), prepared(every_vendor, vendor)
    # The path form of the address, so that requests without a credential reach this tenant too.
    base_url = f"{every_vendor.url}/{vendor}/t/{tenant.id}"
    headers = {name: put_in(value, dict(tenant.credential)) for name, value in FILES[vendor].headers.items()}
    operations = sum(len(methods) for methods in document["paths"].values())
    beyond, skipped = BEYOND.get(vendor, ()), NOT_ASKED.get(vendor, ("nothing",))
    document["paths"] = {path: its for path, its in document["paths"].items() if not path.startswith(skipped)}
    stride = 1 if DEEP else max(1, len(document["paths"]) // COVERED)

    runs = [
        described.run(document, base_url, headers, max_examples=1, phases=("examples", "coverage"), every=stride, beyond=beyond),
        described.run(document, base_url, headers, max_examples=50 if DEEP else 2, phases=("fuzzing",), beyond=beyond),
        described.run(document, base_url, headers, max_examples=200 if DEEP else 15, phases=("stateful",), beyond=beyond),
    ]
    requests: Counter[str] = sum((found.requests for found in runs), Counter())

    with capsys.disabled():
        told = ", ".join(f"{count} in {phase}" for phase, count in requests.items())
        sys.stdout.write(f"\n{vendor}: Schemathesis asked {operations} operations: {told}\n")
    tenant.delete()
    problems = [problem for found in runs for problem in found.problems]
    assert not problems, f"{len(problems)} findings, the first of them:\n\n" + "\n\n".join(problems[:5])
    assert min(requests[phase] for phase in ("coverage", "fuzzing", "stateful")) > 0
