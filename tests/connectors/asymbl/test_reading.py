"""How lists are read: pages, lost places, changes, deletions, and what a list says beside its own records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.asymbl.connector import AsymblConnector
from connectors.unified.connector import Page, Ref
from connectors.unified.errors import Invalid, NotSupported, RateLimited, Unavailable, WrongHost
from tests.connectors.asymbl.org import EVERYTHING, T1, T2, T3, Org, Refusal, as_json, connected, number, only, small_org
from tests.connectors.fake_http import Answer, FakeServer

CONTACT, JOB, STAGE, APPLICANT = "Contact", "bpats__Job__c", "bpats__ATS_Stage__c", "bpats__ATS_Applicant__c"
MIRA, YAN, CLIENT = number(CONTACT, 2), number(CONTACT, 3), number(CONTACT, 1)
BAKER, MILLER = number(JOB, 1), number(JOB, 2)
ADA, BOB = number("User", 1), number("User", 2)


@pytest.fixture
def org() -> Org:
    return small_org()


def read(asymbl: AsymblConnector, stream: str, wanted: Any = EVERYTHING, **how: Any) -> list[Page]:
    return list(asymbl.read(stream, wanted, **how))


def keys(pages: Iterable[Page], model: str) -> list[str]:
    return [record.key for page in pages for record in page.records if record.model == model]


def values(pages: Iterable[Page], model: str, key: str) -> Any:
    return [record.values for page in pages for record in page.records if (record.model, record.key) == (model, key)][-1]


def gone(pages: Iterable[Page]) -> set[tuple[str, str]]:
    return {(ref.model, ref.key) for page in pages for ref in page.gone}


def complete(pages: Iterable[Page]) -> set[tuple[str, str]]:
    return {(ref.model, ref.key) for page in pages for ref in page.complete}


def queries(fake: FakeServer) -> list[str]:
    return [asked.query["q"] for asked in fake.asked if "q" in asked.query]


def many(org: Org, count: int, *, stamp: str = T1) -> list[str]:
    """More applicants, each a person of their own."""
    made = []
    for serial in range(100, 100 + count):
        person = org.put(CONTACT, serial, LastName=f"N{serial}", SystemModstamp=stamp)
        stage = number(STAGE, 1)
        made.append(
            org.put(APPLICANT, serial, bpats__ATS_Applicant__c=person, bpats__Job__c=BAKER, bpats__Stage__c=stage, SystemModstamp=stamp)
        )
    return made


# ------------------------------------------------------------------------------------------------------------- whole


def test_streams_are_those_that_wanted_models_need(fake, org):
    asymbl = connected(fake, org)

    assert [stream.name for stream in asymbl.streams(EVERYTHING)] == ["users", "jobs", "stages", "candidates", "applications"]
    assert [stream.name for stream in asymbl.streams(only("Users"))] == ["users"]
    assert [(stream.name, stream.feeds) for stream in asymbl.streams(only("Candidates"))] == [
        ("candidates", ("Candidates",)),
        ("applications", ("Candidates",)),
    ]
    with pytest.raises(NotSupported):
        asymbl.read("dreams", EVERYTHING)


def test_only_applicants_are_applications_and_only_people_who_applied_are_candidates(fake, org):
    """A contact who is a client is none, and job board applications are never even asked for."""
    asymbl = connected(fake, org)
    pages = [page for stream in asymbl.streams(EVERYTHING) for page in read(asymbl, stream.name)]

    assert keys(pages, "Candidates") == [MIRA, YAN]
    assert keys(pages, "Applications") == [number(APPLICANT, serial) for serial in (1, 2, 3)]
    assert not [asked for asked in fake.asked if "Job_Board" in f"{asked.path}{asked.query}"]


def test_users_of_other_kinds_are_left_out(fake, org):
    assert keys(read(connected(fake, org), "users"), "Users") == [ADA, BOB]


def test_candidates_may_be_told_by_their_record_type(fake, org):
    """Then also those who have not applied yet."""
    kind = "012A00000000001IAA"
    org.tables["RecordType"][kind] = {"Id": kind, "DeveloperName": "Candidate"}
    org.touch(CONTACT, CLIENT, T1, RecordTypeId=kind)
    pages = read(connected(fake, org, candidates="record_type"), "candidates")

    assert keys(pages, "Candidates") == [CLIENT]


def test_only_wanted_columns_are_asked_for(fake, org):
    wanted = {"Candidates": frozenset({"title", "remote_created_at"})}
    (page,) = read(connected(fake, org), "candidates", wanted)

    assert [set(record.values) for record in page.records] == [{"title", "remote_created_at"}] * 2
    candidates = "Id IN (SELECT bpats__ATS_Applicant__c FROM bpats__ATS_Applicant__c)"
    columns = "Id, SystemModstamp, Title, CreatedDate"
    assert queries(fake) == [f"SELECT {columns} FROM Contact WHERE {candidates} ORDER BY SystemModstamp ASC, Id ASC"]


def test_sources_are_gathered_only_if_wanted(fake, org):
    """And then of the newest application that has one."""
    org.touch(CONTACT, MIRA, T2, LeadSource=None)
    org.touch(APPLICANT, number(APPLICANT, 1), T3, bpats__Source__c="Website")
    org.tables[APPLICANT][number(APPLICANT, 2)]["CreatedDate"] = T3
    pages = read(connected(fake, org), "candidates", {"Candidates": frozenset({"source"})})

    assert values(pages, "Candidates", MIRA) == {"source": "Indeed"}
    assert values(pages, "Candidates", YAN) == {"source": None}


def test_pages_follow_locators_in_one_query(fake, org):
    many(org, 7)
    pages = read(connected(fake, org), "applications", only("Applications"))

    assert len(pages) == 5
    assert len(set(keys(pages, "Applications"))) == len(keys(pages, "Applications")) == 10
    assert [page.cursor is None for page in pages] == [False, False, False, False, True]
    assert len(queries(fake)) == 1


def test_the_size_of_pages_is_asked_for(fake, org):
    read(connected(fake, org, page_size=500), "users")

    assert {asked.headers.get("sforce-query-options") for asked in fake.asked if "q" in asked.query} == {"batchSize=500"}


def test_a_long_query_travels_in_a_body(fake, org):
    """An address has a greatest length."""
    org.extra["Contact"] = " ".join(f"Customers_Own_Field_Number_{serial}__c" for serial in range(600))
    pages = read(connected(fake, org), "candidates", {"Candidates": frozenset({"custom_fields"})})

    assert keys(pages, "Candidates") == [MIRA, YAN]
    assert [asked.path for asked in fake.asked if asked.method == "POST"][-1] == "/services/data/v63.0/composite/batch"
    assert max(len(f"{asked.path}?{urlencode(asked.query)}") for asked in fake.asked) < 16_384


@pytest.mark.parametrize("code", ["QUERY_TIMEOUT", "REQUEST_LIMIT_EXCEEDED"])
def test_passing_trouble_of_a_query_in_a_body_is_waited_out(fake, org, code):
    """The answer around it is a good one."""
    org.extra["Contact"] = " ".join(f"Customers_Own_Field_Number_{serial}__c" for serial in range(600))
    left, waits = [Refusal(400, code, "Your query request was running for too long, or there are too many.")], []

    def inside(path: str) -> None:
        if left:
            raise left.pop()

    org.inside = inside
    pages = read(connected(fake, org, waits=waits), "candidates", {"Candidates": frozenset({"custom_fields"})})

    assert keys(pages, "Candidates") == [MIRA, YAN]
    assert len(waits) == 1


def test_an_empty_org_is_no_trouble(fake):
    asymbl = connected(fake, Org())
    for stream in asymbl.streams(EVERYTHING):
        (page,) = read(asymbl, stream.name)
        assert (page.records, page.cursor, page.diagnostics, page.watermark) == ((), None, (), None)


# -------------------------------------------------------------------------------------------------------- lost places


def test_a_place_that_expired_is_found_again_by_time(fake, org):
    """Nothing is lost, nothing comes twice, and what changed meanwhile comes as it is now."""
    made = many(org, 9, stamp=T2)
    asymbl = connected(fake, org)
    pages = []
    for page in asymbl.read("applications", only("Applications")):
        pages.append(page)
        if len(pages) == 2:
            org.forget_locators()
            org.touch(APPLICANT, made[0], T3, bpats__Applicant_Status__c="Rejected")

    found = keys(pages, "Applications")
    assert set(found) == set(org.tables[APPLICANT])
    assert len(found) in (12, 13)
    assert values(pages, "Applications", made[0])["outcome"] == "DECLINED"
    assert len([query for query in queries(fake) if "SystemModstamp >= 2026-02-0" in query]) == 1


def test_a_locator_is_not_carried_into_another_session(fake, org):
    """It belongs to the session that began it; the list goes on by time instead."""
    many(org, 5, stamp=T2)
    asymbl = connected(fake, org)
    pages, tokens = [], []
    for page in asymbl.read("applications", only("Applications")):
        pages.append(page)
        if len(pages) == 1:
            org.end_sessions()
    for asked in fake.asked:
        if asked.path.startswith("/services/data/v63.0/query/"):
            tokens.append((asked.path.rpartition("/")[2].partition("-")[0], asked.headers["authorization"]))

    assert set(keys(pages, "Applications")) == set(org.tables[APPLICANT])
    assert all(len({token for other, token in tokens if other == locator}) == 1 for locator, _ in tokens)


def test_a_list_that_breaks_off_at_the_same_place_for_ever_is_given_up(fake, org):
    many(org, 5)
    org.before = lambda asked: (
        as_json([{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}], 400) if "/query/" in asked.path else None
    )
    with pytest.raises(Unavailable, match="same place"):
        read(connected(fake, org), "applications", only("Applications"))


def test_a_killed_read_goes_on_behind_its_last_page(fake, org):
    many(org, 6, stamp=T2)
    whole = keys(read(connected(fake, org), "applications"), "Applications")
    first = next(iter(connected(fake, org).read("applications", EVERYTHING)))
    second = read(connected(fake, org), "applications", cursor=first.cursor)

    assert {*keys([first], "Applications"), *keys(second, "Applications")} == set(whole)


def test_stages_begin_again_because_ranks_need_all_of_them(fake, org):
    first = next(iter(connected(fake, org).read("stages", EVERYTHING)))
    rest = read(connected(fake, org), "stages", cursor=first.cursor)

    assert len(keys(rest, "Job-specific application stages")) == 3


def test_a_strange_cursor_is_refused(fake, org):
    with pytest.raises(Invalid, match="cursor"):
        read(connected(fake, org), "users", cursor='{"page": 3}')


# ------------------------------------------------------------------------------------------------------------ trouble


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(503, b"", {}),
        as_json([{"message": "An unexpected error occurred.", "errorCode": "UNKNOWN_EXCEPTION"}], 500),
        as_json([{"message": "Your query request was running for too long.", "errorCode": "QUERY_TIMEOUT"}], 400),
        as_json([{"message": "ConcurrentRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403),
        Answer(cut="before"),
        Answer(200, b'{"totalSize": 2, "done": true, "rec', {"Content-Type": "application/json"}),
    ],
    ids=["503", "500", "timeout", "concurrent limit", "cut", "half an answer"],
)
def test_passing_trouble_is_waited_out(fake, org, trouble):
    waits: list[float] = []
    answers = [trouble]
    org.before = lambda asked: answers.pop() if answers and "q" in asked.query else None

    assert keys(read(connected(fake, org, waits=waits), "users"), "Users") == [ADA, BOB]
    assert len(waits) == 1


def test_an_org_that_outlasted_all_patience_is_not_waited_for_in_each_list(fake, org):
    """One try a list, until one answers or a new sync begins."""
    waits: list[float] = []
    org.before = lambda asked: Answer(503, b"", {}) if "q" in asked.query else None
    asymbl = connected(fake, org, waits=waits)
    asymbl.streams(EVERYTHING)
    for stream in ("users", "jobs", "stages"):
        with pytest.raises(Unavailable):
            read(asymbl, stream)
    tries = len(queries(fake))
    org.before = lambda asked: None
    asymbl.streams(EVERYTHING)

    assert tries == 5 + 1 + 1
    assert keys(read(asymbl, "users"), "Users") == [ADA, BOB]


USED_UP = as_json([{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)


@pytest.mark.parametrize("refused", ["q", "everything"])
def test_a_used_up_day_is_not_asked_again(fake, org, refused):
    """It is looked into once: the org says that nothing is left, or refuses that question as well."""
    org.requests_left = 0
    org.before = lambda asked: USED_UP if "q" in asked.query or (refused != "q" and asked.path.endswith("limits")) else None
    with pytest.raises(RateLimited) as caught:
        read(connected(fake, org), "users")

    assert len(queries(fake)) == 1
    assert caught.value.retry_after == 3600


def test_a_day_that_is_not_used_up_is_asked_again(fake, org):
    """Other users of the org may have waited for the same moment."""
    waits: list[float] = []
    limits = [USED_UP]
    org.before = lambda asked: limits.pop() if limits and "q" in asked.query else None

    assert len(keys(read(connected(fake, org, waits=waits), "users"), "Users")) == 2
    assert len(waits) == 1


def test_a_hint_is_waited_for(fake, org):
    waits: list[float] = []
    told = {"Retry-After": "37"}
    limits = [as_json([{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403, **told)]
    org.before = lambda asked: limits.pop() if limits and "q" in asked.query else None
    read(connected(fake, org, waits=waits), "users")

    assert 37 <= waits[0] <= 38


def test_a_version_that_is_not_offered_is_no_lack_of_permissions(fake, org):
    with pytest.raises(WrongHost, match="api_version"):
        read(connected(fake, org, api_version="64.0"), "users")


def test_an_org_without_the_package_is_told_by_its_permissions(fake, org):
    """Salesforce does not tell an object that is not there from one that is hidden."""
    org.hidden |= {APPLICANT, JOB, STAGE}
    (page,) = read(connected(fake, org), "applications")

    assert [(one.model, one.reason, one.missing_permissions) for one in page.diagnostics] == [
        ("Applications", "not_permitted", (f"{APPLICANT}: read",))
    ]


# ------------------------------------------------------------------------------------------------------------ changes

SINCE = "2026-02-02T12:00:00.000+0000"


def test_a_delta_asks_for_what_changed_a_little_earlier_and_for_deleted_records(fake, org):
    """What was committed late bears an earlier time."""
    pages = read(connected(fake, org), "jobs", only("Jobs"), since=SINCE)

    assert [asked.path for asked in fake.asked if "q" in asked.query] == ["/services/data/v63.0/queryAll"]
    assert "SystemModstamp >= 2026-02-02T11:55:00.000Z" in queries(fake)[0]
    assert (keys(pages, "Jobs"), pages[-1].watermark.partition(" ")[0]) == ([], SINCE)


def test_users_are_never_deleted_and_not_asked_for_as_such(fake, org):
    """They have no such column, and a query that names it is refused."""
    org.touch("User", BOB, T3, IsActive=True)
    pages = read(connected(fake, org), "users", since=SINCE)

    assert keys(pages, "Users") == [BOB]
    assert "IsDeleted" not in queries(fake)[0]


@pytest.mark.parametrize(
    ("stream", "model", "sobject", "id"),
    [
        ("jobs", "Jobs", JOB, MILLER),
        ("stages", "Application Stages", STAGE, number(STAGE, 3)),
        ("candidates", "Candidates", CONTACT, YAN),
        ("applications", "Applications", APPLICANT, number(APPLICANT, 2)),
    ],
)
def test_changes_and_deletions_arrive(fake, org, stream, model, sobject, id):
    asymbl = connected(fake, org)
    assert keys(read(asymbl, stream, since=SINCE), model) == []
    org.touch(sobject, id, T3)
    changed = read(asymbl, stream, since=SINCE)
    org.touch(sobject, id, T3, IsDeleted=True)
    deleted = read(asymbl, stream, since=SINCE)

    assert keys(changed, model) == [id]
    assert changed[-1].watermark.startswith(T3)
    assert keys(deleted, model) == []
    assert (model, id) in gone(deleted)


def test_a_change_at_the_watermark_is_not_missed(fake, org):
    org.touch(JOB, BAKER, T2)

    assert set(keys(read(connected(fake, org, delta_overlap_seconds=0), "jobs", since=T2), "Jobs")) == {BAKER, MILLER}


@pytest.mark.parametrize(
    ("stream", "model", "parent", "id", "changed"),
    [
        ("applications", "Applications", STAGE, number(STAGE, 2), {number(APPLICANT, 1)}),
        ("jobs", "Jobs", "bpats__Work_Site_Location__c", number("bpats__Work_Site_Location__c", 1), {BAKER}),
        ("jobs", "Jobs", CONTACT, CLIENT, {BAKER}),
    ],
)
def test_a_changed_parent_brings_its_records(fake, org, stream, model, parent, id, changed):
    """A stage that is renamed touches no application, and yet makes it hired."""
    org.touch(parent, id, T3)

    assert set(keys(read(connected(fake, org), stream, since=SINCE), model)) == changed


def test_who_applies_for_the_first_time_becomes_a_candidate(fake, org):
    """The contact itself does not change."""
    org.put(APPLICANT, 9, bpats__ATS_Applicant__c=CLIENT, bpats__Job__c=MILLER, bpats__Stage__c=number(STAGE, 3), SystemModstamp=T3)
    pages = read(connected(fake, org), "applications", since=SINCE)

    assert keys(pages, "Candidates") == [CLIENT]
    assert keys(pages, "Applications") == [number(APPLICANT, 9)]


def test_who_has_no_application_any_more_is_no_candidate(fake, org):
    org.touch(APPLICANT, number(APPLICANT, 3), T3, IsDeleted=True)
    pages = read(connected(fake, org), "applications", since=SINCE)

    assert gone(pages) == {("Applications", number(APPLICANT, 3)), ("Candidates", YAN)}


def test_who_is_of_another_record_type_now_is_no_candidate(fake, org):
    """The contact is there and changed, and the list of candidates has it no more."""
    org.touch(CONTACT, MIRA, T3, RecordTypeId=None)
    pages = read(connected(fake, org, candidates="record_type"), "candidates", since=SINCE)

    assert ("Candidates", MIRA) in gone(pages)
    assert ("Candidates", MIRA) not in gone(read(connected(fake, org), "candidates", since=SINCE))


def test_a_user_of_another_kind_now_is_gone(fake, org):
    org.touch("User", BOB, T3, UserType="PowerPartner")

    assert gone(read(connected(fake, org), "users", since=SINCE)) == {("Users", BOB)}
    assert gone(read(connected(fake, org), "users")) == set()


def test_an_application_less_leaves_the_candidate_with_another_source(fake, org):
    org.touch(CONTACT, MIRA, T1, LeadSource=None)
    org.touch(APPLICANT, number(APPLICANT, 1), T1, bpats__Source__c="Website")
    org.touch(APPLICANT, number(APPLICANT, 2), T3, IsDeleted=True)
    pages = read(connected(fake, org), "applications", since=SINCE)

    assert values(pages, "Candidates", MIRA)["source"] == "Website"


def test_a_merged_contact_is_gone(fake, org):
    """Its applications are the winner's, so that it would not be found among candidates."""
    org.touch(APPLICANT, number(APPLICANT, 3), T3, bpats__ATS_Applicant__c=MIRA)
    org.touch(CONTACT, YAN, T3, IsDeleted=True)
    asymbl = connected(fake, org)
    pages = [page for stream in ("candidates", "applications") for page in read(asymbl, stream, since=SINCE)]

    assert ("Candidates", YAN) in gone(pages)
    assert values(pages, "Applications", number(APPLICANT, 3))["candidate_id"] == Ref("Candidates", MIRA)


