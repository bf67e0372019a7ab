"""Describe: all keys that clients know, values that agree with how the org behaves, and what the org itself added."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.sandbox import SandboxError
from mock_servers.asymbl.schema import whole_schema
from tests.mock_servers.asymbl.conftest import Org, error_of

OBJECT_KEYS = {
    "activateable", "associateEntityType", "associateParentEntity", "createable", "custom", "customSetting", "deepCloneable", "deletable",
    "deprecatedAndHidden", "feedEnabled", "hasSubtypes", "isInterface", "isSubtype", "keyPrefix", "label", "labelPlural", "layoutable",
    "mergeable", "mruEnabled", "name", "queryable", "replicateable", "retrieveable", "searchable", "triggerable", "undeletable", "updateable",
    "urls",
}  # fmt: skip
MORE_KEYS = {
    "actionOverrides", "childRelationships", "compactLayoutable", "defaultImplementation", "extendedBy", "extendsInterfaces", "fields",
    "implementedBy", "implementsInterfaces", "listviewable", "lookupLayoutable", "namedLayoutInfos", "networkScopeFieldName",
    "recordTypeInfos", "searchLayoutable", "sobjectDescribeOption", "supportedScopes",
}  # fmt: skip
FIELD_KEYS = {
    "aggregatable", "aiPredictionField", "autoNumber", "byteLength", "calculated", "calculatedFormula", "cascadeDelete", "caseSensitive",
    "compoundFieldName", "controllerName", "createable", "custom", "defaultValue", "defaultValueFormula", "defaultedOnCreate",
    "dependentPicklist", "deprecatedAndHidden", "digits", "displayLocationInDecimal", "encrypted", "externalId", "extraTypeInfo",
    "filterable", "filteredLookupInfo", "formulaTreatNullNumberAsZero", "groupable", "highScaleNumber", "htmlFormatted", "idLookup",
    "inlineHelpText", "label", "length", "mask", "maskType", "name", "nameField", "namePointing", "nillable", "permissionable",
    "picklistValues", "polymorphicForeignKey", "precision", "queryByDistance", "referenceTargetField", "referenceTo", "relationshipName",
    "relationshipOrder", "restrictedDelete", "restrictedPicklist", "scale", "searchPrefilterable", "soapType", "sortable", "type", "unique",
    "updateable", "writeRequiresMasterRead",
}  # fmt: skip
TYPES = {
    "id", "string", "boolean", "int", "double", "currency", "percent", "date", "datetime", "time", "reference", "picklist", "multipicklist",
    "combobox", "email", "phone", "url", "textarea", "base64", "address", "location", "encryptedstring", "anyType", "long", "json",
    "complexvalue",
}  # fmt: skip
"""What public clients understand: one of them stops at any other."""
EVERY_OBJECT = [sobject.name for sobject in whole_schema().sobjects.values()]


def test_all_objects_are_listed(org: Org) -> None:
    told = org.get("/sobjects/").json()

    assert (told["encoding"], told["maxBatchSize"]) == ("UTF-8", 200)
    assert {one["name"] for one in told["sobjects"]} == set(EVERY_OBJECT)
    assert {frozenset(one) for one in told["sobjects"]} == {frozenset(OBJECT_KEYS)}
    prefixes = [one["keyPrefix"] for one in told["sobjects"]]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize("sobject", EVERY_OBJECT)
def test_every_object_is_described_queried_and_read(org: Org, sobject: str) -> None:
    """All keys, known types; every field that describe names can be selected, filtered, sorted and grouped as it says."""
    told = org.get(f"/sobjects/{sobject}/describe").json()

    assert told.keys() == OBJECT_KEYS | MORE_KEYS
    assert {frozenset(field) for field in told["fields"]} == {frozenset(FIELD_KEYS)}
    assert {field["type"] for field in told["fields"]} <= TYPES
    restricted = sobject == "ContentDocumentLink"
    filtered = " WHERE LinkedEntityId = '003Hs00000B0001IAB'" if restricted else ""
    names = [field["name"] for field in told["fields"]]
    assert org.query(f"SELECT {', '.join(names)} FROM {sobject}{filtered}").status_code == 200
    for flag, clause in (("sortable", "ORDER BY {}"), ("filterable", "WHERE {} = null"), ("groupable", "GROUP BY {}")):
        if restricted and flag == "filterable":
            continue
        for field in told["fields"]:
            select = f"COUNT(Id) n, {field['name']}" if flag == "groupable" else "Id"
            where = filtered if flag != "filterable" else ""
            answer = org.query(f"SELECT {select} FROM {sobject}{where} {clause.format(field['name'])}")
            works = answer.status_code == 200
            if field["type"] != "address":
                assert works == field[flag], f"{field['name']} {flag}: {answer.text}"


def test_a_field_tells_what_the_facts_say(org: Org) -> None:
    """Lengths, scales, soap types, picklists, references."""
    contact = {field["name"]: field for field in org.get("/sobjects/Contact/describe").json()["fields"]}
    applicant = {field["name"]: field for field in org.get("/sobjects/bpats__ATS_Applicant__c/describe").json()["fields"]}

    def shown(field: dict[str, Any], *keys: str) -> list[Any]:
        return [field[key] for key in keys]

    assert shown(contact["Email"], "type", "length", "byteLength", "soapType", "idLookup") == ["email", 80, 240, "xsd:string", True]
    assert shown(contact["LastName"], "nillable", "compoundFieldName", "length") == [False, "Name", 80]
    assert shown(contact["Name"], "createable", "updateable", "nameField", "length", "calculated") == [False, False, True, 121, False]
    assert shown(contact["Description"], "filterable", "sortable", "groupable", "length") == [False, False, False, 32000]
    assert shown(contact["AccountId"], "referenceTo", "relationshipName", "length", "soapType") == [["Account"], "Account", 18, "tns:ID"]
    assert shown(contact["CreatedDate"], "filterable", "sortable", "groupable") == [True, True, False]
    stage = applicant["bpats__Stage__c"]
    assert shown(stage, "nillable", "restrictedDelete", "relationshipName") == [False, True, "bpats__Stage__r"]
    assert shown(applicant["bpats__Salary__c"], "type", "precision", "scale", "digits") == ["currency", 18, 2, 0]
    source = applicant["bpats__Source__c"]
    assert (source["restrictedPicklist"], [one["value"] for one in source["picklistValues"]]) == (
        True,
        ["LinkedIn", "Glassdoor", "Indeed", "Website"],
    )
    status = applicant["bpats__Applicant_Status__c"]["picklistValues"]
    assert [one["value"] for one in status if one["defaultValue"]] == ["Active"]
    assert applicant["bpats__Applicant_Email__c"]["calculated"] is True
    assert (applicant["Name"]["autoNumber"], applicant["Name"]["createable"]) == (True, False)
    assert applicant["OwnerId"]["polymorphicForeignKey"] is True


def test_children_are_named_as_the_package_names_them(org: Org) -> None:
    told = org.get("/sobjects/bpats__Job__c/describe").json()["childRelationships"]

    names = {child["relationshipName"]: (child["childSObject"], child["field"]) for child in told}
    assert names["bpats__ATS_Stages__r"] == ("bpats__ATS_Stage__c", "bpats__Job__c")
    assert names["bpats__Job_Applicants1__r"] == ("bpats__ATS_Applicant__c", "bpats__Job__c")
    assert {frozenset(child) for child in told} == {
        frozenset({"cascadeDelete", "childSObject", "deprecatedAndHidden", "field", "junctionIdListNames", "junctionReferenceTo",
                   "relationshipName", "restrictedDelete"})
    }  # fmt: skip


def test_record_types_are_listed(agency: Org) -> None:
    told = agency.get("/sobjects/Contact/describe").json()["recordTypeInfos"]

    assert [one["developerName"] for one in told] == ["Candidate", "Client", "Partner", "Master"]
    assert [one["master"] for one in told] == [False, False, False, True]


def test_describes_may_be_asked_for_if_modified(org: Org) -> None:
    first = org.get("/sobjects/Contact/describe")

    again = org.http.get(first.url, headers={"If-Modified-Since": first.headers["last-modified"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_version_lists_its_rooms(org: Org) -> None:
    told = org.get("").json()

    assert told["sobjects"] == "/services/data/v63.0/sobjects"
    assert {"query", "queryAll", "composite", "jobs", "limits", "search", "recent", "identity"} <= told.keys()
    versions = org.http.get("/services/data", headers={"Authorization": ""}).json()
    assert versions[-4:][0] == {"label": "Spring '25", "url": "/services/data/v63.0", "version": "63.0"}
    assert [one["version"] for one in versions] == [f"{number}.0" for number in range(31, 67)]


# -- what an org adds ----------------------------------------------------------------------------------------------------


def field(name: str, type: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "label": name, "length": 80, "createable": True, "updateable": True, "nillable": True, **more}


WIDGET = {
    "name": "Widget__c",
    "label": "Widget",
    "labelPlural": "Widgets",
    "keyPrefix": "a5X",
    "fields": [
        field("Id", "id", createable=False, updateable=False, nillable=False, defaultedOnCreate=True),
        field("OwnerId", "reference", referenceTo=["User"], relationshipName="Owner", nillable=False, defaultedOnCreate=True),
        field("IsDeleted", "boolean", createable=False, updateable=False, nillable=False, defaultedOnCreate=True),
        field("Name", "string"),
        field("CreatedDate", "datetime", createable=False, updateable=False, nillable=False, defaultedOnCreate=True),
        field("SystemModstamp", "datetime", createable=False, updateable=False, nillable=False, defaultedOnCreate=True),
        field(
            "Color__c",
            "picklist",
            restrictedPicklist=True,
            picklistValues=[{"value": "Red", "active": True}, {"value": "Blue", "active": True}],
        ),
        field("Weight__c", "double", precision=6, scale=2),
        field("Contact__c", "reference", referenceTo=["Contact"], relationshipName="Contact__r", childRelationshipName="Widgets__r"),
    ],
}


@pytest.fixture
def widgets(org: Org) -> Org:
    """An org into which the describe of an object of its own was loaded."""
    org.tenant.insert("Describes", {"id": "Widget__c", "describe": WIDGET})
    return org


def test_an_object_of_the_org_is_like_any_other(widgets: Org) -> None:
    """Listed, described, written by its rules, found by queries, with parents and children."""
    contact = widgets.create("Contact", LastName="Novak")
    id = widgets.create("Widget__c", Name="One", Color__c="red", Weight__c="1.005", Contact__c=contact)

    assert id.startswith("a5X")
    assert "Widget__c" in {one["name"] for one in widgets.get("/sobjects").json()["sobjects"]}
    assert (
        widgets.found("SELECT Name, Color__c, Weight__c, Contact__r.LastName FROM Widget__c WHERE Color__c = 'RED'")[0]["Weight__c"] == 1.01
    )
    (row,) = widgets.found("SELECT LastName, (SELECT Color__c FROM Widgets__r) FROM Contact")
    assert row["Widgets__r"]["records"][0]["Color__c"] == "Red"
    refused = widgets.send("PATCH", f"/sobjects/Widget__c/{id}", {"Color__c": "Green"})
    assert error_of(refused)[:2] == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert widgets.send("PATCH", f"/sobjects/Widget__c/{id}", {"Color__c": "Blue"}).status_code == 204
    assert widgets.get(f"/sobjects/Widget__c/{id}").json()["Color__c"] == "Blue"
    widgets.send("DELETE", f"/sobjects/Contact/{contact}")
    assert widgets.found("SELECT Contact__c FROM Widget__c") == [{"Contact__c": None}]
    assert widgets.send("DELETE", f"/sobjects/Widget__c/{id}").status_code == 204
    assert widgets.found("SELECT Id FROM Widget__c") == []


def test_what_an_org_added_has_permissions_of_its_own(agency: Org) -> None:
    """One switch for its objects, one for its fields."""
    agency.tenant.insert("Describes", {"id": "Widget__c", "describe": WIDGET})

    with agency.seen_by("Asymbl ATS User") as recruiter:
        assert error_of(recruiter.query("SELECT Id FROM Widget__c"))[:2] == (400, "INVALID_TYPE")
        assert error_of(recruiter.query("SELECT Region__c FROM bpats__Job__c"))[:2] == (400, "INVALID_FIELD")
    assert agency.query("SELECT Region__c FROM bpats__Job__c").status_code == 200


def test_a_field_of_the_org_comes_as_the_tooling_api_has_it(org: Org) -> None:
    """CustomField rows, in a scenario or in a living org."""
    metadata = {"label": "Languages", "type": "MultiselectPicklist", "values": ["English", "Deutsch"]}
    org.tenant.insert("CustomField", {"id": "00N1", "TableEnumOrId": "Contact", "DeveloperName": "Languages", "Metadata": metadata})

    org.create("Contact", LastName="Novak", Languages__c="Deutsch;English")

    assert org.found("SELECT Languages__c FROM Contact WHERE Languages__c INCLUDES ('deutsch')") == [{"Languages__c": "English;Deutsch"}]
    told = {one["name"]: one for one in org.get("/sobjects/Contact/describe").json()["fields"]}["Languages__c"]
    assert (told["type"], told["custom"], told["label"]) == ("multipicklist", True, "Languages")


def test_a_real_describe_can_be_loaded_again(org: Org) -> None:
    """What describe tells of an object is enough to have it: the answer of one org serves another."""
    told = org.get("/sobjects/bpats__Branch__c/describe").json()
    told = json.loads(json.dumps(told).replace("bpats__Branch__c", "Office__c"))

    org.tenant.insert("Describes", {"id": "Office__c", "describe": told})

    again = org.get("/sobjects/Office__c/describe").json()
    assert [field["name"] for field in again["fields"]] == [field["name"] for field in told["fields"]]
    assert org.create("Office__c", Name="Leeds")


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("Describes", {"id": "X__c", "describe": {"name": "X__c"}}),
        ("Describes", {"id": "X__c", "describe": {**WIDGET, "fields": [{"name": "Id"}]}}),
        ("Describes", {"id": "X__c", "describe": {**WIDGET, "keyPrefix": "abcd"}}),
        ("Describes", {"id": "X__c", "describe": {**WIDGET, "fields": [*WIDGET["fields"], field("Odd__c", "thing")]}}),  # type: ignore[misc]
        ("Describes", {"id": "X__c", "describe": {**WIDGET, "fields": [*WIDGET["fields"], field("Odd__c", "string", length="long")]}}),  # type: ignore[misc]
        ("CustomField", {"id": "1", "TableEnumOrId": "Nothing", "DeveloperName": "X", "Metadata": {"type": "Text"}}),
        ("CustomField", {"id": "1", "TableEnumOrId": "Contact", "DeveloperName": "X", "Metadata": {"type": "Thing"}}),
        ("CustomField", {"id": "1", "TableEnumOrId": "Contact", "DeveloperName": "1 X", "Metadata": {"type": "Text"}}),
        ("CustomField", {"id": "1", "TableEnumOrId": "Contact", "DeveloperName": "X", "Metadata": 5}),
        ("CustomField", {"id": "1", "TableEnumOrId": "Contact", "DeveloperName": "X", "Metadata": {"type": "Text", "unique": []}}),
    ],
)
def test_what_can_be_no_part_of_a_schema_is_refused_at_once(org: Org, table: str, row: dict[str, Any]) -> None:
    """By the admin API, so that no later request meets it."""
    with pytest.raises(SandboxError, match="422"):
        org.tenant.insert(table, row)
    assert org.get("/sobjects").status_code == 200
