"""Large orgs: contacts by the hundred thousand with their applications, jobs and stages, by seed (see engine/worlds.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mock_servers.asymbl import ids, package, tables
from mock_servers.asymbl.package import APPLICANT, JOB, STAGE
from mock_servers.asymbl.scenarios import prepare
from mock_servers.engine.names import BadWorld
from mock_servers.engine.store import Row
from mock_servers.engine.worlds import Factory, Size, World, moments, one_of

STAGES = ("Application", "Internal Review", "Client Submission", "Interview", "Offer", "Hired")
"""Of each job, in this order; each is of the kind that its name says."""
STATUSES = ("Open",) * 7 + ("On Hold", "Filled", "Closed")
CLOSED = frozenset({"Filled", "Closed"})
TYPES = ("Permanent", "Contract", "Contract to Hire", "Temporary")
SOURCES = ("LinkedIn", "Glassdoor", "Indeed", "Website")
LEADS = ("Web", "Employee Referral", "External Referral", "Partner", "Trade Show", None)
REJECTIONS = ("Applicant Withdrew", "Client Rejected", "Internal Rejection")
CLIENTS = 25
FIRST_NUMBER = 62**5
"""Where a world's ids begin: what is entered later gets lower ones, and never meets them."""
JOB_PREFIX, STAGE_PREFIX = "a0L", "a06"
ENDING = ".000+0000"
CONTACTS, ACCOUNTS, USERS, RECORD_TYPES = "003", "001", "005", "012"
_PROFILE = {"Id": ids.made("00e", FIRST_NUMBER), "Name": "Recruiter", "UserType": "Standard"}


def tables_of(world: World) -> Iterable[tuple[str, Iterable[Row]]]:
    """Everything, each record after those that it names. Raises BadWorld for more applications than there can be."""
    if world["applications"] > world["candidates"] * world["jobs"]:
        raise BadWorld("a contact applies once for a job: there can be no more applications than candidates × jobs")
    small = prepare(_entered_by_hand(world))
    prefix = next(row["prefix"] for row in small[tables.KEY_PREFIXES] if row["id"] == APPLICANT)
    for table, rows in small.items():
        yield table, [world.row(table, **row) for row in rows]
    yield "Contact", _contacts(world)
    yield APPLICANT, _applicants(world, prefix)


def _entered_by_hand(world: World) -> dict[str, list[dict[str, Any]]]:
    """What there is little of, as a records.yaml has it."""
    first, last = world.picks("users first names", world.pools.first_names), world.picks("users last names", world.pools.last_names)
    users = [
        {"Id": id, "FirstName": next(first), "LastName": next(last), **_login(number), "ProfileId": _PROFILE["Id"]}
        for number, id in enumerate(ids.made_in_a_row(USERS, FIRST_NUMBER, world["users"]), start=1)
    ]
    clients = zip(_account_ids(), ("Candidate Pool", *world.some("clients", CLIENTS, world.pools.companies)), strict=True)
    return {
        "RecordType": [
            {"Id": _record_type(), "Name": "Candidate", "DeveloperName": "Candidate", "SobjectType": "Contact", "IsActive": True}
        ],
        "Profile": [dict(_PROFILE)],
        "User": users,
        "Account": [{"Id": id, "Name": name} for id, name in clients],
        JOB: list(_jobs(world)),
        STAGE: list(_stages(world)),
    }


def _login(number: int) -> dict[str, Any]:
    """What a user must have to be one."""
    name = f"recruiter{number}"
    return {
        "Username": f"{name}@world.example", "Email": f"{name}@world.example", "Alias": f"r{number}"[:8], "CommunityNickname": name,
        "IsActive": True, "UserType": "Standard", "TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "en_US",
        "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
    }  # fmt: skip


def _record_type() -> str:
    return ids.made(RECORD_TYPES, FIRST_NUMBER)


def _account_ids() -> list[str]:
    """The pool of candidates that belong to no client, then the clients."""
    return list(ids.made_in_a_row(ACCOUNTS, FIRST_NUMBER, CLIENTS + 1))


def _job_ids(world: World) -> list[str]:
    return list(ids.made_in_a_row(JOB_PREFIX, FIRST_NUMBER, world["jobs"]))


def _stage_ids(world: World) -> list[str]:
    """Of the first job all, then of the second."""
    return list(ids.made_in_a_row(STAGE_PREFIX, FIRST_NUMBER, world["jobs"] * len(STAGES)))


def _user_ids(world: World) -> list[str | None]:
    """Who owns what; without users the scenario's own one does."""
    return list(ids.made_in_a_row(USERS, FIRST_NUMBER, world["users"])) or [None]


def _jobs(world: World) -> Iterator[dict[str, Any]]:
    number, titles = world.chance("jobs"), world.picks("jobs titles", world.pools.occupations)
    texts = world.picks("jobs texts", [f"<p>{text}</p>" for text in world.pools.paragraphs])
    clients, users = _account_ids()[1:], _user_ids(world)
    for id, created in zip(_job_ids(world), moments(world["jobs"], days=700, ending=ENDING), strict=True):
        title, status = next(titles), one_of(STATUSES, number)
        yield {
            "Id": id, "Name": title, "bpats__Job_Title__c": title, "bpats__Status__c": status, "bpats__Is_Active__c": status == "Open",
            "bpats__Is_Closed__c": status in CLOSED, "bpats__Type__c": one_of(TYPES, number), "bpats__Job_Description__c": next(texts),
            "bpats__Account__c": one_of(clients, number), "bpats__Location__c": one_of(world.pools.addresses, number).city,
            "bpats__Salary__c": 30_000.0 + int(number() * 90) * 1_000, "bpats__Number_of_Openings__c": 1.0 + int(number() * 3),
            "bpats__Post_Externally__c": status == "Open", "bpats__Posted_Date__c": created[:10], "OwnerId": one_of(users, number),
            "CreatedDate": created,
        }  # fmt: skip


