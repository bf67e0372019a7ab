"""Search: SOSL in its simple forms, parameterized search, recent; all within what the caller sees."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org


@pytest.fixture
def people(org: Org) -> Org:
    """Three people and a company."""
    org.create("Account", Name="Novak & Sons")
    org.create("Contact", FirstName="Eva", LastName="Novak", Email="eva@novak.example", Title="Cook")
    org.create("Contact", FirstName="Evan", LastName="Klein", Phone="+49 30 555", Title="Chief cook, 100%")
    org.create("Contact", FirstName="Ada", LastName="O'Neil", Title="Cookbook writer")
    return org


def found(org: Org, statement: str) -> list[Any]:
    answer = org.get("/search", q=statement)
    assert answer.status_code == 200, answer.text
    return [record.get("LastName", record.get("Name")) for record in answer.json()["searchRecords"]]


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("novak", ["Novak"]),
        ("NOVAK eva", ["Novak"]),
        ("cook", ["Klein", "Novak"]),
        ("cook*", ["Klein", "Novak", "O'Neil"]),
        ("ev? cook", ["Novak"]),
        ('"chief cook"', ["Klein"]),
        ("novak OR klein", ["Klein", "Novak"]),
        ("novak AND klein", []),
        ("eva\\@novak.example", ["Novak"]),
        ("O'Neil", ["O'Neil"]),
        ("100%", ["Klein"]),
        ("nobody", []),
    ],
)
def test_words_are_found_as_a_whole(people: Org, term: str, names: list[str]) -> None:
    """In any case; * and ? stand for parts; all words must be there unless OR says otherwise."""
    assert found(people, f"FIND {{{term}}} RETURNING Contact(LastName ORDER BY LastName)") == names


@pytest.mark.parametrize(
    ("scope", "names"),
    [("ALL", ["Novak"]), ("NAME", ["Novak"]), ("EMAIL", ["Novak"]), ("PHONE", [])],
)
def test_a_search_is_in_a_scope(people: Org, scope: str, names: list[str]) -> None:
    assert found(people, f"find {{novak}} in {scope} fields returning Contact(LastName)") == names


def test_each_object_has_its_own_fields_and_conditions(people: Org) -> None:
    """In the order of the statement; a limit holds for all together."""
    statement = "FIND {novak OR cook} RETURNING Account(Id, Name), Contact(LastName WHERE Title = 'Cook' OR LastName = '(x)' LIMIT 5)"

    assert found(people, statement) == ["Novak & Sons", "Novak"]
    assert found(people, f"{statement} LIMIT 1") == ["Novak & Sons"]
    assert found(people, f"{statement} LIMIT 1 OFFSET 1") == ["Novak"]


def test_without_returning_there_are_only_ids(people: Org) -> None:
    records = people.get("/search", q="FIND {novak}").json()["searchRecords"]

    assert [(record["attributes"]["type"], set(record)) for record in records] == [
        ("Account", {"attributes", "Id"}),
        ("Contact", {"attributes", "Id"}),
    ]


def test_old_versions_answer_with_the_array_alone(people: Org) -> None:
    answer = people.http.get("/services/data/v36.0/search", params={"q": "FIND {novak} RETURNING Contact"})

    assert [record["attributes"]["type"] for record in answer.json()] == ["Contact"]


def test_nobody_finds_by_a_field_that_he_does_not_see(people: Org) -> None:
    permissions = ["API Enabled", "Contact: read", "Contact.Title: read"]
    session = people.tenant.mint(permissions).credential["access_token"]
    headers = {"Authorization": f"Bearer {session}"}

    def ask(term: str) -> int:
        answer = people.http.get(f"{DATA}/search", params={"q": f"FIND {{{term}}} RETURNING Contact"}, headers=headers)
        return len(answer.json()["searchRecords"])

    assert (ask("cook"), ask("eva@novak.example")) == (2, 0)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("novak", "MALFORMED_SEARCH"),
        ("FIND novak", "MALFORMED_SEARCH"),
        ("FIND {n}", "MALFORMED_SEARCH"),
        ("FIND {*}", "MALFORMED_SEARCH"),
        ("FIND {}", "MALFORMED_SEARCH"),
        ("FIND {novak} IN SOME FIELDS", "MALFORMED_SEARCH"),
        ("FIND {novak} RETURNING", "MALFORMED_SEARCH"),
        ("FIND {novak} RETURNING Contact(Id", "MALFORMED_SEARCH"),
        ("FIND {novak} RETURNING Contact(Id) nonsense", "MALFORMED_SEARCH"),
        ("FIND {novak} RETURNING Contact LIMIT 2001", "MALFORMED_SEARCH"),
        ("FIND {novak} RETURNING Nothing", "INVALID_TYPE"),
        ("FIND {nobody} RETURNING Contact(Colour)", "INVALID_FIELD"),
        ("FIND {nobody} RETURNING Contact(Id WHERE Colour = 1)", "INVALID_FIELD"),
    ],
)
def test_what_is_no_search_is_refused(people: Org, statement: str, code: str) -> None:
    refused = people.get("/search", q=statement)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


def test_a_search_needs_a_term(people: Org) -> None:
    assert people.get("/search").json()[0]["message"] == "No search term found. The search term must be enclosed in braces."


def test_a_search_by_parameters(people: Org) -> None:
    """In the query or as a body; both find the same."""
    by_query = people.get(
        "/parameterizedSearch",
        q="cook",
        sobject="Contact",
        **{"Contact.fields": "Id,LastName", "Contact.limit": "1", "Contact.orderBy": "LastName"},
    )
    body = {"q": "cook", "sobjects": [{"name": "Contact", "fields": ["Id", "LastName"], "limit": 1, "orderBy": "LastName"}]}
    by_body = people.send("POST", "/parameterizedSearch", body)

    assert [record["LastName"] for record in by_query.json()["searchRecords"]] == ["Klein"]
    assert by_query.json() == by_body.json()
    narrowed = people.get("/parameterizedSearch", q="cook", sobject="Contact", **{"fields": "LastName", "Contact.where": "Title = 'Cook'"})
    assert [record["LastName"] for record in narrowed.json()["searchRecords"]] == ["Novak"]
    assert len(people.send("POST", "/parameterizedSearch", {"q": "cook", "overallLimit": 1, "in": "ALL"}).json()["searchRecords"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "MALFORMED_SEARCH"),
        ([], "JSON_PARSER_ERROR"),
        ({"q": "cook", "sobjects": ["Contact"]}, "JSON_PARSER_ERROR"),
        ({"q": "cook", "sobjects": [{"name": "Contact", "fields": "Id"}]}, "JSON_PARSER_ERROR"),
        ({"q": "cook", "sobjects": [{"name": "Contact", "where": 5}]}, "JSON_PARSER_ERROR"),
        ({"q": "cook", "in": "SOMEWHERE"}, "MALFORMED_SEARCH"),
        ({"q": "cook", "overallLimit": "x"}, "INVALID_SEARCH"),
        ({"q": "cook", "overallLimit": 99999}, "INVALID_SEARCH"),
    ],
)
def test_what_is_no_search_by_parameters_is_refused(people: Org, body: Any, code: str) -> None:
    refused = people.send("POST", "/parameterizedSearch", body)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


def test_recent_is_what_was_looked_at(people: Org) -> None:
    """By FOR VIEW; newest first."""
    assert people.get("/recent").json() == []
    for name in ("Novak", "Klein"):
        people.get("/query", q=f"SELECT Id FROM Contact WHERE LastName = '{name}' FOR VIEW")
        people.tenant.advance(60)

    seen = people.get("/recent", limit=1).json()

    assert [(record["attributes"]["type"], record["Name"]) for record in seen] == [("Contact", "Evan Klein")]
    assert len(people.get("/recent").json()) == 2
