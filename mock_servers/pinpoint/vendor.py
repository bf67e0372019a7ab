"""Pinpoint for the sandbox: the one file of this folder that the engine imports."""

from __future__ import annotations

from mock_servers.engine.evidence import Assumed
from mock_servers.engine.vendors import RateLimitDefaults, Vendor
from mock_servers.pinpoint import openapi
from mock_servers.pinpoint.auth import OPTIONS, PERMISSIONS, PRESETS, PinpointKeys, guard
from mock_servers.pinpoint.endpoints import API, OPERATIONS
from mock_servers.pinpoint.factory import FACTORY
from mock_servers.pinpoint.quirks import QUIRKS
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.tables import METADATA
from mock_servers.pinpoint.webhooks import WEBHOOKS
from mock_servers.pinpoint.wire import PinpointErrors, dependents, render

VENDOR = Vendor(
    name="pinpoint",
    title="Pinpoint",
    metadata=METADATA,
    operations=OPERATIONS,
    permissions=PERMISSIONS,
    presets=PRESETS,
    quirks=QUIRKS,
    authenticator=PinpointKeys(),
    errors=PinpointErrors(),
    render=render,
    dependents=dependents,
    api_path=API,
    factory=FACTORY,
    list_member="data",
    schemas=openapi.schemas(RESOURCES.values()),
    security_scheme={"type": "apiKey", "in": "header", "name": "X-API-KEY"},
    guard=guard,
    webhooks=WEBHOOKS,
    options=OPTIONS,
    rate_limit=RateLimitDefaults(
        requests=300, window_seconds=60, evidence=Assumed("the vendor documents 429 without numbers, window or header")
    ),
)
