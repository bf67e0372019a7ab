"""What a caller may see and change: each permission taken away by itself, the package's permission sets, sharing."""

from __future__ import annotations

from typing import Any

import pytest

from mock_servers.asymbl.security import PRESETS
from tests.mock_servers.asymbl.conftest import ALL, Org, all_but, error_of

JOB, APPLICANT, STAGE = "bpats__Job__c", "bpats__ATS_Applicant__c", "bpats__ATS_Stage__c"


def sobjects(org: Org) -> set[str]:
    return {one["name"] for one in org.get("/sobjects").json()["sobjects"]}


def described(org: Org, sobject: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in org.get(f"/sobjects/{sobject}/describe").json()["fields"]}


# -- objects -------------------------------------------------------------------------------------------------------------


def test_an_object_without_read_is_not_there(org: Org) -> None:
    """Neither in lists, nor for queries, nor as a parent, nor by id, nor to write; with Create held all the same."""
    id = org.create("Contact", LastName="Novak")
    org.create(JOB, Name="Welder", bpats__Hiring_Manager__c=id)

    with org.seen_by(all_but("Contact: read")) as narrow:
        assert "Contact" not in sobjects(narrow)
        assert "Contact" in sobjects(org)
        for answer in (
            narrow.get("/sobjects/Contact"),
            narrow.get("/sobjects/Contact/describe"),
            narrow.get(f"/sobjects/Contact/{id}"),
            narrow.send("POST", "/sobjects/Contact", {"LastName": "x"}),
            narrow.send("PATCH", f"/sobjects/Contact/{id}", {"Title": "x"}),
            narrow.send("DELETE", f"/sobjects/Contact/{id}"),
        ):
            assert error_of(answer)[:3] == (404, "NOT_FOUND", "The requested resource does not exist")
        assert error_of(narrow.query("SELECT Id FROM Contact"))[:2] == (400, "INVALID_TYPE")
        assert error_of(narrow.query(f"SELECT bpats__Hiring_Manager__r.Name FROM {JOB}"))[:2] == (400, "INVALID_FIELD")
        assert error_of(narrow.query("SELECT (SELECT Id FROM Contacts) FROM Account"))[:2] == (400, "INVALID_TYPE")
        assert narrow.found(f"SELECT bpats__Hiring_Manager__c FROM {JOB}") == [{"bpats__Hiring_Manager__c": id}]
        children = narrow.get("/sobjects/Account/describe").json()["childRelationships"]
        assert "Contact" not in {child["childSObject"] for child in children}


