"""Large Pinpoint accounts: candidates by the hundred thousand with their applications, jobs and stages, by seed (see engine/worlds.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle

from mock_servers.engine.pools import Address
from mock_servers.engine.store import Row
from mock_servers.engine.worlds import NOW, Factory, Size, World, moments, one_of

DEPARTMENTS, DIVISIONS, LOCATIONS, WORKFLOW = 8, 3, 12, 1
STAGES = (
    ("Applied", "applied"),
    ("Screening", "review"),
    ("Interview", "interview"),
    ("Offer", "offer"),
    ("Hired", "hired"),
    ("Rejected", "rejected"),
)
FIRST_JOB, FIRST_STAGE, FIRST_CANDIDATE, FIRST_APPLICATION = 1, 101, 1001, 5001
STATUSES = ("open",) * 6 + ("closed", "filled", "draft", "hold")
VISIBILITIES = ("external",) * 9 + ("internal",) * 2 + ("confidential",)
EMPLOYMENT = ("permanent_full_time", "permanent_part_time", "fixed_term_full_time", "contract", "internship", "temporary")
CHANNELS = ("direct", "job_board", "employee_referral", "social", "recruiter", "organic_search")
CONTEXTS = ("skills", "general")
ENDING = "+00:00"
LATEST = NOW.isoformat(timespec="seconds")


def tables(world: World) -> Iterable[tuple[str, Iterable[Row]]]:
    """Everything, each record after those that it shows."""
    yield "departments", _named(world, "departments", DEPARTMENTS, world.pools.words)
    yield "divisions", _named(world, "divisions", DIVISIONS, world.pools.companies)
    yield "locations", _locations(world)
    yield "structure_links", _structure_links(world)
    yield "users", _users(world)
    yield "hiring_workflows", [world.row("hiring_workflows", id=WORKFLOW, name="Standard hiring", created_at=LATEST, updated_at=LATEST)]
    yield "jobs", _jobs(world)
    yield "stages", _stages(world)
    yield "candidates", _candidates(world)
    yield "applications", _applications(world)
    yield "comments", _comments(world)


def _named(world: World, table: str, count: int, pool: list[str]) -> Iterator[Row]:
    for id, name in zip(range(1, count + 1), pool, strict=False):
        yield world.row(table, id=id, name=name.capitalize(), created_at=LATEST, updated_at=LATEST)


def _locations(world: World) -> Iterator[Row]:
    for id, address in enumerate(world.some("locations", LOCATIONS, world.pools.addresses), start=1):
        yield world.row(
            "locations",
            id=id,
            name=address.city,
            city=address.city,
            country_code=address.country_code,
            postal_code=address.postal_code,
            street_address=f"{address.number} {address.street}",
            created_at=LATEST,
            updated_at=LATEST,
        )


def _structure_links(world: World) -> Iterator[Row]:
    for id in range(1, LOCATIONS + 1):
        links = {"department_id": id % DEPARTMENTS + 1, "division_id": id % DIVISIONS + 1, "location_id": id}
        yield world.row("structure_links", id=id, **links, created_at=LATEST, updated_at=LATEST)


def _users(world: World) -> Iterator[Row]:
    names = zip(world.picks("users first", world.pools.first_names), world.picks("users last", world.pools.last_names), strict=True)
    for id, (first, last) in zip(range(1, world["users"] + 1), names, strict=False):
        email = f"user{id}@example.test"
        yield world.row(
            "users", id=id, email=email, first_name=first, last_name=last, user_type="employee", created_at=LATEST, updated_at=LATEST
        )


def _jobs(world: World) -> Iterator[Row]:
    count, number, uuids = world["jobs"], world.chance("jobs"), world.uuids("jobs")
    texts = world.picks("jobs texts", [f"<p>{text}</p>" for text in world.pools.paragraphs])
    titles, users = world.picks("jobs titles", world.pools.occupations), max(world["users"], 1)
    for id, opened in enumerate(moments(count, days=700, ending=ENDING), start=FIRST_JOB):
        link = int(number() * LOCATIONS) + 1
        minimum = 25_000 + int(number() * 60) * 1_000
        yield world.row(
            "jobs",
            id=id,
            title=next(titles),
            uuid=next(uuids),
            description=next(texts),
            key_responsibilities=next(texts),
            skills_knowledge_expertise=next(texts),
            benefits=next(texts),
            compensation_minimum=float(minimum),
            compensation_maximum=float(minimum + 15_000),
            compensation_currency="GBP",
            compensation_frequency="year",
            employment_type=one_of(EMPLOYMENT, number),
            workplace_type=one_of(("onsite", "hybrid", "remote"), number),
            visibility=one_of(VISIBILITIES, number),
            status=one_of(STATUSES, number),
            structure_link_id=link,
            department_id=link % DEPARTMENTS + 1,
            division_id=link % DIVISIONS + 1,
            location_id=link,
            hiring_manager_user_id=int(number() * users) + 1 if world["users"] else None,
            recruitment_manager_user_id=int(number() * users) + 1 if world["users"] else None,
            selected_hiring_workflow_id=WORKFLOW,
            opened_at=opened,
            created_at=opened,
            updated_at=opened,
        )


def _stages(world: World) -> Iterator[Row]:
    owners = [("HiringWorkflow", WORKFLOW), *(("Job", id) for id in range(FIRST_JOB, FIRST_JOB + world["jobs"]))]
    ids = iter(range(FIRST_STAGE, FIRST_STAGE + len(owners) * len(STAGES)))
    for kind, owner in owners:
        for position, (name, basic) in enumerate(STAGES, start=1):
            yield world.row(
                "stages",
                id=next(ids),
                name=name,
                basic_type=basic,
                position=position,
                stageable_type=kind,
                stageable_id=owner,
                created_at=LATEST,
                updated_at=LATEST,
            )


def _people(world: World) -> Iterator[tuple[str, str, Address, str | None]]:
    """(first name, last name, address, phone) of candidate after candidate; their applications repeat them."""
    number = world.chance("people")
    first, last = world.picks("first names", world.pools.first_names), world.picks("last names", world.pools.last_names)
    for address in world.picks("people's addresses", world.pools.addresses):
        phone = f"+44 20 {int(number() * 90_000_000) + 10_000_000}" if number() < 0.8 else None
        yield next(first), next(last), address, phone


def _candidates(world: World) -> Iterator[Row]:
    number, template = world.chance("candidates"), world.row("candidates", locale="en")
    tags: list[list[dict[str, str]]] = [
        [],
        *([{"context": context, "name": word}] for context in CONTEXTS for word in world.pools.words[:20]),
    ]
    count = world["candidates"]
    for id, created, (first, last, address, phone) in zip(
        range(FIRST_CANDIDATE, FIRST_CANDIDATE + count), moments(count, days=900, ending=ENDING), _people(world), strict=False
    ):
        row = template.copy()
        row["id"], row["first_name"], row["last_name"] = id, first, last
        row["email"], row["phone"] = f"candidate{id}@example.test", phone
        row["address1"], row["town"] = f"{address.number} {address.street}", address.city
        row["state_province"], row["postcode"], row["country"] = address.region, address.postal_code, address.country_code
        row["tags"] = one_of(tags, number)
        row["created_at"] = row["updated_at"] = created
        yield row


def _applications(world: World) -> Iterator[Row]:
    candidates, jobs, count = world["candidates"], world["jobs"], world["applications"]
    if not (candidates and jobs):
        return
    number, template, uuids = world.chance("applications"), world.row("applications", locale="en"), world.uuids("applications")
    # Applications come in rounds: the n-th of everybody before the (n+1)-th of anybody, as ids grow with time.
    people = cycle([*zip(range(FIRST_CANDIDATE, FIRST_CANDIDATE + candidates), _people(world), strict=False)])
    ids = range(FIRST_APPLICATION, FIRST_APPLICATION + count)
    for id, created, (candidate, (first, last, address, phone)) in zip(ids, moments(count, days=700, ending=ENDING), people, strict=False):
        job, step = int(number() * jobs), int(number() * len(STAGES))
        row = template.copy()
        row["id"], row["candidate_id"], row["job_id"] = id, candidate, FIRST_JOB + job
        # The first stages are the workflow's own.
        row["stage_id"] = row["furthest_stage_id"] = FIRST_STAGE + (job + 1) * len(STAGES) + step
        row["uuid"], row["channel"] = next(uuids), CHANNELS[id % len(CHANNELS)]
        row["first_name"], row["last_name"], row["email"], row["phone"] = first, last, f"candidate{candidate}@example.test", phone
        row["address1"], row["town"] = f"{address.number} {address.street}", address.city
        row["state_province"], row["postcode"] = address.region, address.postal_code
        row["country"], row["country_code"] = address.country, address.country_code
        row["created_at"] = row["updated_at"] = row["stage_entered_at"] = created
        match STAGES[step][1]:
            case "hired":
                row["hired_at"] = created
            case "rejected":
                row["rejected_at"] = created
        yield row


def _comments(world: World) -> Iterator[Row]:
    applications, users, count = world["applications"], world["users"], world["comments"]
    if not (applications and users and world["jobs"] and world["candidates"]):
        return
    number, texts = world.chance("comments"), world.picks("comments texts", world.pools.sentences)
    for id, created in enumerate(moments(count, days=300, ending=ENDING), start=1):
        target = {"commentable_type": "Application", "commentable_id": FIRST_APPLICATION + int(number() * applications)}
        user = int(number() * users) + 1
        yield world.row("comments", id=id, body_text=next(texts), user_id=user, **target, created_at=created, updated_at=created)


FACTORY = Factory(
    (
        Size("candidates", "People.", lambda sizes: 1_000),
        Size("applications", "Of the candidates in turn, to jobs by chance.", lambda sizes: 3 * sizes["candidates"]),
        Size("jobs", "Each with six stages.", lambda sizes: max(20, sizes["candidates"] // 500)),
        Size("users", "Who manage the jobs.", lambda sizes: 40),
        Size("comments", "On applications.", lambda sizes: sizes["applications"] // 100),
    ),
    tables,
)
