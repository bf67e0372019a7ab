"""How much of the org's allowance is used up: the header on every answer, and GET /limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_servers.asymbl import wire
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

_MAXIMA = {
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentSyncReportRuns": 20,
    "DailyAnalyticsDataflowJobExecutions": 60,
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyGenericStreamingApiEvents": 10_000,
    "DailyStandardVolumePlatformEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 1_000,
    "DataStorageMB": 10_240,
    "DurableStreamingApiConcurrentClients": 20,
    "FileStorageMB": 10_240,
    "HourlyAsyncReportRuns": 1_200,
    "HourlyODataCallout": 20_000,
    "HourlyPublishedPlatformEvents": 50_000,
    "HourlySyncReportRuns": 500,
    "HourlyTimeBasedWorkflow": 1_000,
    "MassEmail": 5_000,
    "PrivateConnectOutboundCalloutHourlyLimitMB": 0,
    "SingleEmail": 5_000,
    "StreamingApiConcurrentClients": 20,
}
"""Of an Enterprise org; nothing here uses these up."""


def headers(limit: int, remaining: int, reset_seconds: float) -> tuple[tuple[bytes, bytes], ...]:
    """Sforce-Limit-Info; when the allowance comes back Salesforce does not say."""
    return ((b"sforce-limit-info", b"api-usage=%d/%d" % (limit - remaining, limit)),)


async def read_limits(exchange: Exchange) -> Reply:
    """GET /limits."""
    allowance = exchange.tenant.rate_limit
    credential_id = exchange.credential.id if exchange.credential is not None else ""
    remaining = allowance.remaining(credential_id, exchange.now)
    found = {name: {"Max": most, "Remaining": most} for name, most in _MAXIMA.items()}
    found["DailyApiRequests"] = {"Max": allowance.requests, "Remaining": max(remaining, 0)}
    permission_sets = {"Max": 1500, "Remaining": 1500}
    nested = {"PermissionSets": {**permission_sets, "CreateCustom": {"Max": 1000, "Remaining": 1000}}}
    return wire.answer(200, dict(sorted({**found, **nested}.items())))
