"""Countries by code, name and calling code."""

from __future__ import annotations

import pytest

from connectors.transport.countries import code_of, country_of_phone


@pytest.mark.parametrize(
    ("written", "code"), [("United Kingdom", "GB"), ("us", "US"), ("Deutschland", "Deutschland"), ("USA", "US"), (" ", None), (None, None)]
)
def test_a_country_is_a_code_where_known(written, code):
    assert code_of(written) == code


@pytest.mark.parametrize(
    ("number", "living_in", "country"),
    [
        ("+44 1632 960001", None, "GB"),
        ("0049 30 123", "GB", "DE"),
        ("01632 960001", "GB", "GB"),
        ("01632 960001", None, None),
        ("+1 204 555 0100", "CA", "CA"),
        ("+1 204 555 0100", "DE", "US"),
        ("+999", "GB", "GB"),
    ],
)
def test_whose_number_it_is(number, living_in, country):
    assert country_of_phone(number, living_in) == country
