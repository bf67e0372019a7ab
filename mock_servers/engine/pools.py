"""What large worlds are combined from: people's names, addresses, jobs and sentences, drawn once by Faker and Polyfactory.

Drawing one record costs milliseconds, combining one from pools microseconds. The same seed gives the same pools.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

LANGUAGES = ("en_GB", "de_DE", "fr_FR", "es_ES", "pl_PL")
COUNTRIES = (
    ("en_GB", "United Kingdom", "GB", "county"),
    ("de_DE", "Germany", "DE", "state"),
    ("fr_FR", "France", "FR", "region"),
    ("es_ES", "Spain", "ES", "state"),
)
"""(language, country, its code, Faker's word for its regions)."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives or works."""

    street: str
    number: str
    city: str
    region: str
    postal_code: str
    country: str
    country_code: str


@dataclass(frozen=True, slots=True)
class Pools:
    """Each is a list to pick from."""

    first_names: list[str]
    last_names: list[str]
    addresses: list[Address]
    occupations: list[str]
    sentences: list[str]
    paragraphs: list[str]
    words: list[str]
    companies: list[str]


@cache
def draw(seed: int) -> Pools:
    """The pools of a seed."""
    from faker import Faker
    from polyfactory import Use
    from polyfactory.factories import DataclassFactory

    faker = Faker(list(LANGUAGES))
    faker.seed_instance(seed)
    addresses: list[Address] = []
    for language, country, code, regions in COUNTRIES:
        local = faker[language]

        class Addresses(DataclassFactory[Address]):
            __model__ = Address
            street = Use(local.street_name)
            number = Use(local.building_number)
            city = Use(local.city)
            region = Use(getattr(local, regions))
            postal_code = Use(local.postcode)

        addresses += Addresses.batch(60, country=country, country_code=code)
    return Pools(
        first_names=_different(400, faker.first_name),
        last_names=_different(800, faker.last_name),
        addresses=addresses,
        occupations=_different(200, faker.job),
        sentences=_different(200, faker.sentence),
        paragraphs=_different(60, faker.paragraph),
        words=_different(200, faker.word),
        companies=_different(80, faker.company),
    )


def _different(count: int, make: Callable[[], T]) -> list[T]:
    """So many, as far as there are so many; in the order in which they came up first."""
    found: dict[T, None] = {}
    for _ in range(count * 20):
        if len(found) == count:
            break
        found[make()] = None
    return list(found)
