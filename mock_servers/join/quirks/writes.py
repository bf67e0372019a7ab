"""What writes demand, answer and leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.quirks import Quirk
from mock_servers.join.quirks.base import CHECKED, CMS_PLUGIN, PUBLISHER, SILENT, JoinQuirk


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