def test_an_application_without_contact_stays(fake, org):
    org.touch(APPLICANT, number(APPLICANT, 3), T3, bpats__ATS_Applicant__c=None)
    pages = read(connected(fake, org), "applications", since=SINCE)

    assert values(pages, "Applications", number(APPLICANT, 3))["candidate_id"] is None


def test_candidates_alone_follow_applications_too(fake, org):
    """Where applications are off, their list still says who applied, and brings nothing else."""
    asymbl = connected(fake, org)
    (whole,) = read(asymbl, "applications", only("Candidates"))
    org.touch(APPLICANT, number(APPLICANT, 3), T3)
    changed = read(asymbl, "applications", only("Candidates"), since=SINCE)

    assert (whole.records, whole.watermark.partition(" ")[0]) == ((), T1)
    assert (keys(changed, "Candidates"), keys(changed, "Applications")) == ([YAN], [])


def test_a_long_pause_is_reported(fake, org):
    """Salesforce shows deleted records for 15 days."""
    (page, *_) = read(connected(fake, org), "jobs", since="2026-02-10T00:00:00.000+0000")
    (fresh, *_) = read(connected(fake, org), "jobs", since="2026-02-28T00:00:00.000+0000")

    assert [warning.code for warning in page.warnings] == ["deletions_unseen"]
    assert fresh.warnings == ()


