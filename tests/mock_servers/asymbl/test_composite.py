"""Several requests in one: references, all or nothing, limits, and what each refusal looks like."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org

HALTED = {
    "errorCode": "PROCESSING_HALTED",
    "message": "The transaction was rolled back since another operation in the same transaction failed.",
}


def node(reference_id: str, sobject: str, body: Any, method: str = "POST", path: str = "") -> dict[str, Any]:
    url = f"{DATA}/sobjects/{sobject}{path}"
    return {"method": method, "url": url, "referenceId": reference_id, "body": body}


def composite(org: Org, *nodes: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = org.send("POST", "/composite", {"compositeRequest": list(nodes), **more})
    assert answer.status_code == 200, answer.text
    answers: list[dict[str, Any]] = answer.json()["compositeResponse"]
    return answers


def contact(**more: Any) -> dict[str, Any]:
    return {"LastName": "Novak", **more}


# -- composite ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        ({"kind": "status", "status": 423}, 400, "UNABLE_TO_LOCK_ROW"),
        ({"kind": "status", "status": 408}, 400, "QUERY_TIMEOUT"),
        ({"kind": "status", "status": 503}, 503, "SERVER_UNAVAILABLE"),
        ({"kind": "rate_limit"}, 403, "REQUEST_LIMIT_EXCEEDED"),
    ],
)
def test_trouble_may_strike_a_request_inside(org: Org, rule: dict[str, Any], status: int, code: str) -> None:
    """The answer around it is a good one, and with all or nothing nothing was done."""
    org.tenant.fault(**rule, operation="records.create", skip=1)
    steps = (node("person", "Contact", contact()), node("other", "Contact", contact()))
    answers = composite(org, *steps, allOrNone=True)

    assert [one["httpStatusCode"] for one in answers] == [400, status]
    assert answers[1]["body"][0]["errorCode"] == code
    assert org.rows("Contact") == []
    entry = org.tenant.journal()[-1].raw
    assert (entry["inside"], entry["faults"], entry["status"]) == (["records.create"] * 2, [rule["kind"]], 200)
    assert [one["httpStatusCode"] for one in composite(org, *steps, allOrNone=True)] == [201, 201]


def test_a_batchs_query_may_be_struck_alone(org: Org) -> None:
    org.tenant.fault("status", status=408, operation="query.run")
    batch = {"batchRequests": [{"method": "GET", "url": "v63.0/query?q=SELECT Id FROM Contact"}]}
    first, second = (org.send("POST", "/composite/batch", batch).json()["results"][0] for _ in range(2))

    assert (first["statusCode"], first["result"][0]["errorCode"]) == (400, "QUERY_TIMEOUT")
    assert second["statusCode"] == 200


def test_a_later_request_uses_what_an_earlier_one_answered(org: Org) -> None:
    """Alone it keeps its type, inside a text it is written into it."""
    answers = composite(
        org,
        node("account", "Account", {"Name": "Acme"}),
        node("person", "Contact", contact(AccountId="@{account.id}", Title="of @{account.id}")),
    )

    assert [one["httpStatusCode"] for one in answers] == [201, 201]
    assert [one["referenceId"] for one in answers] == ["account", "person"]
    account_id = answers[0]["body"]["id"]
    (row,) = org.rows("Contact")
    assert (row["AccountId"], row["Title"]) == (account_id, f"of {account_id}")


def test_every_kind_of_request_may_stand_inside(org: Org) -> None:
    """A change, an upsert, a query with blanks in its URL, a read by what the query found, a collection, a deletion."""
    key = "bpats__ATS_Template_External_Id__c"
    answers = composite(
        org,
        node("person", "Contact", contact()),
        node("changed", "Contact", {"Title": "CTO"}, "PATCH", "/@{person.id}"),
        node("template", "bpats__ATS_Template__c", {"Name": "Standard"}, "PATCH", f"/{key}/T1"),
        {"method": "GET", "url": f"{DATA}/query?q=SELECT Id, Title FROM Contact WHERE LastName = 'Novak'", "referenceId": "found"},
        {"method": "GET", "url": f"{DATA}/sobjects/Contact/@{{found.records[0].Id}}?fields=Title", "referenceId": "read"},
        {
            "method": "PATCH",
            "url": f"{DATA}/composite/sobjects",
            "referenceId": "many",
            "body": several({"id": "@{person.id}", "Title": "CEO"}),
        },
        {"method": "DELETE", "url": f"{DATA}/sobjects/Contact/@{{person.id}}", "referenceId": "gone"},
    )

    assert [one["httpStatusCode"] for one in answers] == [201, 204, 201, 200, 200, 200, 204]
    person = answers[0]["body"]["id"]
    assert answers[0]["httpHeaders"] == {"Location": f"{DATA}/sobjects/Contact/{person}"}
    assert (answers[1]["body"], answers[4]["body"]["Title"]) == (None, "CTO")
    assert answers[5]["body"] == [{"id": person, "success": True, "errors": []}]
    assert [(row["Title"], row["IsDeleted"]) for row in org.rows("Contact")] == [("CEO", True)]


def test_a_failure_halts_what_depends_on_it_and_nothing_else(org: Org) -> None:
    """Without allOrNone."""
    answers = composite(
        org,
        node("account", "Account", {}),
        node("person", "Contact", contact(AccountId="@{account.id}")),
        node("other", "Contact", contact()),
    )

    assert [one["httpStatusCode"] for one in answers] == [400, 400, 201]
    assert answers[0]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    halted = {"errorCode": "PROCESSING_HALTED", "message": "Invalid reference specified. No value for account.id found in account"}
    assert answers[1]["body"] == [halted]
    assert len(org.rows("Contact")) == 1


def test_all_or_none_undoes_everything(org: Org) -> None:
    """The one that failed says why, all others that they were rolled back; the journal tells of no change."""
    answers = composite(
        org,
        node("account", "Account", {"Name": "Acme"}),
        node("bad", "Contact", {"FirstName": "x"}),
        node("never", "Contact", contact()),
        allOrNone=True,
    )

    assert [one["httpStatusCode"] for one in answers] == [400, 400, 400]
    assert [one["body"][0]["errorCode"] for one in answers] == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert answers[2]["body"] == [HALTED]
    assert (org.rows("Account"), org.rows("Contact")) == ([], [])
    assert org.tenant.journal()[-1].raw["changes"] == []


@pytest.mark.parametrize("reference", ["nobody.id", "account", "account.id.more", "account.errors[0].x", "account.id!"])
def test_a_reference_that_leads_nowhere_is_refused(org: Org, reference: str) -> None:
    answers = composite(
        org, node("account", "Account", {"Name": "Acme"}), node("person", "Contact", contact(AccountId=f"@{{{reference}}}"))
    )

    assert answers[1]["httpStatusCode"] == 400
    if reference != "account":
        message = f"Invalid reference specified. No value for {reference} found in {reference.partition('.')[0]}"
        assert answers[1]["body"] == [{"errorCode": "PROCESSING_HALTED", "message": message}]


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        ([], "INVALID_INPUT"),
        ([node("a", "Account", {}), node("a", "Account", {})], "INVALID_INPUT"),
        ([node("a b", "Account", {})], "INVALID_INPUT"),
        ([{"method": "GET", "url": f"{DATA}/limits"}], "JSON_PARSER_ERROR"),
        ("no list", "JSON_PARSER_ERROR"),
    ],
)
def test_a_composite_must_be_well_formed(org: Org, nodes: Any, code: str) -> None:
    """Else nothing of it is done."""
    refused = org.send("POST", "/composite", {"compositeRequest": nodes})

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


def test_a_composite_takes_25_requests(org: Org) -> None:
    answers = composite(org, *(node(f"n{number}", "Contact", contact()) for number in range(26)))

    error = {"errorCode": "LIMIT_EXCEEDED", "message": "The request can’t contain more than 25 operations."}
    assert answers == [{"body": [error], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": None}]
    assert org.rows("Contact") == []


def test_a_composite_takes_5_queries(org: Org) -> None:
    query = {"method": "GET", "url": f"{DATA}/query?q=SELECT+Id+FROM+Contact"}

    answers = composite(org, *({**query, "referenceId": f"q{number}"} for number in range(6)))

    assert [one["body"][0]["errorCode"] for one in answers] == ["LIMIT_EXCEEDED"]


def test_a_body_of_a_thousand_levels_is_refused(org: Org) -> None:
    deep = '{"a":' * 1000 + "1" + "}" * 1000
    whole = f'{{"compositeRequest":[{{"method":"POST","url":"{DATA}/sobjects/Contact","referenceId":"a","body":{deep}}}]}}'

    answer = org.http.post(f"{DATA}/composite", content=whole, headers={"content-type": "application/json"})

    assert answer.status_code in (200, 400)
    assert "JSON_PARSER_ERROR" in answer.text


def test_what_cannot_be_asked_for_inside(org: Org) -> None:
    """Another composite, a Bulk job, a session, a path elsewhere."""
    answers = composite(
        org,
        {"method": "POST", "url": f"{DATA}/composite", "referenceId": "a", "body": {"compositeRequest": []}},
        {"method": "POST", "url": "/services/oauth2/token", "referenceId": "b"},
        {"method": "GET", "url": "/nowhere", "referenceId": "c"},
        {"method": "GET", "url": f"{DATA}/nowhere", "referenceId": "d"},
        {"method": "PUT", "url": f"{DATA}/limits", "referenceId": "e"},
        {"method": "GET", "url": "/services/data/v1.0/limits", "referenceId": "f"},
    )

    assert [one["httpStatusCode"] for one in answers] == [400, 400, 404, 404, 405, 404]


def test_the_callers_rights_hold_inside(org: Org) -> None:
    reader = org.tenant.mint(["API Enabled", "Contact: read"]).credential["access_token"]

    answer = org.send(
        "POST", "/composite", {"compositeRequest": [node("a", "Contact", contact())]}, headers={"Authorization": f"Bearer {reader}"}
    )

    assert answer.json()["compositeResponse"][0]["body"][0]["errorCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


@pytest.mark.parametrize(("on", "written"), [(True, "O&#x27;Neil &amp; Co"), (False, "O'Neil & Co")])
def test_texts_may_come_as_in_html(org: Org, on: bool, written: str) -> None:
    """A quirk, off by default."""
    org.tenant.set_quirk("composite_escapes_text", on=on)

    (answer,) = composite(org, node("a", "Contact", {"LastName": "x", "Email": "O'Neil & Co"}))

    assert answer["body"][0]["message"].endswith(f"invalid email address: {written}")


# -- graph -------------------------------------------------------------------------------------------------------------


def test_each_graph_is_done_whole_or_not_at_all(org: Org) -> None:
    graphs = [
        {
            "graphId": "good",
            "compositeRequest": [node("a", "Account", {"Name": "Good"}), node("b", "Contact", contact(AccountId="@{a.id}"))],
        },
        {"graphId": "bad", "compositeRequest": [node("a", "Account", {"Name": "Bad"}), node("b", "Contact", {})]},
    ]

    told = org.send("POST", "/composite/graph", {"graphs": graphs}).json()["graphs"]

    assert [(one["graphId"], one["isSuccessful"]) for one in told] == [("good", True), ("bad", False)]
    assert [row["Name"] for row in org.rows("Account")] == ["Good"]


# -- batch -------------------------------------------------------------------------------------------------------------


def test_a_batch_does_each_by_itself(org: Org) -> None:
    """Short and whole URLs; one failure changes nothing for the others."""
    requests = [
        {"method": "POST", "url": "v63.0/sobjects/Contact", "richInput": contact()},
        {"method": "POST", "url": "/services/data/v63.0/sobjects/Contact", "richInput": {}},
        {"method": "GET", "url": "v63.0/limits"},
    ]

    told = org.send("POST", "/composite/batch", {"batchRequests": requests}).json()

    assert (told["hasErrors"], [one["statusCode"] for one in told["results"]]) == (True, [201, 400, 200])
    assert told["results"][2]["result"]["DailyApiRequests"]["Max"] == 100_000
    assert len(org.rows("Contact")) == 1


def test_a_batch_halts_on_error_when_told_so(org: Org) -> None:
    requests = [{"method": "POST", "url": "v63.0/sobjects/Contact", "richInput": {}}, {"method": "GET", "url": "v63.0/limits"}]

    told = org.send("POST", "/composite/batch", {"haltOnError": True, "batchRequests": requests}).json()

    assert [one["statusCode"] for one in told["results"]] == [400, 412]
    assert told["results"][1]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"


def test_a_batch_takes_25_requests(org: Org) -> None:
    refused = org.send("POST", "/composite/batch", {"batchRequests": [{"method": "GET", "url": "v63.0/limits"}] * 26})

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")


# -- collections -------------------------------------------------------------------------------------------------------


def several(*records: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"records": [{"attributes": {"type": "Contact"}, **record} for record in records], **more}


def test_good_records_are_saved_beside_bad_ones(org: Org) -> None:
    answer = org.send("POST", "/composite/sobjects", several(contact(), {"FirstName": "x"}, allOrNone=None))

    good, bad = answer.json()
    assert answer.status_code == 200
    assert [row["id"] for row in org.rows("Contact")] == [good["id"]]
    missing = {"statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [LastName]", "fields": ["LastName"]}
    assert bad == {"success": False, "errors": [missing]}


def test_all_or_none_saves_no_record(org: Org) -> None:
    answer = org.send("POST", "/composite/sobjects", several(contact(), {}, allOrNone=True)).json()

    assert [one["errors"][0]["statusCode"] for one in answer] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert org.rows("Contact") == []


def test_records_are_changed_and_deleted_by_id(org: Org) -> None:
    """An id of 15 characters will do; what is deleted twice fails."""
    id = org.create("Contact", **contact())

    changed = org.send("PATCH", "/composite/sobjects", several({"id": id[:15], "Title": "CTO"}, {"Title": "no id"})).json()
    deleted = org.http.delete(f"{DATA}/composite/sobjects", params={"ids": f"{id},{id},xyz"}).json()

    assert (changed[0], changed[1]["errors"][0]["statusCode"]) == ({"id": id, "success": True, "errors": []}, "MISSING_ARGUMENT")
    assert [(one["success"], *(error["statusCode"] for error in one["errors"])) for one in deleted] == [
        (True,),
        (False, "ENTITY_IS_DELETED"),
        (False, "MALFORMED_ID"),
    ]
    assert (org.rows("Contact")[0]["Title"], org.rows("Contact")[0]["IsDeleted"]) == ("CTO", True)


def test_records_are_upserted_by_external_id(org: Org) -> None:
    def template(external_id: Any) -> dict[str, Any]:
        return {"attributes": {"type": "bpats__ATS_Template__c"}, "bpats__ATS_Template_External_Id__c": external_id, "Name": "Standard"}

    path = "/composite/sobjects/bpats__ATS_Template__c/bpats__ATS_Template_External_Id__c"

    first = org.send("PATCH", path, {"records": [template("T1"), template(None)]}).json()
    second = org.send("PATCH", path, {"records": [template("t1")]}).json()

    assert [one.get("created") for one in first] == [True, None]
    assert first[1]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    assert (second[0]["id"], second[0]["created"]) == (first[0]["id"], False)


def test_records_are_read_by_id(org: Org) -> None:
    """In the order asked for, null where there is none; by address and by body alike."""
    ids = [org.create("Contact", LastName=name) for name in ("Novak", "Klein")]
    asked = [ids[1], ids[0][:15], "003000000000001AAA"]

    by_address = org.get("/composite/sobjects/Contact", ids=",".join(asked), fields="LastName,Id").json()
    by_body = org.send("POST", "/composite/sobjects/Contact", {"ids": asked, "fields": ["LastName", "Id"]}).json()

    assert [one and one["LastName"] for one in by_address] == ["Klein", "Novak", None]
    assert by_address == by_body
    refused = org.get("/composite/sobjects/Contact", ids=ids[0], fields="Colour")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_FIELD")
    many = ",".join(["003000000000001"] * 801)
    assert org.get("/composite/sobjects/Contact", ids=many, fields="Id").json()[0]["errorCode"] == "EXCEEDED_ID_LIMIT"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"records": [{}] * 201}, "EXCEEDED_ID_LIMIT"),
        ({"records": "x"}, "JSON_PARSER_ERROR"),
        ({"records": [], "allOrNone": "yes"}, "JSON_PARSER_ERROR"),
        ({"records": [{"attributes": {"type": ("Contact", "Account")[number % 2]}} for number in range(11)]}, "INVALID_INPUT"),
        ([], "JSON_PARSER_ERROR"),
    ],
)
def test_a_collection_must_be_well_formed(org: Org, body: Any, code: str) -> None:
    refused = org.send("POST", "/composite/sobjects", body)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


# -- tree --------------------------------------------------------------------------------------------------------------


def test_a_tree_creates_parents_with_their_children(org: Org) -> None:
    child = {"attributes": {"type": "Contact", "referenceId": "c1"}, "LastName": "Novak"}
    tree = {"records": [{"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "Acme", "Contacts": {"records": [child]}}]}

    answer = org.send("POST", "/composite/tree/Account", tree)

    assert answer.status_code == 201
    assert [one["referenceId"] for one in answer.json()["results"]] == ["a1", "c1"]
    assert org.rows("Contact")[0]["AccountId"] == answer.json()["results"][0]["id"]


def test_a_tree_is_created_whole_or_not_at_all(org: Org) -> None:
    records = [{"attributes": {"type": "Contact", "referenceId": f"c{number}"}, **body} for number, body in enumerate((contact(), {}))]

    answer = org.send("POST", "/composite/tree/Contact", {"records": records})

    missing = {"statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [LastName]", "fields": ["LastName"]}
    assert (answer.status_code, answer.json()) == (400, {"hasErrors": True, "results": [{"referenceId": "c1", "errors": [missing]}]})
    assert org.rows("Contact") == []


def _deep(levels: int) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": {"type": "Account", "referenceId": f"r{levels}"}, "Name": "Acme"}
    return record if levels == 1 else {**record, "ChildAccounts": {"records": [_deep(levels - 1)]}}


@pytest.mark.parametrize(
    "records",
    [
        [],
        [{"Name": "no attributes"}],
        [{"attributes": {"type": "Account", "referenceId": f"r{number}"}, "Name": "x"} for number in range(201)],
        [_deep(6)],
    ],
)
def test_a_tree_must_be_well_formed(org: Org, records: Any) -> None:
    refused = org.send("POST", "/composite/tree/Account", {"records": records})

    assert refused.status_code == 400
    assert org.rows("Account") == []
