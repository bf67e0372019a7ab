"""A list that was made once is not made again while nothing has changed; nobody can tell, but by the time it takes."""

from __future__ import annotations

from typing import Any

from tests.mock_servers.pinpoint.conftest import Account, client_of

LIST = "/applications"
QUERY = "extra_fields[applications]=attachments&include=candidate&page[size]=5&unknown=1"


def test_the_second_answer_is_the_first_and_the_journal_tells_of_it_the_same(company: Account) -> None:
    first, second = (company.ask(LIST, QUERY) for _ in range(2))

    told = [{name: entry.raw[name] for name in ("quirks", "unread", "why", "status", "needs")} for entry in company.tenant.journal()]
    assert first.content == second.content
    assert told[0] == told[1]
    assert told[0]["quirks"]


def test_an_empty_list_says_why_each_time(company: Account) -> None:
    for _ in range(2):
        company.ask(LIST, "page[number]=999")

    first, second = (entry.raw["why"] for entry in company.tenant.journal())
    assert first == second
    assert "page 999 of size 100 lies past the end" in first


def test_what_is_written_stands_in_the_next_answer(company: Account) -> None:
    before = company.get(LIST, include="candidate")
    person = before["included"][0]["id"]
    company.tenant.update("candidates", person, {"first_name": "Renamed"})

    after = company.get(LIST, include="candidate")

    assert before["included"][0]["attributes"]["first_name"] != "Renamed"
    assert after["included"][0]["attributes"]["first_name"] == "Renamed"


def test_a_switched_quirk_and_another_permission_make_another_answer(company: Account) -> None:
    oldest_first = company.ids("/jobs")
    company.tenant.set_quirk("newest_first", on=True)
    newest_first = company.ids("/jobs")
    company.tenant.grant(company.tenant.credential_id, [])

    assert newest_first == oldest_first[::-1] != oldest_first
    assert company.ask("/jobs").status_code == 403


def test_an_untouched_copy_gives_the_same_records_under_links_of_its_own(company: Account) -> None:
    first = company.ask(LIST, QUERY)
    asked_there = company.tenant.quirks_asked()
    copy = company.tenant.fork()
    with client_of(copy, copy.credential["api_key"]) as twin:
        second = twin.ask(LIST, QUERY)
        asked = copy.quirks_asked()
        links = [_links(reply) for reply in (first.json(), second.json())]
        answers = {twin.http.get(link).status_code for link in links[1]}

    assert [item["id"] for item in first.json()["data"]] == [item["id"] for item in second.json()["data"]]
    assert links[0]
    assert not set(links[0]) & set(links[1])
    assert answers <= {200, 302}
    assert asked == asked_there != frozenset()
    copy.delete()


def _links(document: Any) -> list[str]:
    return [file["url"] for item in document["data"] for file in item["attributes"]["attachments"]]
