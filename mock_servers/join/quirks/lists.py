"""Lists: pages and filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mock_servers.engine.evidence import Assumed, Evidence
from mock_servers.engine.quirks import Quirk
from mock_servers.join.quirks.base import CMS_PLUGIN, PUBLISHER, JoinQuirk


@dataclass(frozen=True)
class OversizedPageRefused(JoinQuirk):
    """A pageSize over 50 is answered 422; off: it is cut down to 50 in silence."""

    name: ClassVar[str] = "oversized_page_refused"
    evidence: ClassVar[Evidence] = Assumed("50 is seen in code; JOIN's public careers lists refuse rather than clamp")


@dataclass(frozen=True)
class PaginationHeaders(JoinQuirk):
    """Lists carry x-pagination-page, x-pagination-page-size and x-pagination-total."""

    name: ClassVar[str] = "pagination_headers"
    evidence: ClassVar[Evidence] = Assumed("no client reads such headers, so none are sent unless a test asks for them")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class OnlineJobsOnly(JoinQuirk):
    """The list of jobs without a status filter holds ONLINE jobs only; off: all but DRAFT."""

    name: ClassVar[str] = "online_jobs_only"
    evidence: ClassVar[Evidence] = Assumed(f"the text of {CMS_PLUGIN} can be read so, though its code sends no filter")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class JobsStatusFilter(JoinQuirk):
    """GET /jobs understands `status` (repeated or separated by commas), which also reaches DRAFT jobs; off: it is ignored."""

    name: ClassVar[str] = "jobs_status_filter"
    evidence: ClassVar[Evidence] = Assumed("if the default list leaves statuses out, some filter must reach them; its name is ours")


@dataclass(frozen=True)
class JobListFilters(JoinQuirk):
    """GET /jobs also understands these filters: updatedAtGte (inclusive), externalId and title (a part of it)."""

    name: ClassVar[str] = "job_list_filters"
    evidence: ClassVar[Evidence] = Assumed("a unified API offers such filters for JOIN, but may compute them itself")
    on_by_default: ClassVar[bool] = False
    names: tuple[str, ...] = ("updatedAtGte", "externalId", "title")


@dataclass(frozen=True)
class ApplicationFilters(JoinQuirk):
    """GET /applications understands these filters beside updatedAtGte and jobExternalId; off: they are ignored."""

    name: ClassVar[str] = "application_filters"
    evidence: ClassVar[Evidence] = Assumed("plausible companions of the two filters that are seen in code")
    names: tuple[str, ...] = ("jobId", "createdAtGte", "state", "hiringState", "integrationExternalId")


@dataclass(frozen=True)
class AccountLanguage(JoinQuirk):
    """Categories, employment types and seniority levels bear names in this language unless a request names another; off: English ones."""

    name: ClassVar[str] = "account_language"
    evidence: ClassVar[Evidence] = Assumed(
        f"{CMS_PLUGIN} and {PUBLISHER} ask for a language each time; which one comes unasked is not known"
    )
    on_by_default: ClassVar[bool] = False
    language: str = "de"


QUIRKS: tuple[type[Quirk], ...] = (
    OversizedPageRefused,
    PaginationHeaders,
    OnlineJobsOnly,
    JobsStatusFilter,
    JobListFilters,
    ApplicationFilters,
    AccountLanguage,
)
