"""Salesforce with Asymbl's package as the engine sees it: its endpoints, and everything else that a vendor must provide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_servers.asymbl import (
    auth,
    bulk_jobs,
    enrolled,
    factory,
    limits,
    openapi,
    org,
    queries,
    quirks,
    resources,
    scenarios,
    security,
    services,
    sessions,
    tables,
    versions,
    wire,
)
from mock_servers.asymbl.soql import dates
from mock_servers.engine.evidence import Documented
from mock_servers.engine.vendors import RateLimitDefaults, Reply, Vendor

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


LONGEST_ADDRESS = 16_384
"""Bytes of an address; a longer statement travels in the body of a composite."""


def guard(exchange: Exchange) -> Reply | None:
    """What refuses a good credential: a session that may not use the API, a version that does not answer, an address too long."""
    if len(exchange.path) + 1 + len(exchange.raw_query) > LONGEST_ADDRESS:
        return wire.ERRORS.error(exchange, 414)
    refusal = auth.session_refusal(exchange)
    return refusal if refusal is not None else versions.refusal(exchange)


VENDOR = Vendor(
    name="asymbl",
    title="Asymbl ATS on Salesforce",
    metadata=tables.METADATA,
    operations=resources.with_trailing_slash(openapi.described((*resources.OPERATIONS, *services.OPERATIONS))),
    permissions=security.all_permissions(),
    presets=security.PRESETS,
    quirks=quirks.QUIRKS,
    authenticator=auth.SalesforceSignIn(),
    errors=wire.ERRORS,
    schemas=openapi.schemas(),
    security_scheme=openapi.SECURITY,
    render=org.render,
    api_path="",
    list_member="records",
    default_scenario="small_org",
    factory=factory.FACTORY,
    prepare=scenarios.prepare,
    guard=guard,
    rate_limit=RateLimitDefaults(
        requests=100_000,
        window_seconds=24 * 3600,
        evidence=Documented("API request limits: Enterprise Edition, per 24 hours; that they begin at midnight is assumed", "2026-11"),
        on_by_default=True,
        headers=limits.headers,
        shared=True,
    ),
    first_tokens=sessions.first_tokens,
    enroll=enrolled.enroll,
    on_connect=dates.add_functions,
    options={**sessions.OPTIONS, **bulk_jobs.OPTIONS, **queries.OPTIONS, "private_objects": [], "edition_has_api": True},
    # A file of 37.5 MB in base64 in JSON; multipart uploads may be larger.
    max_body_bytes=144 * 1024 * 1024,
    # REST API Developer Guide, compression: requests may be packed.
    codings=frozenset({b"gzip", b"deflate"}),
)