@pytest.mark.parametrize("stream", ["users", "jobs", "stages", "candidates", "applications"])
def test_a_list_whose_records_have_another_shape_is_read_whole(fake, org, stream):
    """A field that an admin made or granted changes no record and belongs into each; deletions are told all the same."""
    asymbl = connected(fake, org)
    mark = read(asymbl, stream)[-1].watermark
    model, sobject = {
        "users": ("Users", "User"),
        "jobs": ("Jobs", JOB),
        "stages": ("Application Stages", STAGE),
        "candidates": ("Candidates", CONTACT),
        "applications": ("Applications", APPLICANT),
    }[stream]
    assert keys(read(asymbl, stream, since=mark.replace("2026-02", "2026-03")), model) == []

    org.extra[sobject] = "Brand_New__c"
    if sobject != "User":
        gone_id = max(org.tables[sobject])
        org.touch(sobject, gone_id, T3, IsDeleted=True)
    asymbl.streams(EVERYTHING)
    pages = read(asymbl, stream, since=mark)

    assert len(keys(pages, model)) >= 1
    assert set(keys(pages, model)) == set(keys(read(asymbl, stream), model))
    assert "read_whole" in {warning.code for page in pages for warning in page.warnings}
    assert sobject == "User" or (model, gone_id) in gone(pages)
    assert keys(read(asymbl, stream, since=pages[-1].watermark.replace("2026-02", "2026-03")), model) == []


