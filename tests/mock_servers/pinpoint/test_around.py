"""Files behind signed links, the older feature level, plain JSON, the public feed, languages."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from mock_servers.pinpoint.resources import RESOURCES
from tests.mock_servers.pinpoint.conftest import Account, client_of, details, to

IDA = {"first_name": "Ida", "last_name": "Novak", "email": "ida@example.test"}
LETTER = base64.b64encode(b"Dear all").decode()


def attachments(account: Account, type: str, id: int | str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.get(f"/{type}/{id}", **{f"extra_fields__{type}": "attachments"})["data"]["attributes"][
        "attachments"
    ]
    return found


# -- files -------------------------------------------------------------------------------------------------------------


def test_an_uploaded_cv_comes_back_byte_for_byte(company: Account) -> None:
    """Sent as a data URL, read by a signed link without the key, with type and length."""
    content = bytes(range(256)) * 20
    cv = {"cv_base64_filename": "Zoë's CV.pdf", "cv_base64_data": f"data:application/pdf;base64,{base64.b64encode(content).decode()}"}
    made = company.create("applications", {**IDA, **cv}, job=to("jobs", 301)).json()["data"]

    [attachment] = attachments(company, "applications", made["id"])
    reply = httpx.get(attachment["url"], trust_env=False)

    assert (attachment["context"], attachment["filename"]) == ("cv", "Zoë's CV.pdf")
    assert (reply.status_code, reply.content) == (200, content)
    assert reply.headers["content-type"] == "application/pdf"


def test_there_is_one_cv_and_any_number_of_documents(company: Account) -> None:
    """A new CV takes the old one's place; documents add up."""
    made = company.create("applications", {**IDA, **cv("first.pdf")}, job=to("jobs", 301)).json()["data"]

    company.update("applications", made["id"], cv("second.pdf"))
    for name in ("a.txt", "b.txt"):
        company.update("applications", made["id"], {"documents_base64": [{"filename": name, "data": f"data:text/plain;base64,{LETTER}"}]})

    found = [(one["context"], one["filename"]) for one in attachments(company, "applications", made["id"])]
    assert found == [("cv", "second.pdf"), ("document", "a.txt"), ("document", "b.txt")]


def cv(name: str) -> dict[str, str]:
    return {"cv_base64_filename": name, "cv_base64_data": f"data:application/pdf;base64,{LETTER}"}


def test_a_link_is_good_for_one_file_of_one_account(sandbox: Any, company: Account) -> None:
    """A changed number, name or signature, and the same link at another account: 404."""
    [link, *_] = [one["url"] for one in attachments(company, "applications", 5001)]
    path = link.removeprefix(company.tenant.base_url)
    other = sandbox.create("pinpoint")
    forged = [path[:-1], path.replace("--", "-0", 1), path.replace("--", "--0", 1), f"{path}x"]

    try:
        assert [httpx.get(f"{company.tenant.base_url}{wrong}", trust_env=False).status_code for wrong in forged] == [404] * len(forged)
        elsewhere = f"{sandbox.url}/pinpoint/t/{other.id}{path}"
        assert httpx.get(elsewhere, trust_env=False).status_code == 404
    finally:
        other.delete()


def test_links_follow_the_address_that_the_client_used(sandbox: Any, company: Account) -> None:
    """Below the main port they lead below the main port."""
    with client_of(company.tenant, company.tenant.credential["api_key"]) as account:
        below = f"{sandbox.url}/pinpoint"
        item = account.http.get(f"{below}/api/v1/applications/5001", params={"extra_fields[applications]": "attachments"}).json()["data"]
        job = account.http.get(f"{below}/api/v1/jobs/301").json()["data"]

    assert item["attributes"]["attachments"][0]["url"].startswith(f"{below}/rails/")
    assert job["attributes"]["url"] == f"{below}/en/jobs/301"
    assert httpx.get(item["attributes"]["attachments"][0]["url"], trust_env=False).status_code == 200


# -- the older feature level ------------------------------------------------------------------------------------------


@pytest.fixture
def older(company: Account) -> Account:
    company.tenant.set_quirk("older_feature_level", on=True)
    return company


def test_the_older_level_takes_one_cv_and_no_other_file(older: Account) -> None:
    """Only cv_base64_*; a cover letter or documents are unknown attributes there."""
    taken = older.create("applications", {**IDA, **cv("cv.pdf")}, job=to("jobs", 301))
    letter = older.create(
        "applications", {**IDA, "cover_letter_base64_filename": "l.txt", "cover_letter_base64_data": "data:,"}, job=to("jobs", 301)
    )

    assert taken.status_code == 201, taken.text
    assert (letter.status_code, details(letter)) == (400, ["data.attributes.cover_letter_base64_filename is an unknown attribute"])


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/jobs", "filter[updated_at][gt]=2026-01-01T00:00:00Z"),
        ("/interviews", "stats[total]=count"),
        ("/applications", "include=candidate"),
        ("/users", "filter[email]=a@example.test"),
        ("/applications", "extra_fields[applications]=days_in_current_stage"),
    ],
)
def test_what_came_later_is_unknown_to_the_older_level(older: Account, path: str, query: str) -> None:
    """Filters, includes, counts and extra fields of v1.0.27: 400 there, 200 today."""
    assert older.ask(path, query).status_code == 400
    older.tenant.set_quirk("older_feature_level", on=False)
    assert older.ask(path, query).status_code == 200


