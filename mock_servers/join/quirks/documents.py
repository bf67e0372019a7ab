"""What applications, jobs and attachments look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mock_servers.engine.evidence import Assumed, Evidence, SeenInCode
from mock_servers.engine.quirks import Quirk
from mock_servers.join.quirks.base import CMS_PLUGIN, PUBLISHER, SILENT, SYNC_CLIENT, JoinQuirk


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
    are created (name, required), with ids or, if so set, as answers know them without, and then without what speaks of ids, the
    conditions; off: no such key."""

    name: ClassVar[str] = "job_questions"
    evidence: ClassVar[Evidence] = Assumed("an integrator reads screening questions of jobs; key and shape follow those of an application")
    key: str = "screeningQuestions"
    as_created: bool = False
    with_ids: bool = True


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


QUIRKS: tuple[type[Quirk], ...] = (
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
)