@pytest.mark.parametrize(
    ("stream", "refused"),
    [
        ("users", "User.FirstName"),
        ("jobs", f"{JOB}.bpats__Salary__c"),
        ("stages", f"{STAGE}.bpats__Stage_Type__c"),
        ("candidates", f"{CONTACT}.Title"),
        ("applications", f"{APPLICANT}.bpats__Internal_Source__c"),
    ],
)
def test_a_column_that_describe_shows_and_queries_refuse_makes_no_list_be_read_whole(fake, org, stream, refused):
    """Only once it can be had after all, for then it belongs into each record."""
    org.unqueryable = {refused}
    asymbl = connected(fake, org)
    mark = read(asymbl, stream)[-1].watermark.replace("2026-02", "2026-03")
    asymbl.streams(EVERYTHING)
    changed = read(asymbl, stream, since=mark)
    org.unqueryable = set()
    asymbl.streams(EVERYTHING)
    anew = read(asymbl, stream, since=changed[-1].watermark)

    assert [page.records for page in changed] == [()]
    assert "read_whole" not in {warning.code for page in changed for warning in page.warnings}
    assert "read_whole" in {warning.code for page in anew for warning in page.warnings}
    assert len([record for page in anew for record in page.records]) > 0


def test_a_first_application_brings_its_person_without_what_queries_refuse(fake, org):
    org.unqueryable = {f"{CONTACT}.Title"}
    org.put(APPLICANT, 50, bpats__ATS_Applicant__c=CLIENT, bpats__Job__c=BAKER, bpats__Stage__c=number(STAGE, 1), SystemModstamp=T3)
    pages = read(connected(fake, org), "applications", since=SINCE)

    assert CLIENT in keys(pages, "Candidates")
    assert "title" not in values(pages, "Candidates", CLIENT)


