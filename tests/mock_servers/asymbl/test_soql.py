"""SOQL over the API: the shapes of its answers, what is refused and in which words, pages, and the tenant's quirks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org, error_of

FIELD_HINT = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or "
    "the describe call for the appropriate names."
)
RELATIONSHIP_HINT = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference "
    "your WSDL or the describe call for the appropriate names."
)
OBJECT_HINT = (
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the "
    "describe call for the appropriate names."
)
JOB, APPLICANT = "bpats__Job__c", "bpats__ATS_Applicant__c"


# -- shapes --------------------------------------------------------------------------------------------------------------


def test_a_record_begins_with_its_attributes_and_goes_on_as_selected(org: Org) -> None:
    """Canonical spelling whatever was asked for; the url carries the version of the request."""
    account = org.create("Account", Name="Acme")
    contact = org.create("Contact", LastName="Novak", FirstName="Ann", AccountId=account)

    answer = org.http.get("/services/data/v57.0/query/", params={"q": "select NAME, account.name, id, email from CONTACT"})

    told = answer.json()
    assert list(told) == ["totalSize", "done", "records"]
    record = told["records"][0]
    assert list(record) == ["attributes", "Name", "Account", "Id", "Email"]
    assert record["attributes"] == {"type": "Contact", "url": f"/services/data/v57.0/sobjects/Contact/{contact}"}
    assert record["Account"] == {
        "attributes": {"type": "Account", "url": f"/services/data/v57.0/sobjects/Account/{account}"},
        "Name": "Acme",
    }
    assert (record["Name"], record["Email"]) == ("Ann Novak", None)
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"


def test_values_have_salesforces_forms(org: Org) -> None:
    """A whole amount ends in .0, a date-time in .000+0000; a compound is null when all of it is."""
    org.create(JOB, Name="Welder", bpats__Salary__c=50000, bpats__Start_Date__c="2026-03-01", bpats__Job_Title__c="  ")
    org.create("Contact", LastName="Novak", MailingCity="Rome", BuyerAttributes="Buyer;Detractor")

    answer = org.query(f"SELECT bpats__Salary__c, bpats__Start_Date__c, CreatedDate, bpats__Index__c, bpats__Job_Title__c FROM {JOB}")
    (contact,) = org.found("SELECT MailingAddress, OtherAddress, BuyerAttributes FROM Contact")

    assert '"bpats__Salary__c":50000.0,"bpats__Start_Date__c":"2026-03-01","CreatedDate":"2026-01-05T09:00:00.000+0000"' in answer.text
    assert '"bpats__Index__c":true,"bpats__Job_Title__c":null' in answer.text
    assert list(contact["MailingAddress"]) == [
        "city",
        "country",
        "geocodeAccuracy",
        "latitude",
        "longitude",
        "postalCode",
        "state",
        "street",
    ]
    assert (contact["MailingAddress"]["city"], contact["OtherAddress"], contact["BuyerAttributes"]) == ("Rome", None, "Detractor;Buyer")


def test_a_parent_or_children_that_are_not_there_are_null(org: Org) -> None:
    """A child subquery gives a result of its own, or null."""
    org.create("Contact", LastName="Alone")
    org.create("Account", Name="Empty")
    full = org.create("Account", Name="Full")
    org.create("Contact", LastName="Novak", AccountId=full)

    assert {"LastName": "Alone", "Account": None} in org.found("SELECT LastName, Account.Name FROM Contact")
    empty, filled = org.found("SELECT Name, (SELECT LastName FROM Contacts) FROM Account ORDER BY Name")
    assert empty == {"Name": "Empty", "Contacts": None}
    assert (filled["Contacts"]["totalSize"], filled["Contacts"]["done"]) == (1, True)
    assert filled["Contacts"]["records"][0]["LastName"] == "Novak"


def test_aggregates_have_a_type_and_no_address(org: Org) -> None:
    """What has no alias is expr0, expr1; COUNT() tells its number as the size of an empty result."""
    for name in ("Novak", "Okafor"):
        org.create("Contact", LastName=name, LeadSource="Web")

    answer = org.query("SELECT LeadSource, COUNT(Id), MAX(LastName) last, COUNT_DISTINCT(LastName) FROM Contact GROUP BY LeadSource")

    expected = {"attributes": {"type": "AggregateResult"}, "LeadSource": "Web", "expr0": 2, "last": "Okafor", "expr1": 2}
    assert answer.json() == {"totalSize": 1, "done": True, "records": [expected]}
    assert org.query("SELECT COUNT() FROM Contact").json() == {"totalSize": 2, "done": True, "records": []}


def test_an_owner_may_be_a_person_or_a_queue(agency: Org) -> None:
    """Of a parent of several kinds the type is Name, and the address tells which it is."""
    (job,) = agency.query(f"SELECT Owner.Name, Owner.Type FROM {JOB} WHERE Owner.Type = 'Group' LIMIT 1").json()["records"]
    (other,) = agency.found(
        f"SELECT TYPEOF Owner WHEN User THEN Email WHEN Group THEN DeveloperName END FROM {JOB} WHERE Owner.Type = 'User' LIMIT 1"
    )

    assert (job["Owner"]["Name"], job["Owner"]["Type"], job["Owner"]["attributes"]["type"]) == ("Unassigned Jobs", "Group", "Name")
    assert job["Owner"]["attributes"]["url"].startswith(f"{DATA}/sobjects/Group/00G")
    assert list(other["Owner"]) == ["attributes", "Email"]
    assert other["Owner"]["attributes"]["type"] == "User"


def test_fields_stands_for_all_that_is_seen(org: Org) -> None:
    org.create("Account", Name="Acme")

    described = [field["name"] for field in org.get("/sobjects/Account/describe").json()["fields"]]
    everything, standard = org.found("SELECT FIELDS(ALL) FROM Account LIMIT 1"), org.found("SELECT FIELDS(STANDARD) FROM Account")

    assert list(everything[0]) == list(standard[0]) == described


# -- meaning -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("LastName = 'NOVÁK'", ["Novák"]),
        ("LastName = 'novak'", []),
        ("LastName LIKE '%á%'", ["Novák"]),
        (r"LastName LIKE '100\%%'", ["100% Okafor"]),
        (r"LastName LIKE '100_'", []),
        ("FirstName = null", ["100% Okafor"]),
        ("FirstName != 'Ann'", ["100% Okafor", "Zed"]),
        ("FirstName NOT IN ('Ann', null)", ["100% Okafor", "Zed"]),
        ("(NOT FirstName = 'Ann')", ["100% Okafor", "Zed"]),
        ("NOT FirstName LIKE 'A%'", ["100% Okafor", "Zed"]),
        ("Account.Name = null", ["100% Okafor", "Novák"]),
        ("DoNotCall = null", ["100% Okafor", "Novák"]),
        ("Birthdate < 1990-01-01", ["Zed"]),
        ("Birthdate >= 1990-01-01", ["Novák"]),
        ("BuyerAttributes INCLUDES ('Buyer;Champion')", ["Zed"]),
        ("BuyerAttributes EXCLUDES ('Champion')", ["100% Okafor", "Novák"]),
        ("CreatedDate = TODAY", ["100% Okafor", "Novák", "Zed"]),
        ("CreatedDate < TODAY", []),
        ("CreatedDate >= 2026-01-05T10:00:00+01:00", ["100% Okafor", "Novák", "Zed"]),
        ("CreatedDate > 2026-01-05T09:00:00Z", []),
        ("CALENDAR_MONTH(CreatedDate) = 1 AND (Birthdate = null OR Birthdate != null)", ["100% Okafor", "Novák", "Zed"]),
    ],
)
def test_what_conditions_find(org: Org, condition: str, names: list[str]) -> None:
    """Case does not matter, accents do; null is no value, and what is not equal includes what is not there."""
    account = org.create("Account", Name="Acme")
    org.create("Contact", LastName="Novák", FirstName="Ann", Birthdate="1990-01-01", BuyerAttributes="Buyer")
    org.create(
        "Contact",
        LastName="Zed",
        FirstName="Bo",
        Birthdate="1980-12-31",
        AccountId=account,
        DoNotCall=True,
        BuyerAttributes="Buyer;Champion",
    )
    org.create("Contact", LastName="100% Okafor")

    assert names == [row["LastName"] for row in org.found(f"SELECT LastName FROM Contact WHERE {condition} ORDER BY LastName")]


def test_texts_are_ordered_without_case_and_nulls_come_first(org: Org) -> None:
    for name in ("b", "A", "a", "B"):
        org.create("Account", Name=name)
    org.create("Contact", LastName="x", FirstName="F")
    org.create("Contact", LastName="y")

    assert [row["Name"] for row in org.found("SELECT Name FROM Account ORDER BY Name")] == ["A", "a", "B", "b"]
    assert [row["FirstName"] for row in org.found("SELECT FirstName FROM Contact ORDER BY FirstName DESC")] == [None, "F"]
    assert [row["FirstName"] for row in org.found("SELECT FirstName FROM Contact ORDER BY FirstName DESC NULLS LAST")] == ["F", None]


def test_both_forms_of_an_id_are_one(org: Org) -> None:
    id = org.create("Account", Name="Acme")

    for form in (id, id[:15]):
        assert [{"Id": id}] == org.found(f"SELECT Id FROM Account WHERE Id = '{form}'")
        assert [{"Id": id}] == org.found(f"SELECT Id FROM Account WHERE Id IN ('{form}')")


def test_for_view_leaves_its_date(org: Org) -> None:
    org.create("Contact", LastName="Novak")

    org.query("SELECT Id FROM Contact FOR VIEW")

    (row,) = org.rows("Contact")
    assert (row["LastViewedDate"], row["LastReferencedDate"]) == ("2026-01-05T09:00:00.000+0000",) * 2


# -- refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "token"),
    [
        ("SELECT Id FROM Contact WHERE Name = 'a' AND Email = 'b' OR Phone = 'c'", "OR"),
        ("SELECT Id FROM Contact WHERE Name = 'a' AND NOT Email = 'b'", "Email"),
        ("SELECT Id FROM Contact WHERE NOT Name = 'a' AND Email = 'b'", "AND"),
        ('SELECT Id FROM Contact WHERE Name = "a"', '"'),
        ("SELECT Id FROM Contact WHERE Name == 'a'", "="),
        ("SELECT Id FROM Contact WHERE Name IS NULL", "IS"),
        ("SELECT Id FROM Contact WHERE Name NOT LIKE 'a'", "LIKE"),
        ("SELECT * FROM Contact", "*"),
        ("SELECT Id FROM Contact WHERE Id IN ()", ")"),
        ("SELECT Id FROM Contact ALL ROWS", "ROWS"),
        ("SELECT Id FROM Contact FOR UPDATE", "UPDATE"),
        ("SELECT Id FROM Contact -- all", "-"),
        ("SELECT Id FROM Contact WHERE Id = :id", ":"),
        ("SELECT Id FROM Contact OFFSET 1 LIMIT 2", "LIMIT"),
        ("SELECT Id FROM Contact HAVING COUNT(Id) > 1", "COUNT"),
        ("SELECT COUNT(), Id FROM Contact", ","),
        ("SELECT COUNT() n FROM Contact", "n"),
        ("SELECT Id FROM Contact WHERE bpats__Desired_Salary__c = 1.5e3", "e3"),
        (r"SELECT Id FROM Contact WHERE Name = 'a\q'", "'"),
        ("SELECT Id FROM Contact WHERE CreatedDate = LAST_DECADE", "LAST_DECADE"),
        ("SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS", "LAST_N_DAYS"),
        ("SELECT Id FROM Contact WHERE CreatedDate = 2026-01-01T00:00:00", "T00"),
        ("SELECT Id FROM", "<EOF>"),
        ("Id FROM Contact", "Id"),
        ("", "<EOF>"),
    ],
)
def test_what_the_parser_refuses(org: Org, statement: str, token: str) -> None:
    """MALFORMED_QUERY names the token at which it stopped."""
    status, code, message, _ = error_of(org.query(statement))

    assert (status, code, message) == (400, "MALFORMED_QUERY", f"unexpected token: '{token}'")


def test_an_error_shows_the_place(org: Org) -> None:
    """The line around it, a caret below the token, row and column from 1."""
    (told,) = org.query("SELECT Id,\n  Foo\nFROM Contact").json()

    assert told["message"] == f"\n  Foo\n  ^\nERROR at Row:2:Column:3\nNo such column 'Foo' on entity 'Contact'. {FIELD_HINT}"
    assert told.keys() == {"message", "errorCode"}


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("SELECT Foo FROM Contact", "INVALID_FIELD", f"No such column 'Foo' on entity 'Contact'. {FIELD_HINT}"),
        ("SELECT Account.Foo FROM Contact", "INVALID_FIELD", f"No such column 'Foo' on entity 'Account'. {FIELD_HINT}"),
        ("SELECT Foo.Name FROM Contact", "INVALID_FIELD", f"Didn't understand relationship 'Foo' in field path. {RELATIONSHIP_HINT}"),
        (
            f"SELECT bpats__Account__c.Name FROM {JOB}", "INVALID_FIELD",
            f"Didn't understand relationship 'bpats__Account__c' in field path. {RELATIONSHIP_HINT}",
        ),
        (
            "SELECT (SELECT Id FROM Foos) FROM Contact", "INVALID_TYPE",
            f"Didn't understand relationship 'Foos' in FROM part of query call. {RELATIONSHIP_HINT}",
        ),
        ("SELECT Id FROM ScratchOrgInfo", "INVALID_TYPE", f"sObject type 'ScratchOrgInfo' is not supported. {OBJECT_HINT}"),
        ("SELECT IsDeleted FROM User", "INVALID_FIELD", f"No such column 'IsDeleted' on entity 'User'. {FIELD_HINT}"),
        ("SELECT Id, Name, id FROM Contact", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT FIELDS(ALL), Id FROM Contact LIMIT 1", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"),
        ("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 201", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "field 'Description' can not be filtered in a query call"),
        ("SELECT Id FROM Contact ORDER BY Description", "INVALID_FIELD", "field 'Description' can not be sorted in a query call"),
        ("SELECT COUNT(Id) FROM Contact GROUP BY CreatedDate", "INVALID_FIELD", "field 'CreatedDate' can not be grouped in a query call"),
        (
            "SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01", "INVALID_FIELD",
            "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Contact WHERE Birthdate = 2026-01-01T00:00:00Z", "INVALID_FIELD",
            "value of filter criterion for field 'Birthdate' must be of type date and should not be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Contact WHERE LastName = 5", "INVALID_FIELD",
            "value of filter criterion for field 'LastName' must be of type string and should be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Contact WHERE DoNotCall = 'true'", "INVALID_FIELD",
            "value of filter criterion for field 'DoNotCall' must be of type boolean and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("SELECT Id FROM Contact WHERE Id = '003Hs00000B0001AAA'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: 003Hs00000B0001AAA"),
        ("SELECT Id FROM Contact WHERE Id > '003Hs00000B0001'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field"),
        ("SELECT Id FROM Contact WHERE Birthdate LIKE '19%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on date field"),
        ("SELECT Name n FROM Contact", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
        ("SELECT Name, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT COUNT(Id) FROM Contact GROUP BY COUNT(Id)", "MALFORMED_QUERY", "Grouped field should not be aggregated: COUNT(Id)"),
        ("SELECT COUNT(Id) FROM Contact GROUP BY Name, name", "MALFORMED_QUERY", "duplicate grouping expression: Name"),
        (
            "SELECT COUNT(Id) FROM Contact LIMIT 1", "MALFORMED_QUERY",
            "Non-grouped query that uses overall aggregate functions cannot also use LIMIT",
        ),
        ("SELECT SUM(Name) FROM Contact", "MALFORMED_QUERY", "field Name does not support aggregate operator SUM"),
        (
            "SELECT COUNT(Id) FROM Contact GROUP BY convertTimezone(CreatedDate)", "MALFORMED_QUERY",
            ("nested functional syntax can only be used in the following manner: date_function(convertTimezone(columnName)): "
            "convertTimezone(CreatedDate)"),
        ),
        (
            f"SELECT Id FROM Contact WHERE Name = 'a' OR Id IN (SELECT bpats__ATS_Applicant__c FROM {APPLICANT})", "MALFORMED_QUERY",
            "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.",
        ),
        (
            "SELECT Id FROM Contact WHERE Id IN (SELECT ReportsToId FROM Contact)", "MALFORMED_QUERY",
            "The inner and outer selects should not be on the same object type",
        ),
        ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        (
            "SELECT Id FROM ContentDocumentLink", "MALFORMED_QUERY",
            ("Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId using "
            "the equals operator or multiple Id's using the IN operator."),
        ),
        (
            "SELECT Id FROM ContentDocumentLink WHERE ContentDocumentId = '069Hs00000B0001IAB' AND ShareType = 'V'", "MALFORMED_QUERY",
            ("Implementation restriction: filtering on non-id fields is only permitted when filtering by ContentDocumentLink.LinkedEntityId "
            "using the equals operator."),
        ),
    ],
)  # fmt: skip
def test_what_a_statement_may_not_mean(org: Org, statement: str, code: str, message: str) -> None:
    """Each in the words of the error catalogue."""
    assert (400, code, message) == error_of(org.query(statement))[:3]


def test_a_wrong_checksum_names_no_record(org: Org) -> None:
    """18 characters hold a checksum of the first 15."""
    id = org.create("Contact", LastName="Novak")
    wrong = id[:-1] + ("A" if id[-1] != "A" else "B")

    assert error_of(org.get(f"/sobjects/Contact/{wrong}"))[:2] == (404, "NOT_FOUND")


# -- pages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(agency: Org) -> Org:
    """More contacts than the smallest page holds."""
    assert len(agency.rows("Contact")) > 250
    return agency


def paged(org: Org, statement: str = "SELECT Id FROM Contact", batch: int = 200) -> dict[str, Any]:
    answer = org.query(statement, Sforce_Query_Options=f"batchSize={batch}")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_pages_are_linked(crowd: Org) -> None:
    """totalSize is that of all pages; the last one is done and has no further address."""
    first = paged(crowd)
    second = crowd.http.get(first["nextRecordsUrl"], headers={"Sforce-Query-Options": "batchSize=200"}).json()

    assert list(first) == ["totalSize", "done", "nextRecordsUrl", "records"]
    assert (len(first["records"]), first["done"], second["done"], "nextRecordsUrl" in second) == (200, False, True, False)
    assert first["totalSize"] == second["totalSize"] == 200 + len(second["records"])
    assert len({record["Id"] for record in first["records"] + second["records"]}) == first["totalSize"]


def test_a_client_may_jump_to_an_offset(crowd: Org) -> None:
    """django-salesforce builds the address of a later page itself."""
    first = paged(crowd)
    stem = first["nextRecordsUrl"].removesuffix("-200")
    everything = [record["Id"] for record in crowd.query("SELECT Id FROM Contact").json()["records"]]

    jumped = crowd.http.get(f"{stem}-250").json()

    assert [record["Id"] for record in jumped["records"]] == everything[250:]


def test_a_page_size_has_its_limits(crowd: Org) -> None:
    """Between 200 and 2000; what is outside is moved inside."""
    assert len(paged(crowd, batch=1)["records"]) == 200
    assert paged(crowd, batch=100_000)["done"]


def test_a_result_stands_still(crowd: Org) -> None:
    """What is deleted later still comes, what is new does not."""
    first = paged(crowd, "SELECT Id FROM Contact ORDER BY Id")
    rest = [record["Id"] for record in crowd.query("SELECT Id FROM Contact ORDER BY Id").json()["records"]][200:]
    crowd.send("DELETE", f"/sobjects/Contact/{rest[0]}")
    crowd.create("Contact", LastName="Newcomer")

    second = crowd.http.get(first["nextRecordsUrl"]).json()

    assert rest == [record["Id"] for record in second["records"]]


def test_a_locator_is_its_sessions(crowd: Org) -> None:
    """Another session of the same user is told to sign in, another user that there is no such locator."""
    address = paged(crowd)["nextRecordsUrl"]
    secrets = crowd.secrets
    form = {name: secrets[name] for name in ("client_id", "client_secret", "refresh_token")}
    second = crowd.token(grant_type="refresh_token", **form).json()["access_token"]

    other_session = crowd.http.get(address, headers={"Authorization": f"Bearer {second}"})
    with crowd.seen_by("all") as somebody:
        other_user = somebody.http.get(address)

    assert error_of(other_session)[:2] == (401, "INVALID_SESSION_ID")
    assert error_of(other_user)[:3] == (400, "INVALID_QUERY_LOCATOR", "invalid query locator")


@pytest.mark.parametrize("locator", ["0r8Hs00000B0009IAB-200", "nonsense", "-", "0r8Hs00000B0001IAB-99999", "0r8Hs00000B0001IAB-x"])
def test_a_locator_that_is_none_is_refused(crowd: Org, locator: str) -> None:
    paged(crowd)

    assert error_of(crowd.get(f"/query/{locator}"))[:2] == (400, "INVALID_QUERY_LOCATOR")


def test_a_locator_ends_after_two_days(crowd: Org) -> None:
    address = paged(crowd)["nextRecordsUrl"]
    for _ in range(25):
        # Used again and again, the session lives on; the result does not.
        crowd.tenant.advance(7000)
        crowd.get("/limits")

    assert error_of(crowd.http.get(address))[:2] == (400, "INVALID_QUERY_LOCATOR")


def test_what_is_deleted_is_in_query_all_for_fifteen_days(org: Org) -> None:
    id = org.create("Contact", LastName="Novak")
    org.send("DELETE", f"/sobjects/Contact/{id}")
    statement = "SELECT Id, IsDeleted FROM Contact"

    def everything() -> list[Any]:
        records: list[Any] = org.get("/queryAll", q=statement).json()["records"]
        return records

    assert (org.found(statement), everything()[0]["IsDeleted"]) == ([], True)
    org.tenant.advance(3600)
    assert len(everything()) == 1
    row = org.rows("Contact")[0]
    org.tenant.update("Contact", row["id"], {"SystemModstamp": "2025-12-01T00:00:00.000+0000"})
    assert everything() == []


# -- forms of the call ---------------------------------------------------------------------------------------------------


def test_explain_and_columns(org: Org) -> None:
    """A query plan, and what the command-line client asks for before it prints."""
    plan = org.get("/query", explain="SELECT Id FROM Contact").json()["plans"][0]
    columns = org.get("/query", q="SELECT Id, Owner.Name FROM Contact", columns="true").json()

    assert (plan["sobjectType"], plan["leadingOperationType"], plan["cardinality"]) == ("Contact", "TableScan", 0)
    assert ([one["columnName"] for one in columns["columnMetadata"]], columns["entityName"]) == (["Id", "Owner.Name"], "Contact")


def test_a_query_is_not_posted(org: Org) -> None:
    status, code, message, _ = error_of(org.send("POST", "/query", {"q": "SELECT Id FROM Contact"}))

    assert (status, code, message) == (405, "METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed. Allowed are HEAD,GET")


def test_a_long_statement_travels_in_a_body(org: Org) -> None:
    """An address has at most 16,384 bytes; inside a composite a statement may be longer."""
    listed = ",".join(["'003Hs00000B0001IAB'"] * 800)
    statement = f"SELECT Id FROM Contact WHERE Id IN ({listed})"
    inner = {"method": "GET", "url": f"{DATA}/query?q={statement}", "referenceId": "long"}

    assert error_of(org.query(statement))[:2] == (414, "URI_TOO_LONG")
    answer = org.send("POST", "/composite", {"compositeRequest": [inner]}).json()["compositeResponse"][0]
    assert (answer["httpStatusCode"], answer["body"]["totalSize"]) == (200, 0)
