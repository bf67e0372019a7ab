"""Unified ids: their form, and what they depend on."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from connectors.hub.ids import named_integration_id, new_integration_id, unified_id

FORM = re.compile(r"[1-9A-HJ-NP-Za-km-z]{24}")


@given(st.text(), st.text())
def test_an_id_has_the_documented_form_and_is_always_the_same(integration: str, key: str) -> None:
    """24 characters of base58, whatever goes in."""
    made = unified_id(integration, key)

    assert FORM.fullmatch(made)
    assert made == unified_id(integration, key)


def test_an_id_is_the_one_that_it_has_always_been() -> None:
    """A change of the algorithm would give every stored record another id, so one is pinned here."""
    assert unified_id("invented:1", "310") == "gf8ULYkfgydYPE3Hd4uf41U5"


def test_ids_differ_by_integration_and_by_key() -> None:
    """The same vendor id in two integrations is two records."""
    made = {unified_id(integration, key) for integration in ("a:1", "a:2") for key in ("1", "11", "310/4402")}

    assert len(made) == 6


def test_integration_ids_name_their_vendor() -> None:
    """Fresh ones differ, numbered ones are the same in every run."""
    assert re.fullmatch(rf"acme:{FORM.pattern}", new_integration_id("acme"))
    assert new_integration_id("acme") != new_integration_id("acme")
    assert named_integration_id("acme", "1") == named_integration_id("acme", "1") != named_integration_id("acme", "2")