def test_another_setting_reads_the_records_anew(fake, org):
    mark = read(connected(fake, org), "applications", only("Applications"))[-1].watermark
    pages = read(connected(fake, org, hired_stages=["Pending"]), "applications", only("Applications"), since=mark)

    assert values(pages, "Applications", number(APPLICANT, 2))["outcome"] == "HIRED"


@pytest.mark.parametrize("since", ["yesterday", "2026-02-02", "2026-02-02T10:00:00"])
def test_a_strange_watermark_is_refused(fake, org, since):
    with pytest.raises(Invalid, match="watermark"):
        read(connected(fake, org), "users", since=since)


# ------------------------------------------------------------------------------------------------------ teams, ranks


def test_a_team_is_the_four_people_of_a_job(fake, org):
    """The hiring manager is a contact, and counts as the user with that e-mail, whatever its letter case."""
    pages = read(connected(fake, org), "jobs")

    assert {key: values(pages, "Job hiring team members", key)["roles"] for key in keys(pages, "Job hiring team members")} == {
        f"{BAKER}/{ADA}": ["RECRUITER", "HIRING_MANAGER"],
        f"{BAKER}/{BOB}": ["RECRUITER"],
        f"{MILLER}/{ADA}": ["RECRUITER"],
    }


def test_who_is_what_can_be_set(fake, org):
    roles = {"bpats__Sales_Lead__c": "COORDINATOR", "bpats__Delivery_Lead__c": None}
    pages = read(connected(fake, org, team_roles=roles), "jobs")

    assert {key: values(pages, "Job hiring team members", key)["roles"] for key in keys(pages, "Job hiring team members")} == {
        f"{BAKER}/{ADA}": ["COORDINATOR"],
        f"{BAKER}/{BOB}": [],
    }


