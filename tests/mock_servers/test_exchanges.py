"""Every vendor's recorded exchanges are replayed over real sockets, each in a fresh tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

import fixtures
from conformance.exchanges import FILE, Exchanges, RecordedExchange, load_exchanges
from conformance.sandbox import Sandbox
from mock_servers.engine.vendors import installed
from tests.mock_servers.replay import Replayed, replay

FIXTURES = Path(fixtures.__path__[0])
VENDORS = installed()
FILES: dict[str, Exchanges] = {name: load_exchanges(FIXTURES / name) for name in VENDORS if (FIXTURES / name / FILE).is_file()}

Replay = Callable[[str, RecordedExchange], Replayed]


@pytest.fixture(scope="session")
def replayed(every_vendor: Sandbox) -> Replay:
    """Replays an exchange, once a session."""
    done: dict[tuple[str, str], Replayed] = {}

    def once(vendor: str, exchange: RecordedExchange) -> Replayed:
        key = (vendor, exchange.id)
        if key not in done:
            done[key] = replay(every_vendor, vendor, FILES[vendor], exchange)
        return done[key]

    return once


def each_exchange() -> list[object]:
    return [
        pytest.param(vendor, exchange, id=f"{vendor}-{exchange.id}", marks=pytest.mark.xdist_group(f"exchanges-{vendor}"))
        for vendor, file in FILES.items()
        for exchange in file.exchanges
    ]


def each_vendor() -> list[object]:
    return [pytest.param(vendor, id=vendor, marks=pytest.mark.xdist_group(f"exchanges-{vendor}")) for vendor in FILES]


def test_every_vendor_has_recorded_exchanges() -> None:
    """Who imitates a vendor shows how it answers, with evidence."""
    assert FILES.keys() == VENDORS.keys()


@pytest.mark.parametrize(("vendor", "exchange"), each_exchange())
def test_the_server_answers_as_recorded(replayed: Replay, vendor: str, exchange: RecordedExchange) -> None:
    """Status, body and headers are those of the file."""
    assert replayed(vendor, exchange).differences == []


@pytest.mark.parametrize("vendor", each_vendor())
def test_each_quirk_is_shown_on_and_off(vendor: str) -> None:
    """A switch that changes nothing is no quirk; and the file knows no quirk that the vendor does not have."""
    shown = {(exchange.quirk, exchange.quirk_on is not False) for exchange in FILES[vendor].exchanges if exchange.quirk is not None}
    wanted = {(quirk.name, on) for quirk in VENDORS[vendor].quirks for on in (True, False)}

    assert shown == wanted


@pytest.mark.parametrize("vendor", each_vendor())
def test_the_promised_number_of_rules_is_shown_to_refuse(vendor: str) -> None:
    """Each file says how many rules of refusal it shows; two breaches of one rule are one."""
    rules = {exchange.rule for exchange in FILES[vendor].exchanges if exchange.reply.refuses}

    assert len(rules) >= FILES[vendor].refusals, sorted(str(rule) for rule in rules)


@pytest.mark.parametrize("vendor", each_vendor())
def test_what_the_journal_tells_alike_is_one_rule(replayed: Replay, vendor: str) -> None:
    """Different rules have different words, beside names and numbers: so nobody can count one rule twice."""
    told: dict[tuple[int, str], set[str | None]] = defaultdict(set)
    for exchange in FILES[vendor].exchanges:
        if exchange.reply.refuses:
            told[replayed(vendor, exchange).skeleton].add(exchange.rule)

    assert {words: rules for words, rules in told.items() if len(rules) > 1} == {}


@pytest.mark.parametrize("vendor", each_vendor())
def test_every_refusal_is_explained_in_the_journal(replayed: Replay, vendor: str) -> None:
    """A person who asks why is told."""
    silent = [exchange.id for exchange in FILES[vendor].exchanges if exchange.reply.refuses and not replayed(vendor, exchange).why]

    assert silent == []