@pytest.mark.parametrize(
    "path", ["/candidates", "/questions", "/job_postings", "/access_groups", "/scorecards", "/positions", "/background_checks"]
)
def test_whole_resources_came_later(older: Account, path: str) -> None:
    """They answer 404 at the older level."""
    assert older.ask(path).status_code == 404


def test_the_older_level_has_its_own_order_and_spelling(older: Account) -> None:
    """Jobs by opened_at, and filters[locale] for applications."""
    assert older.ask("/jobs", "sort=opened_at").status_code == 200
    assert older.ask("/applications", "filters[locale]=nobody").json()["data"] == []


# -- plain JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type", [resource.type for resource in RESOURCES.values() if "L" in resource.operations])
def test_plain_json_says_the_same(library: Account, type: str) -> None:
    """Attributes beside the id; nothing is lost or added."""
    document = library.get(f"/{type}", page__size=20)

    plain = library.http.get(f"/api/v1/{type}.json", params={"page[size]": 20})

    assert plain.headers["content-type"] == "application/json"
    assert plain.json() == {"data": [{"id": item["id"], **item["attributes"]} for item in document["data"]], "meta": document["meta"]}


def test_plain_json_nests_what_is_included(library: Account) -> None:
    """Included records stand in the place of the relationship, at any depth, also where a path leads back."""
    item = library.get("/applications/5001.json", include="job.stages,candidate.applications,offers")["data"]

    assert item["job"]["title"] == "Senior Backend Engineer"
    assert {"applied", "rejected"} <= {stage["basic_type"] for stage in item["job"]["stages"]}
    assert item["id"] in [one["id"] for one in item["candidate"]["applications"]]
    assert item["offers"] == []


def test_plain_json_without_the_relationship_that_was_included(library: Account) -> None:
    """Sparse fields may leave out what include asked for; then it is not there."""
    item = library.get("/custom_fields/61.json", include="custom_field_options", fields__custom_fields="name")["data"]

    assert item.keys() == {"id", "name"}


# -- the public feed ---------------------------------------------------------------------------------------------------


def feed(sandbox: Any, account: Account, query: str = "", locale: str = "") -> httpx.Response:
    return httpx.get(f"{sandbox.url}/pinpoint/t/{account.tenant.id}{locale}/postings.json?{query}", trust_env=False)


def test_the_feed_shows_what_the_public_may_see(sandbox: Any, company: Account) -> None:
    """Active postings of open external jobs; not the inactive one, not the one of a confidential job."""
    reply = feed(sandbox, company)

    assert reply.headers["access-control-allow-origin"] == "*"
    assert [item["id"] for item in reply.json()["data"]] == ["1301", "1302"]
    assert reply.json()["data"][1]["location"]["city"] == "Austin"
    assert reply.json()["data"][1]["title"] == "Senior Backend Engineer, Austin"


def test_the_feed_follows_the_job(sandbox: Any, company: Account) -> None:
    """A job that is closed takes its postings off the feed; hidden money is not shown."""
    company.update("jobs", 301, {"is_compensation_visible": False})
    hidden = feed(sandbox, company).json()["data"][0]
    company.update("jobs", 301, {"status": "closed"})

    assert (hidden["compensation_visible"], hidden["compensation_minimum"]) == (False, None)
    assert feed(sandbox, company).json() == {"data": []}


def test_the_feed_filters_and_speaks_languages(sandbox: Any, company: Account) -> None:
    """By structure and place; under a language its paths are in that language; unknown parameters do nothing."""
    assert [item["id"] for item in feed(sandbox, company, "location_id=32").json()["data"]] == ["1302"]
    assert feed(sandbox, company, "department_id=12").json()["data"] == []
    assert [item["id"] for item in feed(sandbox, company, "colour=green").json()["data"]] == ["1301", "1302"]
    assert feed(sandbox, company, locale="/de").json()["data"][0]["path"].startswith("/de/postings/")
    assert feed(sandbox, company, locale="/xx").status_code == 404


def test_an_open_job_that_is_created_is_on_the_feed(sandbox: Any, company: Account) -> None:
    """A new open job gets a posting of its own."""
    attributes = {
        "title": "Vet",
        "status": "open",
        "selected_hiring_workflow_id": "51",
        "description": "<p>Heal</p>",
        "employment_type": "full_time",
    }
    more = {"external_key_responsibilities_header": "Tasks", "key_responsibilities": "<p>All</p>", "visibility": "external"}
    made = company.create("jobs", {**attributes, **more}, structure_link=to("structure_links", 41))

    assert made.status_code == 201, made.text
    assert made.json()["data"]["attributes"]["external_key_responsibilities_header"] == "Tasks"
    assert "Vet" in [item["title"] for item in feed(sandbox, company).json()["data"]]


# -- languages ---------------------------------------------------------------------------------------------------------


def test_jobs_in_another_language_have_no_texts(library: Account) -> None:
    """Where there is no translation there is null; what is no text stays."""
    english, german = (library.get("/jobs/301", locale=locale)["data"]["attributes"] for locale in ("en", "de"))

    assert english == library.get("/jobs/301")["data"]["attributes"]
    assert (german["title"], german["description"]) == (None, None)
    assert german["status"] == english["status"]