@pytest.mark.parametrize("owner", ["00GA00000000001IAA", number("User", 3)], ids=["a queue", "a user of another kind"])
def test_who_is_not_delivered_as_a_user_is_on_no_team(fake, org, owner):
    org.touch(JOB, MILLER, T2, OwnerId=owner)

    assert not [key for key in keys(read(connected(fake, org), "jobs"), "Job hiring team members") if key.startswith(MILLER)]


@pytest.mark.parametrize(("other", "expected"), [(False, True), (True, False)], ids=["the other has left", "both are there"])
def test_a_manager_whom_two_users_could_be_is_nobody(fake, org, other, expected):
    """Unless all but one of them have left."""
    org.put("User", 8, LastName="Twin", Email="Ada@Acme.test", UserType="Standard", IsActive=other)
    pages = read(connected(fake, org), "jobs")

    assert ("HIRING_MANAGER" in values(pages, "Job hiring team members", f"{BAKER}/{ADA}")["roles"]) is expected


def test_a_changed_job_lets_go_of_who_left_its_team(fake, org):
    org.touch(JOB, BAKER, T3, bpats__Delivery_Lead__c=None)
    pages = read(connected(fake, org), "jobs", since=SINCE)

    assert keys(pages, "Job hiring team members") == [f"{BAKER}/{ADA}"]
    assert complete(pages) == {("Job hiring team members", BAKER)}


