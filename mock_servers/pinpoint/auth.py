"""API keys: the header X-API-KEY, one permission for reading and one for writing each resource, and the account's API switch."""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache

from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.exchange import Exchange
from mock_servers.engine.vendors import Permission, Preset, Reply
from mock_servers.pinpoint.links import BLOBS, DISK, opened
from mock_servers.pinpoint.quirks import CHECKED
from mock_servers.pinpoint.resources import RESOURCES
from mock_servers.pinpoint.wire import error_object, errors_reply

HEADER = b"x-api-key"
_DETAILS = {"missing": "X-API-KEY header not provided"}
_ADDRESS = re.compile(r"[0-9.]+|\[.*\]")

OPTIONS = {
    "api_enabled": True,
    "forbidden_text": "API key does not have permission to access this resource",
    "default_channel": "undetermined",
    "provider_codes": ["example_assessment", "example_check"],
}
"""api_enabled: the switch in the account's settings. forbidden_text: what a key without permission is told (assumed: the
vendor lists 403 on each operation without its words). default_channel: of applications that name none (assumed).
provider_codes: the assessment and check providers that the account's keys may write for."""


class PinpointKeys:
    """How Pinpoint's clients prove who they are. The sandbox knows a key by its digest, so that links can name it."""

    def presented(self, exchange: Exchange) -> str | None:
        key = exchange.headers.get(HEADER)
        if key is not None:
            return digest(key)
        for place in (BLOBS, DISK):
            if exchange.path.startswith(f"{place}/"):
                content = opened(exchange.path.removeprefix(f"{place}/").partition("/")[0])
                return None if content is None else content["for"]
        return None

    def host_tenant(self, host: str) -> str | None:
        """The subdomain, as in acme.pinpointhq.com or acme.localhost:8080."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if _ADDRESS.fullmatch(name) or "." not in name:
            return None
        return name.split(".", 1)[0].lower()

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        key = hmac.new(seed.encode(), f"pinpoint {tenant_name} {number}".encode(), hashlib.sha256).hexdigest()[:40]
        return digest(key.encode()), {"api_key": key, "subdomain": tenant_name}

    def refuse(self, exchange: Exchange, problem: str) -> Reply:
        # Pinpoint knows two sentences: without a header, and with a key that is no good for whatever reason.
        detail = _DETAILS.get(problem, "Invalid API key")
        return errors_reply(401, [error_object(401, detail)], f"the API key is {problem}")

    def forbid(self, exchange: Exchange, missing: tuple[str, ...]) -> Reply:
        detail = exchange.tenant.options["forbidden_text"]
        return errors_reply(403, [error_object(403, detail)], f"the key lacks {', '.join(missing)}")


@lru_cache(1024)
def digest(key: bytes) -> str:
    """The name under which the sandbox finds a key."""
    return hashlib.sha256(key).hexdigest()[:32]


def guard(exchange: Exchange) -> Reply | None:
    """Documented: with the API switched off in the settings every good key gets this 403."""
    if exchange.tenant.options["api_enabled"]:
        return None
    return errors_reply(403, [error_object(403, "Integration not enabled")], "the account's API is switched off (option api_enabled)")


# -- permissions ----------------------------------------------------------------------------------------------------

READ, WRITE = "read", "write"
NAMES = tuple(sorted({resource.permission for resource in RESOURCES.values() if resource.permission is not None}))
_LEVELS = Documented(
    "help article on managing the API: None, Read, Write and Delete; the older settings tick Read and Write apart", CHECKED
)
_NAMED = SeenInCode("the permissions that published integrators of Pinpoint name in their set-up guides")
_UNNAMED = Assumed("the endpoints exist, so a permission must; no published guide names it")
NAMED = (
    *("Access Group", "Answer", "Candidate", "Comment", "Department", "Division", "Hiring Workflow", "Interview", "Job Template"),
    *("Location", "Onboarding Application", "Position", "Question", "Requisition", "Requisition Template", "Talent Pipeline", "User"),
)
"""What set-up guides call them; Talent Pipeline means the job seekers."""


def _evidence(name: str) -> Evidence:
    if name in ("Application", "Job"):
        return _LEVELS
    return _NAMED if name in NAMED else _UNNAMED


# Written apart from the resource's name, as "write" does not bring "read": write-only keys exist.
PERMISSIONS = tuple(Permission(f"{name}: {level}", _evidence(name)) for name in NAMES for level in (READ, WRITE))
PRESETS = (
    Preset(
        "job_board",
        ("Application: write", "Job: read"),
        "What a job board asks for: import open jobs, push applications, see nothing else.",
        SeenInCode("a job board's published set-up guide, 2023"),
    ),
    Preset(
        "result_writer", ("Comment: write",), "A testing service that only leaves comments.", SeenInCode("a testing service's set-up guide")
    ),
    Preset(
        "read_only",
        tuple(f"{name}: read" for name in NAMES),
        "Read on everything.",
        Assumed("the button that assigns all, with the level Read"),
    ),
)


def needs(permission: str | None, level: str) -> tuple[str, ...]:
    return () if permission is None else (f"{permission}: {level}",)
