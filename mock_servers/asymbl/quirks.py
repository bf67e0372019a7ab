"""Where Salesforce is odd, or where nobody outside knows how it behaves: one switch each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.quirks import Quirk

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

CHECKED = "2026-11"
Q = TypeVar("Q", bound=Quirk)


@dataclass(frozen=True)
class TwoValuedNulls(Quirk):
    """A comparison with null is false and its negation true: `!= 'x'`, NOT IN and (NOT …) also find rows without a value; off: they do not."""

    name: ClassVar[str] = "two_valued_nulls"
    evidence: ClassVar[Evidence] = SeenInCode("another emulator, checked against orgs, has it; a blog claims that NOT IN drops nulls")


@dataclass(frozen=True)
class NullsFirstDescending(Quirk):
    """Without NULLS FIRST or LAST, nulls come first in either direction; off: last under DESC."""

    name: ClassVar[str] = "nulls_first_descending"
    evidence: ClassVar[Evidence] = Documented(
        "SOQL reference, ORDER BY: nulls come first; tutorials and an emulator differ for DESC", CHECKED
    )


@dataclass(frozen=True)
class CompositeEscapesText(Quirk):
    """Texts inside the answers of /composite come with the characters & < > " ' written as in HTML."""

    name: ClassVar[str] = "composite_escapes_text"
    evidence: ClassVar[Evidence] = SeenInCode(
        "aiosalesforce undoes it; simple-salesforce and jsforce know nothing of it, so it is off by default"
    )
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class ContactDuplicateRule(Quirk):
    """The standard duplicate rule of contacts is active: who has the e-mail and the last name of another contact is not saved,
    unless the rule only alerts ("alert" rather than "block") and the request says Sforce-Duplicate-Rule-Header: allowSave=true.
    Matching is fuzzy at Salesforce: `by_name` lets the same first and last name be enough, whatever the e-mail.
    """

    name: ClassVar[str] = "contact_duplicate_rule"
    evidence: ClassVar[Evidence] = Documented(
        "Salesforce help, standard duplicate rules; REST API Developer Guide, Duplicate Rule Header", CHECKED
    )
    action: str = "alert"
    message: str = "Use one of these records?"
    by_name: bool = False


@dataclass(frozen=True)
class OpenCursors(Quirk):
    """A user has at most so many results open: the next one closes the oldest. They end after so many seconds."""

    name: ClassVar[str] = "open_cursors"
    evidence: ClassVar[Evidence] = Documented("SOAP API guide, queryMore(): ten cursors, two days (fifteen minutes once)", CHECKED)
    most: int = 10
    lifetime_seconds: int = 2 * 24 * 3600


# -- what the package does by itself -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class StagesFromTemplate(Quirk):
    """A new job gets copies of its template's stages; the template is the job's own, else the matching one, else the default."""

    name: ClassVar[str] = "stages_from_template"
    evidence: ClassVar[Evidence] = Documented("Asymbl's user guide, ATS templates; the choice by filters is assumed in detail", CHECKED)


@dataclass(frozen=True)
class FirstStageFilled(Quirk):
    """An application without a stage begins at its job's first one; off: it is refused, the field being required."""

    name: ClassVar[str] = "first_stage_filled"
    evidence: ClassVar[Evidence] = Assumed(
        "the metadata says required; a trigger of the package could fill the field before that is checked"
    )
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class ApplicantDates(Quirk):
    """The package fills Initial Application Date on create, and Current Stage Date on create and on each move."""

    name: ClassVar[str] = "applicant_dates"
    evidence: ClassVar[Evidence] = Assumed("the names of the fields say so; no source shows the trigger")


@dataclass(frozen=True)
class StageTracking(Quirk):
    """Each move of an application leaves one row of ATS Stage Tracking, which tells from where, to where and for how long."""

    name: ClassVar[str] = "stage_tracking"
    evidence: ClassVar[Evidence] = Assumed("the object's fields say so; when rows are written is not known")


@dataclass(frozen=True)
class JobStateFollowsStatus(Quirk):
    """A job's Is Active and Is Closed follow its status whenever that is set."""

    name: ClassVar[str] = "job_state_follows_status"
    evidence: ClassVar[Evidence] = Assumed("triggers keep the three in step (public org metadata); which status means what is not known")
    active: tuple[str, ...] = ("Open",)
    closed: tuple[str, ...] = ("Filled", "Closed", "Cancelled")


@dataclass(frozen=True)
class CandidatePool(Quirk):
    """A new contact without an account is put into the account of this name, if there is one."""

    name: ClassVar[str] = "candidate_pool"
    evidence: ClassVar[Evidence] = SeenInCode(
        "a setting in the public metadata of an org with the package, on by default; the name is assumed"
    )
    account_name: str = "Candidate Pool"


def settings(exchange: Exchange, kind: type[Q]) -> Q:
    """The tenant's settings of a quirk; its defaults when it is off, for what must have some value."""
    found = exchange.quirk(kind)
    return found if found is not None else kind()


QUIRKS: tuple[type[Quirk], ...] = (
    TwoValuedNulls,
    NullsFirstDescending,
    OpenCursors,
    CompositeEscapesText,
    ContactDuplicateRule,
    StagesFromTemplate,
    FirstStageFilled,
    ApplicantDates,
    StageTracking,
    JobStateFollowsStatus,
    CandidatePool,
)
