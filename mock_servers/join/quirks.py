"""JOIN's oddities and open questions, each switchable per tenant; the class docstring is what people read about it.

What nobody outside JOIN knows is Assumed and says why we chose it. A quirk that is off by default is another answer to
an open question: switch it on to see whether a client would survive it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar, Literal

from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.quirks import Quirk

CHECKED = "2026-11"
SYNC_CLIENT = "a public recruiting app that polls applications, its types taken from live answers"
PUBLISHER = "a public app that publishes jobs to JOIN, written against the reference pages"
CMS_PLUGIN = "a public CMS plugin that lists jobs and sends applications"
SILENT = "no source tells"


class JoinQuirk(Quirk):
    """Refuses a setting of the wrong type at once, so that no request meets it."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value, default = getattr(self, field.name), field.default
            kind: type | tuple[type, ...] = (tuple, list) if isinstance(default, tuple) else type(default)
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
                raise TypeError(f"quirk {self.name}: {field.name} is {value!r}, expected {type(default).__name__}")


# -- credentials, errors, limits ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MissingHeaderIs422(JoinQuirk):
    """A request without the Authorization header is answered 422 like any other invalid input; off: 401."""

    name: ClassVar[str] = "missing_header_is_422"
    evidence: ClassVar[Evidence] = SeenInCode("two public notes report 422 for a bare GET of the jobs; the cause is inferred")


@dataclass(frozen=True)
class ErrorTypes(JoinQuirk):
    """`error.type` names the kind of refusal, in these words; off: it is always "Error"."""

    name: ClassVar[str] = "error_types"
    evidence: ClassVar[Evidence] = Assumed("the body's shape is seen in code, the vocabulary of `type` is not known; these words are ours")
    bad_request: str = "BadRequestError"
    unauthorized: str = "UnauthorizedError"
    forbidden: str = "ForbiddenError"
    not_found: str = "NotFoundError"
    conflict: str = "ConflictError"
    validation: str = "ValidationError"
    too_many_requests: str = "TooManyRequestsError"
    internal: str = "InternalError"


@dataclass(frozen=True)
class FlatErrors(JoinQuirk):
    """Errors are {"message": ...} without the `error` object around it."""

    name: ClassVar[str] = "flat_errors"
    evidence: ClassVar[Evidence] = SeenInCode(f"{CMS_PLUGIN} falls back to a top-level message; never seen on the wire")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class RetryAfterHeader(JoinQuirk):
    """A 429 carries Retry-After beside x-ratelimit-reset."""

    name: ClassVar[str] = "retry_after_header"
    evidence: ClassVar[Evidence] = SeenInCode("a public importer honours it when it is there; whether JOIN sends it is not known")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class UnknownInputRefused(JoinQuirk):
    """Query parameters and body fields that an endpoint does not know are answered 422; off: they are ignored."""

    name: ClassVar[str] = "unknown_input_refused"
    evidence: ClassVar[Evidence] = Assumed(f"{SILENT} whether the schema validation is strict; ignoring is the commoner habit")
    on_by_default: ClassVar[bool] = False


# -- lists -------------------------------------------------------------------------------------------------------------


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


# -- documents ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HiringStateKey(JoinQuirk):
    """Applications carry `hiringState` beside `state`, with the same value."""

    name: ClassVar[str] = "hiring_state_key"
    evidence: ClassVar[Evidence] = SeenInCode(f"{PUBLISHER} reads hiringState where {SYNC_CLIENT}, has state")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class StateInWords(JoinQuirk):
    """Applications carry their state in the product's words (Screening, Qualified, Offer, Hired, Rejected), not in capitals."""

    name: ClassVar[str] = "state_in_words"
    evidence: ClassVar[Evidence] = Assumed("help.join.com shows these words to people; the API's own list is seen in one client only")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class StageIdsPerJob(JoinQuirk):
    """A stage's id belongs to one job, so equal stages of two jobs differ; off: jobs share their stages."""

    name: ClassVar[str] = "stage_ids_per_job"
    evidence: ClassVar[Evidence] = Assumed(f"{SILENT} whether a stage belongs to a job or to a template of many")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class LowerCaseCountries(JoinQuirk):
    """Country codes (candidate.country.iso3166, office.countryIso) are sent in lower case."""

    name: ClassVar[str] = "lower_case_countries"
    evidence: ClassVar[Evidence] = SeenInCode(f"{CMS_PLUGIN} compares with lower-case codes, {PUBLISHER}, writes upper-case ones")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class JobUrl(JoinQuirk):
    """Full jobs carry the address of the public ad, null unless ONLINE, under this key; off: no such key."""

    name: ClassVar[str] = "job_url"
    evidence: ClassVar[Evidence] = Assumed("an integrator promises the address for JOIN, no source names the key")
    key: str = "url"


