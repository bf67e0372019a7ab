"""What only several requests to one JOIN account show: lists against single records, what a write changes elsewhere, links, the limit."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.sandbox import Sandbox
from tests.mock_servers.join.conftest import Account, opened

PDF = "JVBERi0xLjQK"


def whole(account: Account, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """Every page of a list."""
    rows: list[dict[str, Any]] = []
    for page in range(1, 100):
        found = account.get(path, page=page, pageSize=50, **parameters).json()
        rows += found
        if len(found) < 50:
            return rows
    raise AssertionError("the list does not end")


def person(email: str = "zander@zoo.example") -> dict[str, Any]:
    return {"email": email, "firstName": "Zoe", "lastName": "Zander"}


def without_links(application: dict[str, Any]) -> dict[str, Any]:
    files = [{**one, "url": one["url"].partition("?")[0]} for one in application["attachments"]]
    answers = [{**one, "file": one["file"] and one["file"].partition("?")[0]} for one in application["screeningQuestions"]]
    return {**application, "attachments": files, "screeningQuestions": answers}


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "parameters"), [("/v2/jobs", {"content": "true"}), ("/v2/applications", {})])
def test_one_record_is_what_the_list_has(company: Account, path: str, parameters: dict[str, str]) -> None:
    rows = whole(company, path, **parameters)

    assert rows
    for row in rows[:60:7]:
        single = company.get(f"{path}/{row['id']}").json()
        assert (without_links(single) if "attachments" in single else single) == (without_links(row) if "attachments" in row else row)


@pytest.mark.parametrize("path", ["/v2/jobs", "/v2/applications"])
def test_pages_are_the_list_in_pieces_newest_first(company: Account, path: str) -> None:
    """Each record once; equal dates are ordered by id, so that no page depends on chance."""
    rows = whole(company, path)
    pieces: list[int] = []
    page = 1
    while found := company.get(path, page=page, pageSize=7).json():
        pieces += [row["id"] for row in found]
        page += 1

    assert (
        pieces == [row["id"] for row in rows] == [row["id"] for row in sorted(rows, key=lambda r: (r["createdAt"], r["id"]), reverse=True)]
    )
    assert len(set(pieces)) == len(pieces)


def test_a_summary_has_nothing_that_the_full_job_has_not(company: Account) -> None:
    full = {row["id"]: row for row in whole(company, "/v2/jobs", content="true")}
    for row in whole(company, "/v2/jobs"):
        assert {**row, "office": None} == {**{key: full[row["id"]][key] for key in row}, "office": None}


# -- creating ----------------------------------------------------------------------------------------------------------


def publish(account: Account, title: str) -> int:
    """A new job of the first sub-category, type and office that there are."""
    body = {
        "title": title,
        "description": "<p>Feed</p>",
        "language": "en",
        "categoryId": account.get("/v2/categories").json()[0]["subCategories"][0]["id"],
        "employmentTypeId": account.get("/v2/employmentTypes").json()[0]["id"],
        "officeId": account.get("/v2/offices").json()[0]["id"],
    }
    reply = account.post("/v2/jobs", body)
    assert reply.status_code == 201, reply.text
    return int(reply.json()["id"])


@pytest.fixture
def job(company: Account) -> int:
    return publish(company, "Zoo Keeper")


def test_a_new_job_has_the_fixed_stages_and_applications_begin_in_the_first(company: Account, job: int) -> None:
    made = company.post("/v2/applications", {"jobId": job, "candidate": person()}).json()
    shown = company.get(f"/v2/applications/{made['id']}").json()
    pipeline = sorted((row for row in company.tenant.records("job_stages") if row["job_id"] == job), key=lambda row: row["position"])
    names = {row["id"]: row["name"] for row in company.tenant.records("stages")}

    assert [names[row["stage_id"]] for row in pipeline] == ["Screening", "Offer", "Hired"]
    assert (shown["currentStage"]["name"], shown["currentStage"]["index"], shown["state"]) == ("Screening", 0, "APPLIED")
    assert company.get(f"/v2/jobs/{job}").json()["url"].endswith(f"/{job}-zoo-keeper")


def test_a_hidden_job_takes_nobody_until_it_is_online(company: Account, job: int) -> None:
    assert company.http.patch(f"/v2/jobs/{job}/changeStatus", json={"status": "OFFLINE"}).json() == {"id": job}
    assert company.post("/v2/applications", {"jobId": job, "candidate": person()}).status_code == 400
    company.http.patch(f"/v2/jobs/{job}/changeStatus", json={"status": "ONLINE"})
    assert company.post("/v2/applications", {"jobId": job, "candidate": person()}).status_code == 201


@pytest.mark.parametrize(
    "document",
    [
        {"type": "CV", "name": "cv.exe", "data": PDF},
        {"type": "CV", "name": "cv.pdf", "data": "no base64!"},
        {"type": "CV", "name": "cv.pdf", "data": f"data:application/pdf;base64,{PDF}"},
        {"type": "SELFIE", "name": "me.png", "data": PDF},
    ],
)
def test_one_bad_document_refuses_all_and_makes_nothing(company: Account, job: int, document: dict[str, str]) -> None:
    before = company.tenant.dump()
    good = {"type": "CV", "name": "good.pdf", "data": PDF}
    reply = company.post("/v2/applications", {"jobId": job, "candidate": person(), "documents": [good, document]})

    assert reply.status_code == 422
    assert company.tenant.dump() == before


def test_one_person_has_all_their_applications(company: Account, job: int) -> None:
    """The e-mail, in whatever case, is who it is; what JOIN knows of the person stays."""
    other = publish(company, "Keeper")
    first = company.post("/v2/applications", {"jobId": job, "candidate": person()}).json()
    second = company.post("/v2/applications", {"jobId": other, "candidate": {**person("ZANDER@zoo.example"), "firstName": "Zed"}}).json()
    third = company.post("/v2/applications", {"jobId": job, "candidate": person("Zander@Zoo.example")})

    assert first["candidateId"] == second["candidateId"]
    assert company.get(f"/v2/applications/{second['id']}").json()["candidate"]["firstName"] == "Zoe"
    assert (third.status_code, "already exists" in third.json()["error"]["message"]) == (400, True)


# -- what a change shows elsewhere -------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["note", "tags"])
def test_what_is_written_on_a_person_is_a_change_of_their_applications(company: Account, change: str) -> None:
    """There is nothing else to poll: updatedAtGte finds it, inclusive of its very moment."""
    application = company.get("/v2/applications", pageSize=1).json()[0]
    company.tenant.advance(3600)
    path = f"/v2/candidates/{application['candidate']['id']}"
    if change == "note":
        reply = company.post(f"{path}/notes", {"content": "Called back"})
    else:
        reply = company.http.put(f"{path}/tags", json={"tags": ["only", "these", "only"]})
    assert reply.is_success
    after = company.get(f"/v2/applications/{application['id']}").json()
    changed = company.get("/v2/applications", updatedAtGte=after["lastUpdatedAt"]).json()

    assert after["lastUpdatedAt"] > application["lastUpdatedAt"]
    assert {row["candidate"]["id"] for row in changed} == {application["candidate"]["id"]}
    assert after["candidate"]["tags"] == (["only", "these"] if change == "tags" else application["candidate"]["tags"])


@pytest.mark.parametrize(
    ("table", "column", "shown"),
    [
        ("candidates", "last_name", ("candidate", "lastName")),
        ("jobs", "title", ("job", "title")),
        ("stages", "name", ("currentStage", "name")),
    ],
)
def test_an_application_shows_the_others_as_they_are_now(company: Account, table: str, column: str, shown: tuple[str, str]) -> None:
    """Ready documents are made anew when what they embed changes."""
    application = company.get("/v2/applications", pageSize=1).json()[0]
    company.tenant.update(table, application[shown[0]]["id"], {column: "Renamed"})

    assert company.get(f"/v2/applications/{application['id']}").json()[shown[0]][shown[1]] == "Renamed"


def test_a_deleted_application_leaves_no_trace(company: Account) -> None:
    application = company.get("/v2/applications", pageSize=1).json()[0]
    company.tenant.remove("applications", application["id"])

    assert company.get(f"/v2/applications/{application['id']}").status_code == 404
    assert application["id"] not in {row["id"] for row in whole(company, "/v2/applications")}


# -- links and the limit -----------------------------------------------------------------------------------------------


def link_of(account: Account) -> str:
    return str(next(file["url"] for row in whole(account, "/v2/applications") for file in row["attachments"]))


def test_a_link_opens_with_the_token_until_its_time_is_over(company: Account) -> None:
    link = link_of(company)
    assert httpx.get(link, trust_env=False).status_code == 422
    assert company.http.get(link).headers["content-disposition"].startswith("attachment")
    company.tenant.advance(3599)
    assert company.http.get(link).status_code == 200
    company.tenant.advance(1)
    assert company.http.get(link).status_code == 403
    assert company.http.get(link_of(company)).status_code == 200


def test_a_link_of_one_account_opens_nothing_of_another(company: Account, sandbox: Sandbox) -> None:
    """Both have a file under the same id; the signature tells them apart."""
    for other in opened(sandbox, "small_company"):
        path = link_of(other).removeprefix(other.tenant.base_url)

        assert other.get(path).status_code == 200
        assert company.http.get(path).status_code == 403


def test_the_limit_is_counted_told_and_over_when_its_window_is(account: Account, sandbox: Sandbox) -> None:
    """On the tenant's clock, in whole seconds that are never too few."""
    sandbox.call("PUT", f"/tenants/{account.tenant.id}/rate_limit", json={"on": True, "requests": 2, "window_seconds": 60})
    replies = [account.get("/v2/offices") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert [reply.headers["x-ratelimit-remaining"] for reply in replies] == ["1", "0", "0"]
    assert {reply.headers["x-ratelimit-limit"] for reply in replies} == {"2"}
    assert len(replies[2].headers.get_list("x-ratelimit-reset")) == 1
    account.tenant.advance(int(replies[2].headers["x-ratelimit-reset"]))
    assert account.get("/v2/offices").status_code == 200