def _stages(world: World) -> Iterator[dict[str, Any]]:
    """Made with their job."""
    all_ids = iter(_stage_ids(world))
    for job, created in zip(_job_ids(world), moments(world["jobs"], days=700, ending=ENDING), strict=True):
        for sequence, name in enumerate(STAGES, start=1):
            yield {
                "Id": next(all_ids), "Name": name, "bpats__Job__c": job, "bpats__Sequence__c": float(sequence),
                "bpats__Stage_Type__c": name, "bpats__Interview_Stage__c": name == "Interview", "CreatedDate": created,
            }  # fmt: skip


def _contacts(world: World) -> Iterator[Row]:
    number, users, count = world.chance("people"), _user_ids(world), world["candidates"]
    first, last = world.picks("first names", world.pools.first_names), world.picks("last names", world.pools.last_names)
    titles, addresses = world.picks("titles", world.pools.occupations), world.picks("homes", world.pools.addresses)
    template = _stamped(world, "Contact", RecordTypeId=_record_type(), AccountId=_account_ids()[0])
    found = zip(ids.made_in_a_row(CONTACTS, FIRST_NUMBER, count), moments(count, days=900, ending=ENDING), strict=True)
    for position, (id, created) in enumerate(found, start=1):
        row, address = template.copy(), next(addresses)
        row["id"], row["FirstName"], row["LastName"], row["Email"] = id, next(first), next(last), f"person{position}@example.test"
        row["Title"], row["LeadSource"] = next(titles), one_of(LEADS, number)
        row["Phone"] = f"+49 30 {int(number() * 9_000_000) + 1_000_000}" if number() < 0.8 else None
        row["MailingStreet"], row["MailingCity"] = f"{address.street} {address.number}", address.city
        row["MailingState"], row["MailingPostalCode"], row["MailingCountry"] = address.region, address.postal_code, address.country
        row["bpats__Desired_Salary__c"] = 30_000.0 + int(number() * 90) * 1_000 if number() < 0.5 else None
        row["OwnerId"] = one_of(users, number) or row["OwnerId"]
        row["CreatedDate"] = row["LastModifiedDate"] = row["SystemModstamp"] = created
        yield row


def _applicants(world: World, prefix: str) -> Iterator[Row]:
    """In rounds: the n-th of everybody before the (n+1)-th of anybody. Each round is one job further, so that none comes twice."""
    people, jobs, count = world["candidates"], world["jobs"], world["applications"]
    if not count:
        return
    contacts, job_ids, stages = list(ids.made_in_a_row(CONTACTS, FIRST_NUMBER, people)), _job_ids(world), _stage_ids(world)
    number, where = world.chance("applications"), world.chance("first jobs")
    first_jobs, users = [int(where() * jobs) for _ in range(people)], _user_ids(world)
    template = _stamped(world, APPLICANT)
    found = zip(ids.made_in_a_row(prefix, FIRST_NUMBER, count), moments(count, days=700, ending=ENDING), strict=True)
    for position, (id, created) in enumerate(found):
        turn, person = divmod(position, people)
        contact, job = contacts[person], (first_jobs[person] + turn) % jobs
        rejected, row = number() < 0.4, template.copy()
        row["id"], row["Name"] = id, f"APP-{position + 1:05}"
        row["bpats__ATS_Applicant__c"], row["bpats__Job__c"] = contact, job_ids[job]
        row["bpats__Stage__c"] = stages[job * len(STAGES) + int(number() * len(STAGES))]
        row["bpats__Contact_Job_Relationship__c"] = package.relationship_key(contact, job_ids[job])
        row["bpats__Applicant_Status__c"] = "Rejected" if rejected else "Active"
        row["bpats__Asymbl_Rejection_Reason__c"] = one_of(REJECTIONS, number) if rejected else None
        row["bpats__Source__c"], row["OwnerId"] = one_of(SOURCES, number), one_of(users, number) or row["OwnerId"]
        row["bpats__Initial_Application_Date__c"] = row["bpats__Current_Stage_Date__c"] = created[:10]
        row["CreatedDate"] = row["LastModifiedDate"] = row["SystemModstamp"] = created
        yield row


def _stamped(world: World, table: str, **values: Any) -> Row:
    """A row made and last changed by the org's first user."""
    user = _first_user(_user_ids(world))
    return world.row(table, CreatedById=user, LastModifiedById=user, OwnerId=user, **values)


def _first_user(users: Sequence[str | None]) -> str:
    """The one that `prepare` gives an org that has none, else the first of them."""
    return users[0] if users[0] is not None else ids.made(USERS, 62**3 + 1)


FACTORY = Factory(
    (
        Size("candidates", "Contacts.", lambda sizes: 1_000),
        Size("applications", "Of the contacts in turn, each for another job.", lambda sizes: 3 * sizes["candidates"]),
        Size("jobs", "Each with six stages.", lambda sizes: max(20, sizes["candidates"] // 500)),
        Size("users", "Who own the records.", lambda sizes: 40),
    ),
    tables_of,
)
