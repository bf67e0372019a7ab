"""Pinpoint's documented oddities, and what nobody outside Pinpoint knows: each a switch of the tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.quirks import Quirk

OPENAPI_2024 = "Pinpoint's OpenAPI v1.0.23"
OPENAPI = "Pinpoint's OpenAPI v1.0.27"
CHECKED = "2026-09"
GRAPHITI = "Graphiti, the JSON:API framework whose habits Pinpoint's API shows"


# -- who sees what --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConfidentialJobsHidden(Quirk):
    """Confidential jobs, their applications and their interviews are left out unless `filter[visibility]` (jobs) or
    `filter[job_visibility]` (applications, interviews) names them. Naming a list replaces the default. Documented for lists
    and for one application; `every_single_record`: one job and one interview are hidden as well (assumed)."""

    every_single_record: bool = True

    name: ClassVar[str] = "confidential_jobs_hidden"
    evidence: ClassVar[Evidence] = Documented(f"{OPENAPI_2024}; reference page of GET /applications", CHECKED)


@dataclass(frozen=True)
class PrivateJobsHidden(Quirk):
    """Jobs of visibility `private_job` are hidden by default like confidential ones."""

    name: ClassVar[str] = "private_jobs_hidden"
    evidence: ClassVar[Evidence] = Assumed("the docs speak of confidential jobs only; private ones may be treated alike")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class PrivateJobsUnknown(Quirk):
    """Filters by visibility do not know `private_job`, which came later, and refuse it with 400."""

    name: ClassVar[str] = "private_jobs_unknown"
    evidence: ClassVar[Evidence] = Documented(f"{OPENAPI_2024}: the filters take three visibilities; v1.0.27 adds this one", CHECKED)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class IncludesNeedPermission(Quirk):
    """`include` of a resource needs that resource's read permission too; off: the endpoint's permission suffices."""

    name: ClassVar[str] = "includes_need_permission"
    evidence: ClassVar[Evidence] = Assumed("undocumented; a job board's key with two permissions works, which speaks against it")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class BlindScreening(Quirk):
    """Applications to a job with blind screening come concealed: the person's fields are null, attachments are left
    out, `concealed` is true and `channel` says "Hidden due to blind screening". `channel_in_words` off: the channel is
    null like the rest (assumed of versions before v1.0.23)."""

    channel_in_words: bool = True

    name: ClassVar[str] = "blind_screening"
    evidence: ClassVar[Evidence] = Documented("reference page of GET /applications/{id}; channel values of v1.0.23", CHECKED)


@dataclass(frozen=True)
class BlindPeople(Quirk):
    """Who has only concealed applications is concealed as a person, too: instead of each text stands "Hidden due to blind
    screening", or, with `left_out`, what is concealed is left out."""

    left_out: bool = False

    name: ClassVar[str] = "blind_people"
    evidence: ClassVar[Evidence] = Assumed('"concealed as in the UI" is all that is said; whether that reaches GET /candidates is unknown')
    on_by_default: ClassVar[bool] = False


# -- shapes on the wire ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OlderFeatureLevel(Quirk):
    """The API as of v1.0.23: fewer endpoints, attributes, filters and relationships; one CV and no other file; the
    source of an application cannot be written; jobs know no updated_at filter and no closed_at."""

    name: ClassVar[str] = "older_feature_level"
    evidence: ClassVar[Evidence] = Documented(f"{OPENAPI_2024} (March 2024) beside v1.0.27", CHECKED)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class IntegerForeignKeys(Quirk):
    """Foreign keys among the attributes (job_id, stage_id, ...) are integers instead of strings of digits."""

    name: ClassVar[str] = "integer_foreign_keys"
    evidence: ClassVar[Evidence] = Documented(f"{OPENAPI} types them as integers; the examples of v1.0.23 show strings", CHECKED)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class AttachmentNameKey(Quirk):
    """The file name of an attachment stands under `name` instead of `filename` (`both`: under both)."""

    both: bool = False

    name: ClassVar[str] = "attachment_name_key"
    evidence: ClassVar[Evidence] = Documented(f"{OPENAPI} says name; v1.0.23 and public clients say filename", CHECKED)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class CompensationAsText(Quirk):
    """compensation_minimum and compensation_maximum are decimal strings ("25000.0") instead of numbers."""

    name: ClassVar[str] = "compensation_as_text"
    evidence: ClassVar[Evidence] = Documented(f"the job create example of {OPENAPI_2024}", CHECKED)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class PostingUrls(Quirk):
    """A job's public address is /en/postings/{uuid} instead of /en/jobs/{id}."""

    name: ClassVar[str] = "posting_urls"
    evidence: ClassVar[Evidence] = SeenInCode("addresses in public postings feeds since 2025")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class ConditionalQuestions(Quirk):
    """Questions tell on which question and answers they depend: `precondition_question_id` (string or null) and
    `precondition_values` (option texts or booleans, or null)."""

    name: ClassVar[str] = "conditional_questions"
    evidence: ClassVar[Evidence] = Assumed(
        "the product has conditional questions and an integrator reads them; the public schema does not show how"
    )