@dataclass(frozen=True)
class JobHiringTeam(JoinQuirk):
    """Full jobs carry their hiring team under this key; off: no such key."""

    name: ClassVar[str] = "job_hiring_team"
    evidence: ClassVar[Evidence] = Assumed("two integrators read hiring managers from the job, neither shows key or shape")
    key: str = "hiringTeam"


@dataclass(frozen=True)
class JobQuestions(JoinQuirk):
    """Full jobs carry their screening questions under this key, as answers show them (question, isRequired) or, if so set, as they
    are created (name, required); off: no such key."""

    name: ClassVar[str] = "job_questions"
    evidence: ClassVar[Evidence] = Assumed("an integrator reads screening questions of jobs; key and shape follow those of an application")
    key: str = "screeningQuestions"
    as_created: bool = False


@dataclass(frozen=True)
class ConditionalQuestions(JoinQuirk):
    """A job's questions carry preconditionQuestionId and preconditionAnswers; off: neither key."""

    name: ClassVar[str] = "conditional_questions"
    evidence: ClassVar[Evidence] = Assumed("an integrator promises preconditions for JOIN; no source shows them on the wire")


@dataclass(frozen=True)
class LiteralNewlines(JoinQuirk):
    """Line breaks in a description written through the API are read back as the two characters backslash and n."""

    name: ClassVar[str] = "literal_newlines"
    evidence: ClassVar[Evidence] = SeenInCode(f"{CMS_PLUGIN} removes them from what it reads; how they get there is inferred")


@dataclass(frozen=True)
class CandidateReads(JoinQuirk):
    """GET /candidates/{id} answers the person as applications embed it; off: 404, as no source has ever seen it."""

    name: ClassVar[str] = "candidate_reads"
    evidence: ClassVar[Evidence] = Assumed(SILENT)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class AttachmentLinksExpire(JoinQuirk):
    """The signature in an attachment's link holds for so many seconds of the tenant's clock, then answers this status."""

    name: ClassVar[str] = "attachment_links_expire"
    evidence: ClassVar[Evidence] = Assumed(f"the links are signed ({SYNC_CLIENT}); their lifetime is not known")
    seconds: int = 3600
    status: int = 403


# -- writes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DuplicateRefused(JoinQuirk):
    """A second application with the same e-mail for the same job is refused; the message says "already exists"."""

    name: ClassVar[str] = "duplicate_refused"
    evidence: ClassVar[Evidence] = Documented(
        "help.join.com, candidate consent; words as a public plugin seeks them; status assumed", CHECKED
    )
    status: int = 400


@dataclass(frozen=True)
class ClosedJobRefused(JoinQuirk):
    """An application for a job that is not ONLINE is refused."""

    name: ClassVar[str] = "closed_job_refused"
    evidence: ClassVar[Evidence] = Assumed("help.join.com: nobody can apply to such a job; nothing is known of the API")
    status: int = 400


@dataclass(frozen=True)
class UnknownJobIs422(JoinQuirk):
    """An application for a job id that does not exist is answered 422; off: 404."""

    name: ClassVar[str] = "unknown_job_is_422"
    evidence: ClassVar[Evidence] = Assumed(SILENT)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class FileLimits(JoinQuirk):
    """A create with too many, too large or unwelcome documents is refused as a whole; the message says which document it is about by
    its place and name, by its name alone (`told_by` name), or not at all (kind)."""

    name: ClassVar[str] = "file_limits"
    evidence: ClassVar[Evidence] = Assumed(f"{SILENT}; the numbers are what job boards commonly accept")
    max_files: int = 10
    max_bytes: int = 10 * 1024 * 1024
    extensions: tuple[str, ...] = ("pdf", "doc", "docx", "jpg", "png")
    status: int = 422
    told_by: Literal["place", "name", "kind"] = "place"


