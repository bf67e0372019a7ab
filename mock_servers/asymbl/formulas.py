"""What the package's formula fields compute: read-only, from the row itself and from its parents, seen past field-level security."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Of:
    """The value at a path from the row: bpats__Job__r.bpats__Status__c."""

    path: str


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first of these that is not null."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Whole days from a date to today in the running user's time zone."""

    path: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Texts in a row; numbers without their .0; {path} stands for a value."""

    paths: tuple[str, ...]
    between: str


@dataclass(frozen=True, slots=True)
class Percentage:
    """So many percent of an amount."""

    percent: str
    amount: str


@dataclass(frozen=True, slots=True)
class Difference:
    left: str
    right: str


Formula = Of | FirstOf | DaysSince | Joined | Percentage | Difference

_PAY = FirstOf(("bpats__Salary__c", "bpats__Pay_Rate__c"))
FORMULAS: dict[tuple[str, str], Formula] = {
    ("bpats__ATS_Applicant__c", "Compensation__c"): _PAY,
    ("bpats__ATS_Applicant__c", "Job_Status__c"): Of("bpats__Job__r.bpats__Status__c"),
    ("bpats__ATS_Applicant__c", "Job_Title__c"): Of("bpats__Job__r.bpats__Job_Title__c"),
    ("bpats__ATS_Applicant__c", "bpats__Applicant_Email__c"): Of("bpats__ATS_Applicant__r.Email"),
    ("bpats__ATS_Applicant__c", "bpats__Applicant_Name__c"): Of("bpats__ATS_Applicant__r.Name"),
    ("bpats__ATS_Applicant__c", "bpats__Days_Since_Initial_Application__c"): DaysSince("bpats__Initial_Application_Date__c"),
    ("bpats__ATS_Applicant__c", "bpats__Days_in_Current_Stage__c"): DaysSince("bpats__Current_Stage_Date__c"),
    ("bpats__ATS_Applicant__c", "bpats__Hiring_Manager_Name__c"): Of("bpats__Job__r.bpats__Hiring_Manager__r.Name"),
    ("bpats__ATS_Stage__c", "bpats__Is_Synced__c"): Of("bpats__Job__r.bpats__Is_Synced__c"),
    ("bpats__ATS_Stage__c", "bpats__Job_Type__c"): Of("bpats__Job__r.bpats__Type__c"),
    ("bpats__ATS_Stage__c", "bpats__Sequence_Name__c"): Joined(("bpats__Sequence__c", "Name"), " - "),
    ("bpats__Interview__c", "Job_Title__c"): Of("bpats__Job__r.bpats__Job_Title__c"),
    ("bpats__Interview__c", "bpats__Candidate_Name__c"): Of("bpats__Candidate__r.Name"),
    ("bpats__Interview__c", "bpats__Job_Position__c"): Of("bpats__Job__r.bpats__Job_Title__c"),
    ("bpats__Job__c", "Compensation__c"): _PAY,
    ("bpats__Job__c", "Conversion_Fee_Amount__c"): Percentage("bpats__Conversion_Percentage__c", "bpats__Salary__c"),
    ("bpats__Job__c", "Placement_Fee_Amount__c"): Percentage("bpats__Placement_Fee__c", "bpats__Salary__c"),
    ("bpats__Job__c", "bpats__Account_Name__c"): Of("bpats__Account__r.Name"),
    ("bpats__Job__c", "bpats__Hiring_Manager_Email__c"): Of("bpats__Hiring_Manager__r.Email"),
    ("bpats__Job__c", "bpats__Hiring_Manager_Name__c"): Of("bpats__Hiring_Manager__r.Name"),
    ("bpats__Offer__c", "Job_Title__c"): Of("bpats__Job__r.bpats__Job_Title__c"),
    ("bpats__Placement__c", "Compensation__c"): _PAY,
    ("bpats__Placement__c", "Conversion_Fee_Amount__c"): Percentage("bpats__Conversion_Percentage__c", "bpats__Salary__c"),
    ("bpats__Placement__c", "Job_Title__c"): Of("bpats__ATS_Job__r.bpats__Job_Title__c"),
    ("bpats__Placement__c", "Placement_Fee_Amount__c"): Percentage("bpats__Placement_Percentage__c", "bpats__Salary__c"),
    ("bpats__Placement__c", "bpats__Burden_Amount__c"): Percentage("bpats__Burden_Percentage__c", "bpats__Pay_Rate__c"),
    ("bpats__Placement_Credit__c", "bpats__Credit_Recipient__c"): FirstOf(("bpats__User__r.Name", "bpats__ATS_Branch_Receiving_Credit__c")),
    ("bpats__Placement_Credit__c", "bpats__Total_Credits__c"): Percentage("bpats__Credit_Percentage__c", "bpats__Profit_Amount__c"),
    ("bpats__Purchase_Order__c", "bpats__PO_Balance__c"): Difference("bpats__PO_Amount__c", "bpats__Amount_Consumed__c"),
}  # fmt: skip
"""Names and meaning follow the fields' labels; how a formula is written is not known for all of them (assumed). One that is
not in this table is always null."""
