"""Lists, single records, includes, sparse and extra fields, filters, order, pages: what is asked for is what comes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_servers.pinpoint.resource import Filter, Kind, Many, One, Resource
from mock_servers.pinpoint.resources import RESOURCES
from tests.mock_servers.pinpoint.conftest import Account

LISTED = [resource for resource in RESOURCES.values() if "L" in resource.operations]
EVERYTHING = "external,internal,confidential,private_job"


def seen_whole(resource: Resource) -> dict[str, str]:
    """The filter without which confidential records stay hidden."""
    return {f"filter__{resource.visibility_filter}": EVERYTHING} if resource.visibility_filter is not None else {}


def stored(account: Account, resource: Resource) -> list[dict[str, Any]]:
    return account.tenant.records(resource.stored.name)


def each(resources: list[Resource]) -> Any:
    return pytest.mark.parametrize("resource", resources, ids=lambda resource: resource.type)


# -- lists and single records -----------------------------------------------------------------------------------------


@each(LISTED)
def test_a_list_holds_every_record_and_its_total(library: Account, resource: Resource) -> None:
    """With all visibilities asked for, the list is the table; the total is counted over all pages."""
    document = library.get(f"/{resource.type}", page__size=1000, stats__total="count", **seen_whole(resource))

    assert [int(item["id"]) for item in document["data"]] == [row["id"] for row in stored(library, resource)]
    assert document["meta"] == {"stats": {"total": {"count": len(document["data"])}}}
    assert document.keys() == {"data", "meta"}


@each([resource for resource in RESOURCES.values() if "G" in resource.operations and "L" in resource.operations])
def test_one_record_is_what_the_list_has(library: Account, resource: Resource) -> None:
    """GET of one gives the same resource object as the list; every attribute of the table of resources is there."""
    item = library.get(f"/{resource.type}", page__size=1, **seen_whole(resource))["data"][0]

    assert library.get(f"/{resource.type}/{item['id']}", **seen_whole(resource))["data"] == item
    assert set(item["attributes"]) == {a.name for a in resource.attributes if a.readable and not a.extra}
    assert set(item.get("relationships", {})) == {relation.name for relation in resource.relations}


@each(LISTED)
def test_pages_are_the_list_in_pieces(library: Account, resource: Resource) -> None:
    """Pages of seven, one after the other, hold each record once; the one after the last is empty."""
    whole = library.ids(f"/{resource.type}", **seen_whole(resource))
    pieces: list[int] = []
    for number in range(1, len(whole) // 7 + 3):
        page = library.get(f"/{resource.type}", page__number=number, page__size=7, **seen_whole(resource))["data"]
        pieces += [int(item["id"]) for item in page]

    assert pieces == whole
    assert page == []


@pytest.mark.parametrize(
    ("resource", "key"),
    [(resource, key) for resource in LISTED for key in resource.sort_keys],
    ids=lambda value: getattr(value, "type", value),
)
def test_each_sort_key_sorts_up_and_down(library: Account, resource: Resource, key: str) -> None:
    """Equal values keep the order of their ids; a minus sign turns the order around."""
    rows = {row["id"]: row for row in stored(library, resource)}

    def values(sign: str) -> list[Any]:
        ids = library.ids(f"/{resource.type}", sort=f"{sign}{key}", **seen_whole(resource))
        return [(rows[id][key] or "", id) for id in ids]

    assert values("") == sorted(values(""))
    falling = [value for value, _ in values("-")]
    assert falling == sorted(falling, reverse=True)


def test_several_sort_keys_count_in_their_order(library: Account) -> None:
    """The second key decides where the first is equal."""
    rows = {row["id"]: row for row in library.tenant.records("candidates")}

    found = [(rows[id]["updated_at"], -id) for id in library.ids("/candidates", sort="updated_at,-id")]

    assert found == sorted(found)
    assert any(first[0] == second[0] for first, second in pairwise(found))


# -- filters ----------------------------------------------------------------------------------------------------------


def column_filters() -> list[tuple[Resource, Filter]]:
    """Filters that compare the column of their own name."""
    return [
        (resource, filter)
        for resource in LISTED
        for filter in resource.filters
        if filter.clause is None and not filter.ranges_only and filter.name in resource.stored.c
    ]


@pytest.mark.parametrize(("resource", "filter"), column_filters(), ids=lambda value: getattr(value, "type", getattr(value, "name", "")))
def test_a_filter_keeps_exactly_what_has_one_of_its_values(library: Account, resource: Resource, filter: Filter) -> None:
    """For each value that occurs, and for two of them with a comma: all of those records and no others."""
    rows = stored(library, resource)
    values = list(dict.fromkeys(str(_sent(row[filter.name], filter)) for row in rows if row[filter.name] not in (None, "")))[:3]
    visible = {} if filter.name == resource.visibility_filter else seen_whole(resource)

    for wanted in [[value] for value in values] + ([values[:2]] if len(values) > 1 else []):
        found = library.ids(f"/{resource.type}", **{f"filter__{filter.name}": ",".join(wanted)}, **visible)
        assert found == [row["id"] for row in rows if str(_sent(row[filter.name], filter)) in wanted]


def _sent(value: Any, filter: Filter) -> Any:
    """A stored value as a query has it."""
    return str(bool(value)).lower() if filter.kind is Kind.FLAG else value


RANGES = [(resource, filter.name) for resource in LISTED for filter in resource.filters if filter.ranges_only]


@pytest.mark.parametrize(("resource", "name"), RANGES, ids=lambda value: getattr(value, "type", value))
def test_a_time_filter_leaves_the_bound_itself_out(library: Account, resource: Resource, name: str) -> None:
    """[gt] and [lt] around a moment that occurs: what is after, what is before, and never what is at it."""
    rows = [row for row in stored(library, resource) if row[name] is not None]
    if not rows:
        pytest.skip("the small company has no such time")
    bound = sorted(row[name] for row in rows)[len(rows) // 2]

    for operator, passes in (("gt", lambda moment: moment > bound), ("lt", lambda moment: moment < bound)):
        found = library.ids(f"/{resource.type}", **{f"filter__{name}__{operator}": bound}, **seen_whole(resource))
        assert found == [row["id"] for row in rows if passes(row[name])]


def test_filters_narrow_each_other(library: Account) -> None:
    """Two filters: both hold."""
    both = library.ids("/applications", filter__job_id="301", filter__stage_basic_type="rejected")

    rejected = {row["id"] for row in library.tenant.records("stages") if row["basic_type"] == "rejected"}
    assert both == [row["id"] for row in library.tenant.records("applications") if row["job_id"] == 301 and row["stage_id"] in rejected]
    assert both


@pytest.mark.parametrize(
    ("path", "filters", "expected"),
    [
        ("/applications", {"candidate_email": "MIRA@example.test"}, lambda row, of: of("candidates", row["candidate_id"])["email"] == "mira@example.test"),
        ("/applications", {"concealed": "true"}, lambda row, of: bool(of("jobs", row["job_id"])["blind_screening"])),
        ("/jobs", {"search": "engineer"}, lambda row, of: "engineer" in row["title"].lower()),
        ("/jobs", {"department_name": "Engineering"}, lambda row, of: row["department_id"] == 11),
        ("/users", {"email": "AMARA.NWOSU@example.test"}, lambda row, of: row["id"] == 1),
        ("/users", {"hiring_manager_job_id": "301"}, lambda row, of: row["id"] == of("jobs", 301)["hiring_manager_user_id"]),
        ("/users", {"interviewing_user_id": "2,7"}, lambda row, of: row["id"] == 2),
        ("/job_seekers", {"search": "tala"}, lambda row, of: row["first_name"] == "Tala"),
        ("/candidate_surveys", {"responded": "true"}, lambda row, of: row["responded_at"] is not None),
        ("/candidate_surveys", {"job_id": "310"}, lambda row, of: of("applications", row["application_id"])["job_id"] == 310),
        ("/reference_checks", {"application_id": "5007"}, lambda row, of: row["reference_checkable_id"] == 5007),
        ("/job_postings", {"department_id": "11"}, lambda row, of: of("jobs", row["job_id"])["department_id"] == 11),
        ("/job_postings", {"employment_type": "permanent"}, lambda row, of: row["employment_type"] == "permanent"),
        ("/job_postings", {"location_city_state_name": "Austin, TX"}, lambda row, of: (row["location_id"] or of("jobs", row["job_id"])["location_id"]) == 32),
    ],
)  # fmt: skip
def test_filters_that_look_further_than_one_column(library: Account, path: str, filters: dict[str, str], expected: Any) -> None:
    """Each finds some records and leaves some out."""
    table = path.removeprefix("/")

    def of(other: str, id: int) -> dict[str, Any]:
        return next(row for row in library.tenant.records(other) if row["id"] == id)

    found = library.ids(path, **{f"filter__{name}": value for name, value in filters.items()}, **seen_whole(RESOURCES[table]))

    rows = library.tenant.records(table)
    assert found == [row["id"] for row in rows if expected(row, of)]
    assert 0 < len(found) < len(rows)


# -- includes ---------------------------------------------------------------------------------------------------------


def included(document: Any) -> dict[tuple[str, str], Any]:
    return {(item["type"], item["id"]): item for item in document["included"]}


PLAIN_RELATIONS = [
    (resource, relation)
    for resource in LISTED
    for relation in resource.relations
    if isinstance(relation.find, One) or (isinstance(relation.find, Many) and relation.many)
]


@pytest.mark.parametrize(("resource", "relation"), PLAIN_RELATIONS, ids=lambda value: getattr(value, "type", getattr(value, "name", "")))
def test_an_include_links_what_the_keys_say(library: Account, resource: Resource, relation: Any) -> None:
    """For every record: linkage by foreign key, and each linked record once in `included`."""
    document = library.get(f"/{resource.type}", include=relation.name, page__size=1000, **seen_whole(resource))
    rows = {str(row["id"]): row for row in stored(library, resource)}
    targets = library.tenant.records(relation.targets[0])
    main = {(item["type"], item["id"]) for item in document["data"]}

    linked = set()
    for item in document["data"]:
        data = item["relationships"][relation.name]["data"]
        ids = [one["id"] for one in data] if relation.many else [] if data is None else [data["id"]]
        assert sorted(map(int, ids)) == sorted(_keys(relation.find, rows[item["id"]], targets))
        linked |= {(relation.targets[0], id) for id in ids}
    assert set(included(document)) == linked - main
    assert len(document["included"]) == len(included(document))


def _keys(find: One | Many, row: dict[str, Any], targets: list[dict[str, Any]]) -> list[int]:
    if isinstance(find, One):
        return [target["id"] for target in targets if target["id"] == row[find.column]]
    fits = [target for target in targets if target[find.column] == row["id"]]
    return [target["id"] for target in fits if find.type_column is None or target[find.type_column] == find.type_value]


def test_dotted_paths_reach_several_steps(library: Account) -> None:
    """interview → its parts → the users in them; what lies between is included, too."""
    document = library.get("/interviews/301", include="interview_parts.interviewing_users")
    found = included(document)

    parts = [one["id"] for one in document["data"]["relationships"]["interview_parts"]["data"]]
    users = [one["id"] for part in parts for one in found["interview_parts", part]["relationships"]["interviewing_users"]["data"]]
    assert parts
    assert users
    assert set(found) == {("interview_parts", part) for part in parts} | {("users", user) for user in users}


def test_included_records_stay_closed_unless_a_path_opens_them(library: Account) -> None:
    """The relationships of an included record have no ids, but for those on the path."""
    document = library.get("/applications/5001", include="job.stages")
    job = included(document)["jobs", "301"]

    assert job["relationships"]["department"] == {"meta": {"included": False}}
    assert len(job["relationships"]["stages"]["data"]) > 1


def test_a_record_that_is_reached_twice_comes_once(library: Account) -> None:
    """Two ways to the same record: one in `included`; the main record is not repeated."""
    document = library.get("/applications/5001", include="candidate.applications,job.applications", page__size=1)

    keys = [(item["type"], item["id"]) for item in document["included"]]
    assert len(keys) == len(set(keys))
    assert ("applications", "5001") not in keys


def test_polymorphic_relations_lead_to_their_own_type(library: Account) -> None:
    """Interviews 301 and 303 belong to an application and a job seeker of the same number."""
    document = library.get("/interviews", include="interviewable", page__size=1000, filter__job_visibility=EVERYTHING)

    rows = {str(row["id"]): row for row in library.tenant.records("interviews")}
    types = {"Application": "applications", "JobSeeker": "job_seekers"}
    for item in document["data"]:
        link = item["relationships"]["interviewable"]["data"]
        row = rows[item["id"]]
        assert link is None or (link["type"], int(link["id"])) == (types[row["interviewable_type"]], row["interviewable_id"])
    linked = {link["type"] for item in document["data"] if (link := item["relationships"]["interviewable"]["data"])}
    assert linked == set(types.values())


# -- fields -----------------------------------------------------------------------------------------------------------


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sparse_fields_are_a_part_of_the_whole(library: Account, data: st.DataObject) -> None:
    """Whatever part of the fields is asked for: those attributes and relationships, with the values of the whole."""
    resource = data.draw(st.sampled_from(LISTED))
    names = data.draw(st.lists(st.sampled_from([a.name for a in resource.attributes] + [r.name for r in resource.relations]), unique=True))
    whole = library.get(f"/{resource.type}", page__size=3, **seen_whole(resource))["data"]

    part = library.get(f"/{resource.type}", page__size=3, **{f"fields__{resource.type}": ",".join(names)}, **seen_whole(resource))["data"]

    for little, full in zip(part, whole, strict=True):
        assert little["attributes"] == {name: value for name, value in full["attributes"].items() if name in names}
        assert little.get("relationships", {}) == {name: value for name, value in full.get("relationships", {}).items() if name in names}


EXTRAS = [(resource, [a.name for a in resource.attributes if a.extra]) for resource in LISTED if any(a.extra for a in resource.attributes)]


@pytest.mark.parametrize(("resource", "names"), EXTRAS, ids=lambda value: getattr(value, "type", ""))
def test_extra_fields_come_beside_the_usual_ones(library: Account, resource: Resource, names: list[str]) -> None:
    """Only when asked for by type; the usual attributes are as always."""
    usual = library.get(f"/{resource.type}", page__size=5, **seen_whole(resource))["data"]

    asked = library.get(f"/{resource.type}", page__size=5, **{f"extra_fields__{resource.type}": ",".join(names)}, **seen_whole(resource))[
        "data"
    ]

    for more, less in zip(asked, usual, strict=True):
        assert more["attributes"].keys() - less["attributes"].keys() == set(names)
        assert {name: value for name, value in more["attributes"].items() if name not in names} == less["attributes"]


def test_extra_fields_of_included_types(library: Account) -> None:
    """extra_fields works for what is included, too."""
    document = library.get("/applications/5001", include="candidate", extra_fields__candidates="tags,attachments")

    person = included(document)["candidates", "7001"]
    assert person["attributes"]["tags"] == next(row for row in library.tenant.records("candidates") if row["id"] == 7001)["tags"]
    assert [one["filename"] for one in person["attributes"]["attachments"]] == ["passport.txt"]
    assert "tags" not in document["data"]["attributes"]


def test_brackets_may_be_encoded(library: Account) -> None:
    """page%5Bsize%5D is page[size]."""
    assert library.ask("/jobs", "page%5Bsize%5D=2").json() == library.ask("/jobs", "page[size]=2").json()