@dataclass(frozen=True)
class FlatStats(Quirk):
    """`stats[total]=count` answers `meta.total.count` instead of `meta.stats.total.count`."""

    name: ClassVar[str] = "flat_stats"
    evidence: ClassVar[Evidence] = Assumed("documented is only that the count comes in meta")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class NullMetaOnDelete(Quirk):
    """DELETE answers `{"meta": null}` instead of `{"meta": {}}`."""

    name: ClassVar[str] = "null_meta_on_delete"
    evidence: ClassVar[Evidence] = Documented(f"the delete examples of {OPENAPI_2024}", CHECKED)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class ValidationPointers(Quirk):
    """422 errors carry `source.pointer` and `meta` (attribute, message, code) beside the four documented members."""

    name: ClassVar[str] = "validation_pointers"
    evidence: ClassVar[Evidence] = SeenInCode(GRAPHITI)


@dataclass(frozen=True)
class AttachmentLinksRedirect(Quirk):
    """A signed attachment link answers 302 to the storage instead of the file itself."""

    name: ClassVar[str] = "attachment_links_redirect"
    evidence: ClassVar[Evidence] = Assumed("Rails' Active Storage redirects by default; what stands before Pinpoint's storage is unknown")
    on_by_default: ClassVar[bool] = False


# -- the query string -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnknownNamesRefused(Quirk):
    """An unknown filter, sort key, include or extra field is refused with 400; off: it is ignored."""

    name: ClassVar[str] = "unknown_names_refused"
    evidence: ClassVar[Evidence] = SeenInCode(GRAPHITI)


@dataclass(frozen=True)
class CandidateTagsUnknown(Quirk):
    """`extra_fields[candidates]` does not know `tags`, which is then a name like any other unknown one."""

    name: ClassVar[str] = "candidate_tags_unknown"
    evidence: ClassVar[Evidence] = Assumed(
        "candidates came into the API between v1.0.23 and v1.0.27; which of their fields came later is unknown"
    )
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class OversizedPagesRefused(Quirk):
    """`page[size]` above 1000 is refused with 400; off: 1000 records are sent."""

    name: ClassVar[str] = "oversized_pages_refused"
    evidence: ClassVar[Evidence] = SeenInCode(f"{GRAPHITI}; the maximum itself is documented")


@dataclass(frozen=True)
class UnscopedExtraFieldsRefused(Quirk):
    """`extra_fields=attachments`, without the resource in brackets, is refused with 400; off: it does nothing."""

    name: ClassVar[str] = "unscoped_extra_fields_refused"
    evidence: ClassVar[Evidence] = Assumed("the docs call this form wrong without saying what it does")


@dataclass(frozen=True)
class UndocumentedOperators(Quirk):
    """Time filters also take `[gte]`, `[lte]`, `[eq]` and no operator at all, beside the documented [gt] and [lt]."""

    name: ClassVar[str] = "undocumented_operators"
    evidence: ClassVar[Evidence] = SeenInCode(GRAPHITI)
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class NewestFirst(Quirk):
    """Without `sort` the newest record comes first, so that new records push others to later pages; off: by id."""

    name: ClassVar[str] = "newest_first"
    evidence: ClassVar[Evidence] = Assumed("no default order is documented, so a client must not rely on one")
    on_by_default: ClassVar[bool] = False


# -- writing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JobRequirementsEnforced(Quirk):
    """An application must bring the CV, phone, address, cover letter or summary that its job requires; else 422, one
    error for each."""

    name: ClassVar[str] = "job_requirements_enforced"
    evidence: ClassVar[Evidence] = Documented("reference page of POST /applications", CHECKED)


@dataclass(frozen=True)
class RequiredAnswersNotEnforced(Quirk):
    """An application without answers to the job's required questions is accepted; off: 422."""

    name: ClassVar[str] = "required_answers_not_enforced"
    evidence: ClassVar[Evidence] = SeenInCode("a public client's notes on the reference page of POST /applications")


