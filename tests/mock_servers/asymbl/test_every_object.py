"""Every object of the schema can be written as its describe says."""

from __future__ import annotations

from typing import Any

import pytest

from mock_servers.asymbl.schema import whole_schema
from mock_servers.asymbl.security import NEVER_CREATED, SETUP
from tests.mock_servers.asymbl.conftest import Org, error_of

SAMPLES: dict[str, Any] = {
    "string": "x", "textarea": "x", "boolean": True, "int": 1, "double": 1, "currency": 1, "percent": 1, "date": "2026-03-01",
    "datetime": "2026-03-01T10:00:00Z", "email": "x@example.org", "phone": "1", "url": "https://example.org", "base64": "eA==",
}  # fmt: skip
WRITABLE = [name for name in (one.name for one in whole_schema().sobjects.values()) if name not in SETUP and name not in NEVER_CREATED]


def sample(org: Org, sobject: str) -> str:
    """A record of the object with its required fields, and with those of its parents."""
    if sobject == "Organization":
        return str(org.rows(sobject)[0]["id"])
    return org.create(sobject, **(special(org, sobject) or required(org, sobject)))


def special(org: Org, sobject: str) -> dict[str, Any] | None:
    """What objects need that describe does not tell."""
    match sobject:
        case "ContentVersion":
            return {"PathOnClient": "a.txt", "VersionData": "eA=="}
        case "ContentDocumentLink":
            sample(org, "ContentVersion")
            document = org.rows("ContentDocument")[0]["id"]
            return {"ContentDocumentId": document, "LinkedEntityId": sample(org, "Contact"), "ShareType": "V"}
        case "User":
            profile, number = org.rows("Profile")[0]["id"], len(org.rows("User"))
            picklists = {"EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US", "LocaleSidKey": "en_US", "TimeZoneSidKey": "GMT"}
            names = {"LastName": "x", "Alias": "x", "CommunityNickname": f"x{number}", "Email": "x@example.org", "ProfileId": profile}
            return {**picklists, **names, "Username": f"x{number}@example.org"}
        case _:
            return None


def required(org: Org, sobject: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in org.get(f"/sobjects/{sobject}/describe").json()["fields"]:
        if field["nillable"] or field["defaultedOnCreate"] or not field["createable"]:
            continue
        if field["type"] == "reference":
            values[field["name"]] = sample(org, field["referenceTo"][0])
        elif field["type"] == "picklist":
            values[field["name"]] = field["picklistValues"][0]["value"]
        else:
            values[field["name"]] = SAMPLES[field["type"]]
    return values


@pytest.mark.parametrize("sobject", WRITABLE)
def test_every_object_is_written_as_its_describe_says(org: Org, sobject: str) -> None:
    """Created with what is required, each field changed that may be changed, deleted where it may be deleted."""
    id = sample(org, sobject)
    told = org.get(f"/sobjects/{sobject}/describe").json()

    for field in told["fields"]:
        if field["updateable"] and field["type"] in SAMPLES and field["type"] != "base64" and not field["unique"]:
            answer = org.send("PATCH", f"/sobjects/{sobject}/{id}", {field["name"]: SAMPLES[field["type"]]})
            by_rule = answer.status_code == 400 and answer.json()[0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
            assert answer.status_code == 204 or by_rule, f"{field['name']}: {answer.text}"
        if not field["updateable"] and field["type"] != "id":
            answer = org.send("PATCH", f"/sobjects/{sobject}/{id}", {field["name"]: None})
            assert error_of(answer)[:2] == (400, "INVALID_FIELD_FOR_INSERT_UPDATE"), field["name"]
    status = org.send("DELETE", f"/sobjects/{sobject}/{id}").status_code
    assert status == (204 if told["deletable"] else 403)