def test_a_deleted_job_lets_go_of_its_team_and_its_stages(fake, org):
    org.touch(JOB, BAKER, T3, IsDeleted=True)
    pages = read(connected(fake, org), "jobs", since=SINCE)

    assert complete(pages) == {("Job hiring team members", BAKER), ("Job-specific application stages", BAKER)}


def test_a_whole_read_needs_no_letting_go(fake, org):
    assert complete(read(connected(fake, org), "jobs")) == set()


def ranks(pages: Iterable[Page]) -> dict[str, int]:
    return {
        record.key.partition("/")[2]: record.values["index"]
        for page in pages
        for record in page.records
        if record.model == "Job-specific application stages"
    }


def test_a_stage_ranks_by_its_sequence_in_its_job(fake, org):
    """Across pages, and whatever the sequences are."""
    org.put(STAGE, 4, Name="Between", bpats__Job__c=BAKER, bpats__Sequence__c=15.0, SystemModstamp=T3)
    org.put(STAGE, 5, Name="Nobody's", bpats__Sequence__c=1.0, SystemModstamp=T3)
    pages = read(connected(fake, org), "stages")

    assert ranks(pages) == {number(STAGE, 1): 0, number(STAGE, 4): 1, number(STAGE, 2): 2, number(STAGE, 3): 0}
    assert len(keys(pages, "Application Stages")) == 5