@dataclass(frozen=True)
class SourceRequired(JoinQuirk):
    """An application without `source` is answered 422; off: it counts as ORGANIC."""

    name: ClassVar[str] = "source_required"
    evidence: ClassVar[Evidence] = Assumed("the product's own form requires it, clients send ORGANIC when they know nothing")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class SourceShownRaw(JoinQuirk):
    """A written source is read back as written (JOB_BOARDS); off: in words (Job Boards)."""

    name: ClassVar[str] = "source_shown_raw"
    evidence: ClassVar[Evidence] = Assumed("source.product is a display name where it was seen; how written values come back is not known")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class ConsentRequested(JoinQuirk):
    """Applications created through the API start with this consent status; off: NOT_REQUIRED."""

    name: ClassVar[str] = "consent_requested"
    evidence: ClassVar[Evidence] = Assumed("help.join.com: people added by hand are asked; whether the API counts as that is not known")
    status: str = "REQUESTED"


@dataclass(frozen=True)
class CreatesAnswer200(JoinQuirk):
    """Creating answers 200; off: 201."""

    name: ClassVar[str] = "creates_answer_200"
    evidence: ClassVar[Evidence] = Assumed("clients accept anything below 300")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class CreateAnswersApplication(JoinQuirk):
    """POST /applications answers the whole application beside candidateId; off: id and candidateId only."""

    name: ClassVar[str] = "create_answers_application"
    evidence: ClassVar[Evidence] = Assumed(f"{CMS_PLUGIN} reads candidateId from the answer; nothing more is known of it")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class ManualApplicationVanishes(JoinQuirk):
    """When a person who was added by hand applies to the same job by themself, the manual application is deleted."""

    name: ClassVar[str] = "manual_application_vanishes"
    evidence: ClassVar[Evidence] = Documented("help.join.com, candidate consent", CHECKED)


@dataclass(frozen=True)
class TagReplacement(JoinQuirk):
    """A person's tags are replaced as a whole at /candidates/{id}/tags with this verb (PUT, PATCH or both); off: 404."""

    name: ClassVar[str] = "tag_replacement"
    evidence: ClassVar[Evidence] = Assumed("an integrator describes the replacement; path and verb are not known")
    verb: str = "PUT"


@dataclass(frozen=True)
class DeleteEndpoints(JoinQuirk):
    """DELETE works on applications, candidates and jobs: what is deleted is gone with all it holds, without a trace; off: 404."""

    name: ClassVar[str] = "delete_endpoints"
    evidence: ClassVar[Evidence] = Assumed("help.join.com says that a token may delete company data; no endpoint is known")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class OldStatusPaths(JoinQuirk):
    """PATCH /jobs/{id}/activate and /jobs/{id}/archive work, as before changeStatus; off: 404."""

    name: ClassVar[str] = "old_status_paths"
    evidence: ClassVar[Evidence] = SeenInCode(f"{PUBLISHER}, mentions them as deprecated; the exact paths are inferred")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class JobLimit(JoinQuirk):
    """The plan allows so many ONLINE and OFFLINE jobs; one more is refused."""

    name: ClassVar[str] = "job_limit"
    evidence: ClassVar[Evidence] = Assumed("help.join.com: both statuses count against the limit; the refusal is inferred")
    on_by_default: ClassVar[bool] = False
    jobs: int = 10
    status: int = 400


QUIRKS: tuple[type[Quirk], ...] = (
    MissingHeaderIs422,
    ErrorTypes,
    FlatErrors,
    RetryAfterHeader,
    UnknownInputRefused,
    OversizedPageRefused,
    PaginationHeaders,
    OnlineJobsOnly,
    JobsStatusFilter,
    JobListFilters,
    ApplicationFilters,
    HiringStateKey,
    StateInWords,
    StageIdsPerJob,
    LowerCaseCountries,
    JobUrl,
    JobHiringTeam,
    JobQuestions,
    ConditionalQuestions,
    LiteralNewlines,
    CandidateReads,
    AttachmentLinksExpire,
    DuplicateRefused,
    ClosedJobRefused,
    UnknownJobIs422,
    FileLimits,
    SourceRequired,
    SourceShownRaw,
    ConsentRequested,
    CreatesAnswer200,
    CreateAnswersApplication,
    ManualApplicationVanishes,
    TagReplacement,
    DeleteEndpoints,
    OldStatusPaths,
    JobLimit,
)
