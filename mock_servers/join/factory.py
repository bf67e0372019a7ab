"""Large JOIN accounts: people by the hundred thousand with their applications, jobs and pipelines, by seed (see engine/worlds.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle

from mock_servers.engine.store import Row
from mock_servers.engine.worlds import Factory, Size, World, moments, one_of

STAGES = ("Applied", "Screening", "Interview", "Offer", "Hired")
STATES = ("APPLIED", "ACTIVE", "ACTIVE", "OFFER", "HIRED")
"""By stage; a rejected application stays where it was."""
CATEGORIES = (("Engineering", "Ingenieurwesen"), ("Sales", "Vertrieb"), ("Finance", "Finanzen"), ("Logistics", "Logistik"))
EMPLOYMENT_TYPES = (("Full-time", "Vollzeit"), ("Part-time", "Teilzeit"), ("Internship", "Praktikum"))
SENIORITY_LEVELS = (("Junior", "Junior"), ("Mid level", "Berufserfahren"), ("Senior", "Senior"))
OFFICES = 12
STATUSES = ("ONLINE",) * 7 + ("OFFLINE", "ARCHIVED", "DRAFT")
SOURCES = ("JOIN Careers Page", "LinkedIn", "indeed (Limited)", "Referrals", "Agency", "Social Media")
FIRST_CATEGORY, FIRST_SUBCATEGORY, FIRST_STAGE, FIRST_JOB, FIRST_PERSON, FIRST_APPLICATION = 100, 200, 500, 10_001, 1_000_001, 20_000_001
ENDING = ".000Z"


def tables(world: World) -> Iterable[tuple[str, Iterable[Row]]]:
    """Everything, each record after those that it shows."""
    yield "categories", _categories(world)
    yield "employment_types", _references(world, "employment_types", EMPLOYMENT_TYPES)
    yield "seniority_levels", _references(world, "seniority_levels", SENIORITY_LEVELS)
    yield "offices", _offices(world)
    yield "jobs", _jobs(world)
    yield "stages", [world.row("stages", id=id, name=name) for id, name in enumerate(STAGES, start=FIRST_STAGE)]
    yield "job_stages", _job_stages(world)
    yield "candidates", _candidates(world)
    yield "applications", _applications(world)


def _categories(world: World) -> Iterator[Row]:
    for number, (english, german) in enumerate(CATEGORIES):
        names = {"en": english, "de": german}
        yield world.row("categories", id=FIRST_CATEGORY + number, names=names, slug=english.lower())
        yield world.row(
            "categories", id=FIRST_SUBCATEGORY + number, names=names, slug=f"{english.lower()}-general", parent_id=FIRST_CATEGORY + number
        )


def _references(world: World, table: str, names: Sequence[tuple[str, str]]) -> Iterator[Row]:
    for id, (english, german) in enumerate(names, start=1):
        yield world.row(table, id=id, names={"en": english, "de": german}, slug=english.lower().replace(" ", "-"))


def _offices(world: World) -> Iterator[Row]:
    for id, address in enumerate(world.some("offices", OFFICES, world.pools.addresses), start=1):
        yield world.row(
            "offices",
            id=id,
            name=address.city,
            street_name=address.street,
            street_number=address.number,
            postal_code=address.postal_code,
            city=address.city,
            country_iso=address.country_code,
            is_default=id == 1,
        )


def _jobs(world: World) -> Iterator[Row]:
    number, titles = world.chance("jobs"), world.picks("jobs titles", world.pools.occupations)
    texts = world.picks("jobs texts", [f"<p>{text}</p>" for text in world.pools.paragraphs])
    for id, created in enumerate(moments(world["jobs"], days=700, ending=ENDING), start=FIRST_JOB):
        workplace = one_of(("ONSITE", "HYBRID", "REMOTE"), number)
        least = 30_000 + int(number() * 60) * 1_000
        yield world.row(
            "jobs",
            id=id,
            title=next(titles),
            description=next(texts),
            status=one_of(STATUSES, number),
            language=one_of(("en", "de"), number),
            workplace_type=workplace,
            remote=workplace == "REMOTE",
            remote_type="ANYWHERE" if workplace == "REMOTE" else None,
            category_id=FIRST_SUBCATEGORY + int(number() * len(CATEGORIES)),
            employment_type_id=int(number() * len(EMPLOYMENT_TYPES)) + 1,
            seniority_id=int(number() * len(SENIORITY_LEVELS)) + 1,
            office_id=int(number() * OFFICES) + 1,
            salary={"from": least, "to": least + 15_000, "currency": "EUR", "frequency": "PER_YEAR", "isShownOnJobAd": True},
            created_at=created,
            last_updated_at=created,
        )


def _job_stages(world: World) -> Iterator[Row]:
    ids = iter(range(1, world["jobs"] * len(STAGES) + 1))
    for job in range(FIRST_JOB, FIRST_JOB + world["jobs"]):
        for position, _ in enumerate(STAGES):
            yield world.row("job_stages", id=next(ids), job_id=job, stage_id=FIRST_STAGE + position, position=position)


def _candidates(world: World) -> Iterator[Row]:
    number, template = world.chance("people"), world.row("candidates")
    first, last = world.picks("first names", world.pools.first_names), world.picks("last names", world.pools.last_names)
    countries = [{"name": address.country, "iso3166": address.country_code} for address in world.pools.addresses]
    tags: list[list[str] | None] = [None, *([word] for word in world.pools.words[:40])]
    for id, created in enumerate(moments(world["candidates"], days=900, ending=ENDING), start=FIRST_PERSON):
        row = template.copy()
        row["id"], row["first_name"], row["last_name"], row["email"] = id, next(first), next(last), f"person{id}@example.test"
        row["phone_number"] = f"+49 30 {int(number() * 9_000_000) + 1_000_000}" if number() < 0.8 else None
        row["country"], row["tags"], row["created_at"] = one_of(countries, number), one_of(tags, number), created
        yield row


def _applications(world: World) -> Iterator[Row]:
    people, jobs, count = world["candidates"], world["jobs"], world["applications"]
    if not (people and jobs):
        return
    number, template = world.chance("applications"), world.row("applications")
    # Applications come in rounds: the n-th of everybody before the (n+1)-th of anybody, as ids grow with time.
    persons = cycle(range(FIRST_PERSON, FIRST_PERSON + people))
    ids = range(FIRST_APPLICATION, FIRST_APPLICATION + count)
    for id, created, person in zip(ids, moments(count, days=700, ending=ENDING), persons, strict=False):
        stage, rejected = int(number() * len(STAGES)), number() < 0.4
        row = template.copy()
        row["id"], row["candidate_id"], row["job_id"] = id, person, FIRST_JOB + int(number() * jobs)
        row["stage_id"], row["state"] = FIRST_STAGE + stage, "REJECTED" if rejected else STATES[stage]
        row["qualified"] = "NOT_QUALIFIED" if rejected else "PENDING"
        row["source_product"] = one_of(SOURCES, number)
        row["created_at"] = row["last_updated_at"] = created
        yield row


FACTORY = Factory(
    (
        Size("candidates", "People.", lambda sizes: 1_000),
        Size("applications", "Of the people in turn, to jobs by chance.", lambda sizes: 3 * sizes["candidates"]),
        Size("jobs", "Each with five stages.", lambda sizes: max(20, sizes["candidates"] // 500)),
    ),
    tables,
)
