"""Records by id and by external id: what is saved, in which form, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org, error_of

JOB, APPLICANT, STAGE, TEMPLATE = "bpats__Job__c", "bpats__ATS_Applicant__c", "bpats__ATS_Stage__c", "bpats__ATS_Template__c"
EXTERNAL = "bpats__ATS_Template_External_Id__c"
NOW = "2026-01-05T09:00:00.000+0000"


# -- creating ------------------------------------------------------------------------------------------------------------


def test_a_new_record_is_answered_with_its_id_and_place(org: Org) -> None:
    answer = org.send("POST", "/sobjects/contact/", {"lastname": "  Novak ", "EMAIL": "n@example.org", "Title": ""})

    told = answer.json()
    assert (answer.status_code, list(told), told["success"], told["errors"]) == (201, ["id", "success", "errors"], True, [])
    assert answer.headers["location"] == f"{DATA}/sobjects/Contact/{told['id']}"
    (row,) = org.rows("Contact")
    assert (row["LastName"], row["Email"], row["Title"]) == ("Novak", "n@example.org", None)


def test_system_fields_are_filled_in(org: Org) -> None:
    """Who and when is the caller and the tenant's clock; owner is the caller unless somebody else is named."""
    id = org.create(JOB, Name="Welder")

    record = org.get(f"/sobjects/{JOB}/{id}").json()

    user = org.found(f"SELECT Id FROM User WHERE Username = '{org.secrets['username']}'")[0]["Id"]
    assert [record[name] for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp")] == [NOW] * 3
    assert [record[name] for name in ("CreatedById", "LastModifiedById", "OwnerId")] == [user] * 3
    assert (record["IsDeleted"], record["bpats__Job_Number__c"]) == (False, "00001")


def test_ids_are_unlike_and_their_prefix_is_the_orgs(org: Org, agency: Org) -> None:
    """18 characters; a custom object's ids begin with what describe says, which is another in another org."""
    ids = [org.create(JOB, Name="x") for _ in range(3)]

    assert len({id.lower() for id in ids}) == 3
    assert {len(id) for id in ids} == {18}
    prefixes = {of: of.get(f"/sobjects/{JOB}/describe").json()["keyPrefix"] for of in (org, agency)}
    assert {id[:3] for id in ids} == {prefixes[org]}
    assert prefixes[org] != prefixes[agency]


@pytest.mark.parametrize(
    ("sobject", "values", "code", "message", "fields"),
    [
        ("Contact", {"FirstName": "Ann"}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"]),
        ("Contact", {"LastName": " "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"]),
        (
            "Contact", {"LastName": "x", "FirstName": "y" * 41}, "STRING_TOO_LONG",
            f"First Name: data value too large: {'y' * 41} (max length=40)", ["FirstName"],
        ),
        (
            "bpats__Job_Board_Application__c", {"bpats__Status__c": "Test"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Status: bad value for restricted picklist field: Test", ["bpats__Status__c"],
        ),
        ("Contact", {"LastName": "x", "Email": "x@y"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: x@y", ["Email"]),
        ("Contact", {"LastName": "x", "Foo": 1}, "INVALID_FIELD", "No such column 'Foo' on sobject of type Contact", None),
        ("Contact", {"LastName": "x", "Id": "003"}, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", []),
        (
            "Contact", {"LastName": "x", "CreatedDate": NOW, "Name": "y"}, "INVALID_FIELD_FOR_INSERT_UPDATE",
            ("Unable to create/update fields: CreatedDate, Name. Please check the security settings of this field and verify that it is "
            "read/write for your profile or permission set."), ["CreatedDate", "Name"],
        ),
        (
            "Contact", {"LastName": "x", "AccountId": "nobody"}, "MALFORMED_ID",
            "Account ID: id value of incorrect type: nobody", ["AccountId"],
        ),
        (
            "Contact", {"LastName": "x", "AccountId": "003Hs00000B0001IAB"}, "MALFORMED_ID",
            "Account ID: id value of incorrect type: 003Hs00000B0001IAB", ["AccountId"],
        ),
        (
            "Contact", {"LastName": "x", "AccountId": "001Hs00000B0009IAB"}, "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id", ["AccountId"],
        ),
        (JOB, {"bpats__Bonus__c": 1000}, "NUMBER_OUTSIDE_VALID_RANGE", "Bonus: value outside of valid range on numeric field: 1000", ["bpats__Bonus__c"]),
    ],
)  # fmt: skip
def test_what_cannot_be_saved(org: Org, sobject: str, values: dict[str, Any], code: str, message: str, fields: list[str] | None) -> None:
    """Each in the words of the error catalogue; nothing is saved."""
    assert (400, code, message, fields) == error_of(org.send("POST", f"/sobjects/{sobject}", values))
    assert org.rows(sobject) == []


@pytest.mark.parametrize(
    ("values", "type", "token"),
    [
        ({"LastName": 5}, "string", "VALUE_NUMBER_INT value 5"),
        ({"LastName": {"a": 1}}, "string", "START_OBJECT"),
        ({"DoNotCall": "maybe"}, "boolean", "VALUE_STRING value maybe"),
        ({"Birthdate": "31.12.1990"}, "date", "VALUE_STRING value 31.12.1990"),
        ({"Birthdate": "1990-02-30"}, "date", "VALUE_STRING value 1990-02-30"),
        ({"EmailBouncedDate": "yesterday"}, "datetime", "VALUE_STRING value yesterday"),
        ({"bpats__Desired_Salary__c": "much"}, "double", "VALUE_STRING value much"),
        ({"bpats__Desired_Salary__c": True}, "double", "VALUE_TRUE value True"),
    ],
)
def test_json_of_the_wrong_type(org: Org, values: dict[str, Any], type: str, token: str) -> None:
    status, code, message, _ = error_of(org.send("POST", "/sobjects/Contact", {"LastName": "x", **values}))

    assert (status, code) == (400, "JSON_PARSER_ERROR")
    assert message.startswith(f"Cannot deserialize instance of {type} from {token} or request may be missing a required field at [line:")


def test_several_faults_of_a_record_are_told_together(org: Org) -> None:
    answer = org.send("POST", "/sobjects/Contact", {"LastName": "x" * 81, "Email": "no"})

    assert (answer.status_code, [one["errorCode"] for one in answer.json()]) == (400, ["STRING_TOO_LONG", "INVALID_EMAIL_ADDRESS"])


def test_values_are_stored_in_salesforces_form(org: Org) -> None:
    """Amounts are rounded to their scale, moments moved to UTC, numbers read from texts, chosen values put in order."""
    org.create(
        JOB, Name="x", bpats__Salary__c="100.005", bpats__Number_of_Openings__c=2.4, bpats__Status__c="open", bpats__Index__c="false"
    )
    org.create("Contact", LastName="x", EmailBouncedDate="2026-03-04T10:15:00.5+02:00", BuyerAttributes="Buyer; Detractor;Buyer")

    ((job,), (contact,)) = org.rows(JOB), org.rows("Contact")
    shown = ("bpats__Salary__c", "bpats__Number_of_Openings__c", "bpats__Status__c", "bpats__Index__c")
    assert [job[name] for name in shown] == [100.01, 2.0, "Open", False]
    assert (contact["EmailBouncedDate"], contact["BuyerAttributes"]) == ("2026-03-04T08:15:00.000+0000", "Detractor;Buyer")


# -- reading, changing, deleting -----------------------------------------------------------------------------------------


def test_a_record_shows_all_fields_or_those_that_are_asked_for(org: Org) -> None:
    account = org.create("Account", Name="Acme")
    id = org.create("Contact", LastName="Novak", AccountId=account)

    whole = org.get(f"/sobjects/Contact/{id[:15]}/").json()
    some = org.get(f"/sobjects/Contact/{id}", fields="lastname,Account.Name").json()

    assert list(whole) == ["attributes", *(field["name"] for field in org.get("/sobjects/Contact/describe").json()["fields"])]
    assert (list(some), some["Account"]["Name"]) == (["attributes", "LastName", "Account"], "Acme")
    assert error_of(org.get(f"/sobjects/Contact/{id}", fields="Foo"))[:2] == (400, "INVALID_FIELD")


def test_a_change_moves_both_stamps_and_answers_nothing(org: Org) -> None:
    id = org.create("Contact", LastName="Novak", Title="Dr")
    org.tenant.advance(61)

    answer = org.send("PATCH", f"/sobjects/Contact/{id}", {"Title": None, "Phone": "1"})

    assert (answer.status_code, answer.content, "content-type" in answer.headers) == (204, b"", False)
    (row,) = org.rows("Contact")
    assert (row["Title"], row["Phone"], row["CreatedDate"]) == (None, "1", NOW)
    assert row["LastModifiedDate"] == row["SystemModstamp"] == "2026-01-05T09:01:01.000+0000"


def test_patch_may_come_as_post(org: Org) -> None:
    id = org.create("Contact", LastName="Novak")

    assert org.send("POST", f"/sobjects/Contact/{id}?_HttpMethod=PATCH", {"Title": "Dr"}).status_code == 204
    assert org.rows("Contact")[0]["Title"] == "Dr"
    assert error_of(org.send("POST", f"/sobjects/Contact/{id}", {"Title": "Dr"}))[:2] == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING"),
        ({"Id": "003Hs00000B0001IAB"}, "INVALID_FIELD"),
        ({"IsDeleted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"ReportsToId": "001Hs00000B0001IAB"}, "MALFORMED_ID"),
    ],
)
def test_what_cannot_be_changed(org: Org, changes: dict[str, Any], code: str) -> None:
    id = org.create("Contact", LastName="Novak")
    before = org.rows("Contact")

    assert error_of(org.send("PATCH", f"/sobjects/Contact/{id}", changes))[:2] == (400, code)
    assert before == org.rows("Contact")


def test_deleting_puts_a_record_into_the_bin(org: Org) -> None:
    """Gone for queries, 404 for whoever names it; only the stamp of the system moves."""
    id = org.create("Contact", LastName="Novak")
    org.tenant.advance(60)

    assert org.send("DELETE", f"/sobjects/Contact/{id}").status_code == 204

    assert error_of(org.get(f"/sobjects/Contact/{id}")) == (404, "NOT_FOUND", "The requested resource does not exist", None)
    for method, content in (("DELETE", None), ("PATCH", {"Title": "x"})):
        assert error_of(org.send(method, f"/sobjects/Contact/{id}", content)) == (404, "ENTITY_IS_DELETED", "entity is deleted", [])
    (row,) = org.rows("Contact")
    assert (row["IsDeleted"], row["LastModifiedDate"], row["SystemModstamp"]) == (True, NOW, "2026-01-05T09:01:00.000+0000")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/sobjects/Contact/003Hs00000B0009IAB", "The requested resource does not exist"),
        ("/sobjects/Contact/nonsense", "Provided external ID field does not exist or is not accessible: nonsense"),
        ("/sobjects/Contact/001Hs00000B0001IAB", "Provided external ID field does not exist or is not accessible: 001Hs00000B0001IAB"),
        ("/sobjects/Contact/Title/Dr", "Provided external ID field does not exist or is not accessible: Title"),
        ("/sobjects/Nothing/003Hs00000B0001IAB", "The requested resource does not exist"),
        ("/sobjects/Nothing", "The requested resource does not exist"),
        ("/nothing", "The requested resource does not exist"),
    ],
)
def test_what_is_not_there(org: Org, path: str, message: str) -> None:
    assert (404, "NOT_FOUND", message) == error_of(org.get(path))[:3]


# -- external ids, parents, children -------------------------------------------------------------------------------------


def test_upsert_creates_and_then_changes(org: Org) -> None:
    """201 with created, 200 with created false from version 46 on, 204 before; ids compare without case."""
    first = org.send("PATCH", f"/sobjects/{TEMPLATE}/{EXTERNAL}/t-1", {"Name": "One"})
    second = org.send("PATCH", f"/sobjects/{TEMPLATE}/{EXTERNAL}/T-1", {"Name": "Two"})
    third = org.http.patch(f"/services/data/v45.0/sobjects/{TEMPLATE}/{EXTERNAL}/t-1", json={"Name": "Three"})

    id = first.json()["id"]
    assert (first.status_code, first.json()) == (201, {"id": id, "success": True, "errors": [], "created": True})
    assert (second.status_code, second.json()) == (200, {"id": id, "success": True, "errors": [], "created": False})
    assert (third.status_code, third.content) == (204, b"")
    assert [(row["Name"], row[EXTERNAL]) for row in org.rows(TEMPLATE)] == [("Three", "t-1")]
    assert org.get(f"/sobjects/{TEMPLATE}/{EXTERNAL}/t-1").json()["Id"] == id


def test_upsert_by_id_without_a_value_creates(org: Org) -> None:
    assert org.send("PATCH", "/sobjects/Contact/Id/", {"LastName": "Novak"}).status_code == 201


def test_the_external_id_is_not_in_the_body(org: Org) -> None:
    answer = org.send("PATCH", f"/sobjects/{TEMPLATE}/{EXTERNAL}/t-1", {"Name": "x", EXTERNAL: "t-1"})

    assert error_of(answer)[:2] == (400, "INVALID_FIELD")


def test_several_records_of_an_external_id_are_listed(org: Org) -> None:
    """300 with the address of each; nothing is changed."""
    field = "bpats__Twilio_External_Message_Id__c"
    ids = [org.create("EmailMessage", **{field: "m-1"}) for _ in range(2)]

    for answer in (
        org.get(f"/sobjects/EmailMessage/{field}/m-1"),
        org.send("PATCH", f"/sobjects/EmailMessage/{field}/m-1", {"Subject": "x"}),
    ):
        assert (answer.status_code, answer.json()) == (300, [f"{DATA}/sobjects/EmailMessage/{id}" for id in ids])
    assert {row["Subject"] for row in org.rows("EmailMessage")} == {None}


def test_a_parent_may_be_named_by_its_external_id(org: Org) -> None:
    template = org.create(TEMPLATE, Name="One", **{EXTERNAL: "t-1"})

    org.create("bpats__ATS_Template_Stage__c", Name="First", bpats__ATS_Template__r={EXTERNAL: "T-1"})
    missing = org.send("POST", "/sobjects/bpats__ATS_Template_Stage__c", {"Name": "x", "bpats__ATS_Template__r": {EXTERNAL: "t-2"}})

    assert [row["bpats__ATS_Template__c"] for row in org.rows("bpats__ATS_Template_Stage__c")] == [template]
    assert error_of(missing)[:2] == (400, "INVALID_FIELD")


def test_relationships_have_addresses(org: Org) -> None:
    """The parent's record, or the children as a result."""
    account = org.create("Account", Name="Acme")
    contact = org.create("Contact", LastName="Novak", AccountId=account)

    assert org.get(f"/sobjects/Contact/{contact}/Account").json()["Name"] == "Acme"
    children = org.get(f"/sobjects/Account/{account}/Contacts", fields="LastName").json()
    assert (children["totalSize"], children["done"], children["records"][0]["LastName"]) == (1, True, "Novak")
    assert error_of(org.get(f"/sobjects/Contact/{contact}/ReportsTo"))[:2] == (404, "NOT_FOUND")
    assert error_of(org.get(f"/sobjects/Contact/{contact}/Nothing"))[:2] == (404, "NOT_FOUND")


def test_a_unique_value_is_taken_until_its_record_is_deleted(org: Org) -> None:
    """The message names the field and the other record."""
    first = org.create(TEMPLATE, Name="One", **{EXTERNAL: "t-1"})

    answer = org.send("POST", f"/sobjects/{TEMPLATE}", {"Name": "Two", EXTERNAL: "T-1"})

    status, code, message, _ = error_of(answer)
    assert (status, code, message) == (
        400,
        "DUPLICATE_VALUE",
        f"duplicate value found: {EXTERNAL} duplicates value on record with id: {first[:15]}",
    )
    org.send("DELETE", f"/sobjects/{TEMPLATE}/{first}")
    assert org.create(TEMPLATE, Name="Two", **{EXTERNAL: "T-1"})


def test_what_a_deletion_does_to_children(org: Org) -> None:
    """Master-detail children go too, lookups are emptied by the system, restricting ones keep their parent."""
    template = org.create(TEMPLATE, Name="One")
    child = org.create("bpats__ATS_Template_Stage__c", Name="First", bpats__ATS_Template__c=template)
    job = org.create(JOB, Name="Welder")
    stage = org.create(STAGE, Name="Start", bpats__Job__c=job, bpats__Sequence__c=1, bpats__ATS_Template_Stage__c=child)
    org.create(APPLICANT, bpats__Job__c=job, bpats__Stage__c=stage)
    org.tenant.advance(60)

    restricted = error_of(org.send("DELETE", f"/sobjects/{STAGE}/{stage}"))
    assert org.send("DELETE", f"/sobjects/{TEMPLATE}/{template}").status_code == 204

    assert restricted[:2] == (400, "DELETE_FAILED")
    assert "Start" in restricted[2]
    (kept,) = org.rows(STAGE)
    assert (kept["bpats__ATS_Template_Stage__c"], kept["IsDeleted"]) == (None, False)
    assert (kept["LastModifiedDate"], kept["SystemModstamp"]) == (NOW, "2026-01-05T09:01:00.000+0000")
    assert [row["IsDeleted"] for row in org.rows("bpats__ATS_Template_Stage__c")] == [True]


# -- what changed --------------------------------------------------------------------------------------------------------


def test_updated_and_deleted_in_a_window(org: Org) -> None:
    """Seconds are passed over; the trailing slash and a plus that came as a blank are understood."""
    old, gone = org.create("Contact", LastName="Old"), org.create("Contact", LastName="Gone")
    org.tenant.advance(600)
    new = org.create("Contact", LastName="New")
    org.send("DELETE", f"/sobjects/Contact/{gone}")
    window = "?start=2026-01-05T09:05:59+00:00&end=2026-01-05T09%3A30%3A00%2B00%3A00"

    updated, deleted = org.get(f"/sobjects/Contact/updated/{window}").json(), org.get(f"/sobjects/Contact/deleted/{window}").json()

    assert updated == {"ids": [new], "latestDateCovered": "2026-01-05T09:30:00.000+0000"}
    assert old not in updated["ids"]
    assert deleted["deletedRecords"] == [{"id": gone, "deletedDate": "2026-01-05T09:10:00.000+0000"}]
    assert (deleted["earliestDateAvailable"], deleted["latestDateCovered"]) == (
        "2025-12-21T09:10:00.000+0000",
        "2026-01-05T09:30:00.000+0000",
    )


@pytest.mark.parametrize(
    ("sobject", "start", "end", "code"),
    [
        ("Contact", "2026-01-05T09:00:00Z", "2026-01-05T09:00:59Z", "INVALID_REPLICATION_DATE"),
        ("Contact", "2025-11-01T00:00:00Z", "2026-01-05T09:00:00Z", "INVALID_REPLICATION_DATE"),
        ("Contact", "soon", "2026-01-05T09:00:00Z", "INVALID_REPLICATION_DATE"),
        ("Contact", "", "2026-01-05T09:00:00Z", "MISSING_ARGUMENT"),
        ("User", "2026-01-05T08:00:00Z", "2026-01-05T09:00:00Z", "INVALID_TYPE_FOR_OPERATION"),
    ],
)
def test_a_window_has_its_limits(org: Org, sobject: str, start: str, end: str, code: str) -> None:
    assert error_of(org.get(f"/sobjects/{sobject}/updated", start=start, end=end))[:2] == (400, code)


# -- what the platform keeps ---------------------------------------------------------------------------------------------


def test_countries_come_from_a_list_where_the_org_has_one(agency: Org) -> None:
    """Code and name go together; what is in neither list is refused."""
    by_code = agency.create("Contact", LastName="Novak", MailingCountryCode="de")
    by_name = agency.create("Contact", LastName="Okafor", MailingCountry="germany")
    refused = agency.send("POST", "/sobjects/Contact", {"LastName": "x", "MailingCountry": "Atlantis"})

    for id in (by_code, by_name):
        assert agency.found(f"SELECT MailingCountry, MailingCountryCode FROM Contact WHERE Id = '{id}'") == [
            {"MailingCountry": "Germany", "MailingCountryCode": "DE"}
        ]
    assert error_of(refused)[:2] == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_a_new_record_has_a_record_type_and_a_currency_where_the_org_has_them(agency: Org) -> None:
    id = agency.create("Contact", LastName="Novak")
    client = agency.found("SELECT Id FROM RecordType WHERE DeveloperName = 'Client'")[0]["Id"]

    (row,) = agency.found(f"SELECT RecordType.DeveloperName, CurrencyIsoCode FROM Contact WHERE Id = '{id}'")
    refused = agency.send("POST", f"/sobjects/{JOB}", {"Name": "x", "RecordTypeId": client})

    assert (row["RecordType"]["DeveloperName"], row["CurrencyIsoCode"]) == ("Candidate", "USD")
    assert error_of(refused)[:2] == (400, "INVALID_FIELD")