@pytest.mark.parametrize(
    ("right", "method", "flag", "refusal"),
    [
        ("create", "POST", "createable", (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: Contact", [])),
        ("edit", "PATCH", "updateable", (403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", [])),
        ("delete", "DELETE", "deletable", (403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", [])),
    ],
)
def test_each_right_on_an_object(org: Org, right: str, method: str, flag: str, refusal: tuple[Any, ...]) -> None:
    """Describe says so, the attempt is refused in its own words, and reading goes on."""
    id = org.create("Contact", LastName="Novak")
    path = "/sobjects/Contact" if method == "POST" else f"/sobjects/Contact/{id}"

    with org.seen_by(all_but(f"Contact: {right}")) as narrow:
        assert narrow.get("/sobjects/Contact/describe").json()[flag] is False
        assert refusal == error_of(narrow.send(method, path, {"LastName": "x"}))
        assert narrow.found("SELECT LastName FROM Contact") == [{"LastName": "Novak"}]
    assert org.send(method, path, {"LastName": "y"}).is_success


def test_deleting_needs_edit_too(org: Org) -> None:
    id = org.create("Contact", LastName="Novak")

    with org.seen_by(all_but("Contact: edit")) as narrow:
        assert narrow.send("DELETE", f"/sobjects/Contact/{id}").status_code == 403


def test_a_grant_opens_what_was_closed(org: Org) -> None:
    """The same session sees the object as soon as its user may."""
    minted = org.tenant.mint(all_but("Contact: read"))
    headers = {"Authorization": f"Bearer {minted.credential['access_token']}"}
    before = org.http.get("/services/data/v63.0/sobjects/Contact/describe", headers=headers)
    org.tenant.grant(minted.id, ALL)
    after = org.http.get("/services/data/v63.0/sobjects/Contact/describe", headers=headers)

    assert (before.status_code, after.status_code) == (404, 200)


# -- fields --------------------------------------------------------------------------------------------------------------


def test_a_field_without_read_is_not_there(org: Org) -> None:
    """In the very words of a field that does not exist: nobody can tell the two apart."""
    id = org.create(JOB, Name="Welder", bpats__Salary__c=50000)

    with org.seen_by(all_but(f"{JOB}.bpats__Salary__c: read")) as narrow:
        assert "bpats__Salary__c" not in described(narrow, JOB)
        record = narrow.get(f"/sobjects/{JOB}/{id}").json()
        assert "bpats__Salary__c" not in record
        assert "bpats__Pay_Rate__c" in record
        assert "bpats__Salary__c" not in narrow.found(f"SELECT FIELDS(ALL) FROM {JOB} LIMIT 1")[0]
        for statement in (f"SELECT {{}} FROM {JOB}", f"SELECT COUNT(Id) FROM {JOB} GROUP BY {{}}"):
            hidden, unknown = (
                narrow.query(statement.format(name)).text.replace(name, "X") for name in ("bpats__Salary__c", "bpats__Salery__c")
            )
            assert hidden == unknown
        for clause in ("WHERE bpats__Salary__c > 0", "ORDER BY bpats__Salary__c"):
            answer = error_of(narrow.query(f"SELECT Id FROM {JOB} {clause}"))
            assert (answer[0], answer[1]) == (400, "INVALID_FIELD")
            assert answer[2].startswith(f"No such column 'bpats__Salary__c' on entity '{JOB}'.")
        assert error_of(narrow.get(f"/sobjects/{JOB}/{id}", fields="bpats__Salary__c"))[:2] == (400, "INVALID_FIELD")
        written = error_of(narrow.send("PATCH", f"/sobjects/{JOB}/{id}", {"bpats__Salary__c": 1}))
        assert written == (400, "INVALID_FIELD", f"No such column 'bpats__Salary__c' on sobject of type {JOB}", None)


def test_a_field_without_edit_is_read_only(org: Org) -> None:
    id = org.create(JOB, Name="Welder", bpats__Salary__c=50000)

    with org.seen_by(all_but(f"{JOB}.bpats__Salary__c: edit")) as narrow:
        field = described(narrow, JOB)["bpats__Salary__c"]
        assert (field["createable"], field["updateable"]) == (False, False)
        assert narrow.found(f"SELECT bpats__Salary__c FROM {JOB}") == [{"bpats__Salary__c": 50000.0}]
        status, code, _, fields = error_of(narrow.send("PATCH", f"/sobjects/{JOB}/{id}", {"bpats__Salary__c": 1, "Name": "x"}))
        assert (status, code, fields) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE", ["bpats__Salary__c"])
        assert narrow.send("PATCH", f"/sobjects/{JOB}/{id}", {"Name": "x"}).status_code == 204


def test_a_hidden_reference_leads_nowhere(org: Org) -> None:
    """Neither up nor down."""
    with org.seen_by(all_but("Contact.AccountId: read")) as narrow:
        assert error_of(narrow.query("SELECT Account.Name FROM Contact"))[:2] == (400, "INVALID_FIELD")
        assert error_of(narrow.query("SELECT (SELECT Id FROM Contacts) FROM Account"))[:2] == (400, "INVALID_TYPE")


def test_an_address_is_what_is_left_of_its_parts(org: Org) -> None:
    """A compound has no permission of its own."""
    org.create("Contact", LastName="Novak", MailingCity="Rome", MailingPostalCode="00100")
    parts = [name for name in ALL if name.startswith("Contact.Mailing") and name.endswith(": read")]

    with org.seen_by(all_but("Contact.MailingCity: read")) as narrow:
        address = narrow.found("SELECT MailingAddress FROM Contact")[0]["MailingAddress"]
        assert (address["city"], address["postalCode"]) == (None, "00100")
    with org.seen_by(all_but(*parts)) as narrow:
        assert "MailingAddress" not in described(narrow, "Contact")


def test_some_fields_cannot_be_hidden(org: Org) -> None:
    """Required, master-detail and system fields have no permission to lose, and describe says so."""
    told = {**described(org, "Contact"), **described(org, "bpats__ATS_Template_Stage__c")}

    for name in ("Id", "LastName", "Name", "OwnerId", "CreatedDate", "SystemModstamp", "bpats__ATS_Template__c"):
        assert told[name]["permissionable"] is False
    assert told["Email"]["permissionable"] is True
    for sobject in ("Contact", JOB, APPLICANT):
        for name, field in described(org, sobject).items():
            has_one = f"{sobject}.{name}: read" in ALL
            assert has_one == field["permissionable"], f"{sobject}.{name}"


# -- references, sharing -------------------------------------------------------------------------------------------------


def test_nobody_refers_to_what_he_does_not_see(org: Org) -> None:
    id = org.create("Contact", LastName="Novak")

    with org.seen_by(all_but("Contact: read")) as narrow:
        answer = narrow.send("POST", f"/sobjects/{JOB}", {"Name": "x", "bpats__Hiring_Manager__c": id})

    assert error_of(answer)[:3] == (
        403, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", f"insufficient access rights on cross-reference id: {id[:15]}",
    )  # fmt: skip


def test_private_rows_are_their_owners(org: Org) -> None:
    """Absent from queries, null as a parent, 404 by id; View All lifts that."""
    org.tenant.set_options({"private_objects": ["Account"]})
    account = org.create("Account", Name="Acme")
    org.create("Contact", LastName="Novak", AccountId=account)
    narrow_set = all_but("View All Data", "Modify All Data", "Account: view all", "Account: modify all")

    with org.seen_by(narrow_set) as narrow, org.seen_by([*narrow_set, "Account: view all"]) as wide:
        own = narrow.create("Account", Name="Own")
        assert narrow.found("SELECT Name FROM Account") == [{"Name": "Own"}]
        assert narrow.found("SELECT Account.Name FROM Contact") == [{"Account": None}]
        assert error_of(narrow.get(f"/sobjects/Account/{account}"))[:2] == (404, "NOT_FOUND")
        assert error_of(narrow.send("PATCH", f"/sobjects/Account/{account}", {"Name": "x"}))[:2] == (404, "NOT_FOUND")
        assert error_of(narrow.send("POST", "/sobjects/Contact", {"LastName": "x", "AccountId": account}))[:2] == (
            403, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        )  # fmt: skip
        assert narrow.get(f"/sobjects/Account/{own}").status_code == 200
        assert {row["Name"] for row in wide.found("SELECT Name FROM Account")} == {"Acme", "Own"}


def test_files_are_seen_with_what_they_hang_on(org: Org) -> None:
    """A user sees files on records that he sees; Query All Files shows all."""
    contact = org.create("Contact", LastName="Novak")
    for title, place in (("on a contact", contact), ("nowhere", None)):
        org.create("ContentVersion", Title=title, PathOnClient="a.txt", VersionData="eA==", FirstPublishLocationId=place)
    lifted = ("Query All Files", "View All Data", "Modify All Data", "ContentVersion: view all", "ContentVersion: modify all")

    def titles(*without: str) -> set[str]:
        with org.seen_by(all_but(*without)) as somebody:
            return {row["Title"] for row in somebody.found("SELECT Title FROM ContentVersion")}

    assert titles(*lifted) == {"on a contact"}
    assert titles(*lifted, "Contact: read") == set()
    assert titles(*lifted[1:]) == {"on a contact", "nowhere"}


# -- permission sets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", [preset.name for preset in PRESETS])
def test_a_preset_sees_its_objects_only(org: Org, preset: str) -> None:
    """What the set does not name is not there, but for what everybody sees."""
    held = next(one.permissions for one in PRESETS if one.name == preset)
    everybody = {"Organization", "RecordType", "Profile", "PermissionSet", "PermissionSetAssignment", "Group"}

    with org.seen_by(preset) as somebody:
        assert sobjects(somebody) - everybody == {
            name.removesuffix(": read") for name in held if name.endswith(": read") and "." not in name
        }


def test_a_recruiter_works_and_deletes_nothing(agency: Org) -> None:
    """Asymbl ATS User: create and edit applications, only read templates."""
    with agency.seen_by("Asymbl ATS User") as recruiter:
        contact = recruiter.create("Contact", LastName="Novak")
        (job,) = recruiter.found(f"SELECT Id, (SELECT Id FROM bpats__ATS_Stages__r LIMIT 1) FROM {JOB} WHERE Id = 'a0LHp0000000001MAA'")
        stage = job["bpats__ATS_Stages__r"]["records"][0]["Id"]
        applicant = recruiter.create(APPLICANT, bpats__ATS_Applicant__c=contact, bpats__Job__c=job["Id"], bpats__Stage__c=stage)
        assert recruiter.send("DELETE", f"/sobjects/{APPLICANT}/{applicant}").status_code == 403
        template = recruiter.send("POST", "/sobjects/bpats__ATS_Template__c", {"Name": "x"})
        assert error_of(template)[:2] == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")


def test_a_careers_page_makes_board_applications_only(agency: Org) -> None:
    with agency.seen_by("Asymbl ATS Job Portal") as portal:
        values = {"bpats__Email__c": "x@example.org", "bpats__First_Name__c": "X", "bpats__Last_Name__c": "Y"}
        id = portal.create("bpats__Job_Board_Application__c", **values)
        assert portal.send("PATCH", f"/sobjects/bpats__Job_Board_Application__c/{id}", {"bpats__Last_Name__c": "Z"}).status_code == 403
        assert error_of(portal.query("SELECT Id FROM Contact"))[:2] == (400, "INVALID_TYPE")
        assert portal.found(f"SELECT COUNT(Id) FROM {JOB}")[0]["expr0"] > 1