@dataclass(frozen=True)
class ForeignStageRefused(Quirk):
    """A stage of another job is refused with 422; off: the application moves there."""

    name: ClassVar[str] = "foreign_stage_refused"
    evidence: ClassVar[Evidence] = Assumed("each job has stages of its own, so another job's stage can make no sense")


@dataclass(frozen=True)
class ClosedJobsRefuseApplications(Quirk):
    """Only jobs of the statuses in `accepting` take applications; others answer 422."""

    accepting: tuple[str, ...] = ("open",)

    name: ClassVar[str] = "closed_jobs_refuse_applications"
    evidence: ClassVar[Evidence] = Assumed("the docs say that only open jobs take applications, not what the API answers for others")


@dataclass(frozen=True)
class DuplicatesRefused(Quirk):
    """A second application of the same e-mail address to the same job is refused with 422, in these `words`, which no source tells;
    off: it is accepted."""

    name: ClassVar[str] = "duplicates_refused"
    evidence: ClassVar[Evidence] = Assumed("no source mentions such a refusal")
    on_by_default: ClassVar[bool] = False
    words: str = "has already been used to apply for this job"


@dataclass(frozen=True)
class ChannelChecked(Quirk):
    """A `channel` that is none of the documented values is refused with 422; off: it is stored."""

    name: ClassVar[str] = "channel_checked"
    evidence: ClassVar[Evidence] = Assumed("the values are documented as an enum; the answer to others is not")


@dataclass(frozen=True)
class IncompleteDocumentsDropped(Quirk):
    """An item of documents_base64 with only one of `data` and `filename` is silently not saved; off: 422."""

    name: ClassVar[str] = "incomplete_documents_dropped"
    evidence: ClassVar[Evidence] = Documented("reference page of PUT /candidates/{id}", CHECKED)


@dataclass(frozen=True)
class OneValuePerField(Quirk):
    """A second value of one custom field for one record is refused with 422; off: both are kept."""

    name: ClassVar[str] = "one_value_per_field"
    evidence: ClassVar[Evidence] = Assumed("a field shows one value in the product; what a second POST does is not documented")


@dataclass(frozen=True)
class UsAddresses(Quirk):
    """`address2` is not kept when the country is US, `state_province` only when it is; off: both are kept as sent."""

    name: ClassVar[str] = "us_addresses"
    evidence: ClassVar[Evidence] = Documented(OPENAPI, CHECKED)


@dataclass(frozen=True)
class StageMovesSetOutcome(Quirk):
    """Entering a rejected or hired stage sets rejected_at or hired_at, leaving it clears that again; off: neither changes."""

    name: ClassVar[str] = "stage_moves_set_outcome"
    evidence: ClassVar[Evidence] = Assumed("rejecting and hiring are moves to those stages, and no other way is documented")


@dataclass(frozen=True)
class ResultsBecomeTags(Quirk):
    """An assessment or background check that is completed with a result tags its application ("Typing: passed", context
    `assessment` or `background_check`); off: it does not."""

    name: ClassVar[str] = "results_become_tags"
    evidence: ClassVar[Evidence] = Documented(f"{OPENAPI}: completing a check applies tags; their words are assumed", CHECKED)


@dataclass(frozen=True)
class PdfRendition(Quirk):
    """A CV that is no PDF gets a second attachment of context `pdf_cv`."""

    name: ClassVar[str] = "pdf_rendition"
    evidence: ClassVar[Evidence] = SeenInCode("public clients read the context pdf_cv beside cv; when it is made is unknown")
    on_by_default: ClassVar[bool] = False


QUIRKS: tuple[type[Quirk], ...] = (
    ConfidentialJobsHidden,
    PrivateJobsHidden,
    PrivateJobsUnknown,
    IncludesNeedPermission,
    BlindScreening,
    BlindPeople,
    OlderFeatureLevel,
    IntegerForeignKeys,
    AttachmentNameKey,
    CompensationAsText,
    PostingUrls,
    ConditionalQuestions,
    FlatStats,
    NullMetaOnDelete,
    ValidationPointers,
    AttachmentLinksRedirect,
    UnknownNamesRefused,
    CandidateTagsUnknown,
    OversizedPagesRefused,
    UnscopedExtraFieldsRefused,
    UndocumentedOperators,
    NewestFirst,
    JobRequirementsEnforced,
    RequiredAnswersNotEnforced,
    ForeignStageRefused,
    ClosedJobsRefuseApplications,
    DuplicatesRefused,
    ChannelChecked,
    IncompleteDocumentsDropped,
    OneValuePerField,
    UsAddresses,
    StageMovesSetOutcome,
    ResultsBecomeTags,
    PdfRendition,
)
