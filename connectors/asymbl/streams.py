"""The lists that Asymbl is read by, a row each: which object, what it feeds, and whose changes count as its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.asymbl.columns import APPLICANT, CONTACT, JOB, STAGE, USER
from connectors.unified.connector import Stream, Wanted


@dataclass(frozen=True, slots=True)
class Listing:
    """One object of Salesforce's."""

    name: str
    sobject: str
    models: tuple[str, ...]
    """Made of its records."""
    tells_of: tuple[str, ...] = ()
    """Models made of other objects, of which this list's changes say something."""
    where: tuple[str, ...] = ()
    outside: str = ""
    """The condition of records that do not belong to the list and may have done so; blank: none leaves it but by being deleted."""
    decided_by: tuple[str, ...] = ()
    """Columns by which records belong to the list or not: whoever may not see them cannot read it."""
    has_deleted: bool = True
    """Whether deleted records can be asked for: users are never deleted, and have no such column."""
    follows: tuple[str, ...] = ()
    """Parents whose change changes what is made of a record, and does not touch the record itself."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """All models that it brings or says something of."""
        return (*self.models, *self.tells_of)

    def needed(self, wanted: Wanted) -> bool:
        """Whether anything wanted comes from it. What another list brings is not whole without this one's word about it."""
        return bool(set(self.feeds) & set(wanted))

    def stream(self, wanted: Wanted) -> Stream:
        """As the hub knows it."""
        return Stream(self.name, tuple(model for model in self.feeds if model in wanted), delta=True)


LISTINGS: Mapping[str, Listing] = {
    listing.name: listing
    for listing in (
        # Integration, guest and portal users are of other types.
        Listing(
            "users",
            USER,
            ("Users",),
            where=("UserType = 'Standard'",),
            outside="UserType != 'Standard'",
            decided_by=("UserType",),
            has_deleted=False,
        ),
        Listing(
            "jobs",
            JOB,
            ("Jobs", "Job hiring team members"),
            tells_of=("Job-specific application stages",),
            follows=("bpats__Work_Site_Location__r", "bpats__Hiring_Manager__r"),
        ),
        Listing("stages", STAGE, ("Application Stages", "Job-specific application stages")),
        Listing("candidates", CONTACT, ("Candidates",)),
        # A contact becomes a candidate by an application, which does not touch the contact.
        Listing("applications", APPLICANT, ("Applications",), tells_of=("Candidates",), follows=("bpats__Stage__r",)),
    )
}
"""In the order of reading: what is referred to before what refers to it."""