def test_one_changed_stage_ranks_its_whole_job_anew(fake, org):
    org.put(STAGE, 4, Name="First", bpats__Job__c=BAKER, bpats__Sequence__c=5.0, SystemModstamp=T3)
    pages = read(connected(fake, org), "stages", since=SINCE)

    assert keys(pages, "Application Stages") == [number(STAGE, 4)]
    assert ranks(pages) == {number(STAGE, 4): 0, number(STAGE, 1): 1, number(STAGE, 2): 2}
    assert complete(pages) == {("Job-specific application stages", BAKER)}


def test_a_deleted_stage_closes_the_gap(fake, org):
    org.touch(STAGE, number(STAGE, 1), T3, IsDeleted=True)
    pages = read(connected(fake, org), "stages", since=SINCE)

    assert ranks(pages) == {number(STAGE, 2): 0}
    assert gone(pages) == {("Application Stages", number(STAGE, 1))}


# ------------------------------------------------------------------------------------------------------ custom fields


def test_custom_fields_are_those_that_nothing_else_is_made_of(fake, org):
    pages = read(connected(fake, org), "candidates")

    assert values(pages, "Candidates", MIRA)["custom_fields"] == {
        "Shoe_Size__c": 42.0,
        "Newsletter__c": True,
        "bpats__Desired_Salary__c": None,
        "bpats__Earliest_Available_Date__c": None,
    }


def test_integration_fields_are_those_that_the_connection_picks(fake, org):
    picked = {"Candidates": ["Birthdate", "Shoe_Size__c", "Nonsense__c"]}
    pages = read(connected(fake, org, integration_fields=picked), "candidates")
    found = values(pages, "Candidates", MIRA)["integration_fields"]

    assert [(one["key"], one["type"], one["value"]) for one in found] == [("Birthdate", "DEFAULT", None), ("Shoe_Size__c", "CUSTOM", 42.0)]
    assert [warning.code for page in pages for warning in page.warnings] == ["integration_field_unknown"]


def test_the_whole_record_has_no_compounds(fake, org):
    """What they are made of is there; bulk reads would refuse them."""
    data = values(read(connected(fake, org), "candidates"), "Candidates", MIRA)["remote_data"]["/sobjects/Contact"]

    assert "MailingAddress" not in data
    assert data["MailingCity"] == "Ulm"
