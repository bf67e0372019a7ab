"""Salesforce with Asymbl's package as the engine sees it: its endpoints, and everything else that a vendor must provide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_servers.asymbl import auth, quirks, resources, scenarios, security, tables, versions, wire
from mock_servers.engine.vendors import Reply, Vendor

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


def guard(exchange: Exchange) -> Reply | None:
    """What refuses a good credential: no right to the API, a version that does not answer."""
    if not exchange.may(security.API_ENABLED):
        return wire.error_reply(403, [wire.Problem("API_CURRENTLY_DISABLED", "API is disabled for this User")])
    return versions.refusal(exchange)


VENDOR = Vendor(
    name="asymbl",
    title="Asymbl ATS on Salesforce",
    metadata=tables.METADATA,
    operations=resources.with_trailing_slash(resources.OPERATIONS),
    permissions=security.all_permissions(),
    presets=security.PRESETS,
    quirks=quirks.QUIRKS,
    authenticator=auth.SessionAuthenticator(),
    errors=wire.ERRORS,
    render=wire.render,
    api_path="",
    default_scenario="small_org",
    prepare=scenarios.prepare,
    guard=guard,
    options={"private_objects": []},
    # A file of 37.5 MB in base64 in JSON; multipart uploads may be larger.
    max_body_bytes=144 * 1024 * 1024,
)
