"""Comparing is where suites go blind: falsy values, short lists, doubles, types, the order of the two sides."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from conformance import judge
from conformance.casework import count_problem
from conformance.fixture_models import Proof
from conformance.outcomes import Code


@pytest.mark.parametrize(
    ("expected", "got", "code"),
    [
        (0, None, Code.MISSING),
        (False, None, Code.MISSING),
        ("", None, Code.MISSING),
        ([], None, Code.MISSING),
        (None, 0, Code.WRONG_VALUE),
        (None, "", Code.WRONG_VALUE),
        (None, [], Code.WRONG_VALUE),
        (0, False, Code.TYPE_MISMATCH),
        (1, True, Code.TYPE_MISMATCH),
        (1, "1", Code.TYPE_MISMATCH),
        ("a", "A", Code.WRONG_VALUE),
        (["a"], "a", Code.TYPE_MISMATCH),
        ([1, 2], [1], Code.WRONG_VALUE),
        ([1], [1, 2], Code.WRONG_VALUE),
        ([1, 2], [2, 1], Code.WRONG_VALUE),
        ({"a": 1}, {"a": 1, "b": 2}, Code.WRONG_VALUE),
        ({"a": 1, "b": 2}, {"a": 1}, Code.MISSING),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z", Code.WRONG_VALUE),
        ({"$any": True}, None, Code.MISSING),
        ({"$matches": "a+"}, "aab", Code.WRONG_VALUE),
        ({"$unordered": [1, 1]}, [1], Code.WRONG_VALUE),
        ({"$unordered": [1, 2]}, [1, 1], Code.WRONG_VALUE),
        ({"$masked": "Hidden"}, "Hidden", Code.MASKED_AS_DATA),
        ({"$contains": {"a.0.b": 0}}, {"a": [{"b": None}]}, Code.MISSING),
    ],
)
def test_what_differs_is_found(expected: object, got: object, code: Code):
    assert {found.code for found in judge.compare(expected, got)} == {code}


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (0, 0),
        (1, 1.0),
        (False, False),
        ("", ""),
        (None, None),
        ({"a": None}, {}),
        ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00.000+01:00"),
        ({"$datetime": "2026-03-01T10:00:00Z"}, "2026-03-01T10:00:00.000Z"),
        ({"$unordered": [1, 2, 2]}, [2, 1, 2]),
        ({"$masked": "Hidden"}, None),
        ({"$contains": {"a.0": 1}}, {"a": [1, 2], "b": 3}),
    ],
)
def test_what_means_the_same_is_the_same(expected: object, got: object):
    assert judge.compare(expected, got) == []


def test_the_sides_are_not_interchangeable():
    """A notation counts only in what is expected; a subject that answers with one is wrong."""
    assert judge.compare("x", {"$any": True})
    assert judge.compare_plain({"$any": True}, "x")
    assert not judge.compare_plain({"$any": True}, {"$any": True})


def test_blank_is_null_or_an_empty_container_and_nothing_else():
    """Zero, false and an empty text are values."""
    assert [judge.is_blank(value) for value in (None, [], {}, 0, 0.0, False, "")] == [True, True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("wanted", "got", "words"),
    [
        ("ab", "abb", "delivered more than once"),
        ("ab", "a", "1 missing"),
        ("ab", "abc", "should not be there"),
        ("aab", "ab", "1 missing"),
        ("ab", "bc", "1 missing"),
    ],
)
def test_records_are_counted_and_not_only_known(wanted: str, got: str, words: str):
    """A set would take a double for one; a count of the whole would take a stranger for the one that is missing."""
    assert words in str(count_problem(Counter(wanted), Counter(got)))
    assert count_problem(Counter(wanted), Counter(reversed(wanted))) is None


def rows(*names: str) -> dict[str, list[dict[str, object]]]:
    return {"Users": [{"id": f"id-{name}", "remote_id": name, "first_name": name} for name in names]}


def test_a_double_that_appears_between_two_snapshots_is_a_difference():
    once, twice = (judge.snapshot(rows(*names), {}) for names in (("a", "b"), ("a", "b", "b")))

    assert [one.key for one in judge.differences(once, twice, ["Users"])] == ["b"]
    assert [one.key for one in judge.differences(twice, once, ["Users"])] == ["b"]


def test_a_record_that_changed_and_kept_its_time_is_found() -> None:
    """Of two that changed the one whose changed_at moved is right, as is one that did not change."""
    before, after = (
        judge.snapshot({"Jobs": [{"id": str(n), "remote_id": str(n), "name": names[n], "changed_at": times[n]} for n in range(3)]}, {})
        for names, times in ((("a", "b", "c"), ("1", "1", "1")), (("x", "y", "c"), ("1", "2", "1")))
    )

    assert judge.unmoved(before, after, "Jobs") == ["0"]


def test_true_and_one_are_not_the_same_value_between_two_snapshots():
    """Python holds them for equal."""
    one, other = (judge.snapshot({"Users": [{"id": "i", "remote_id": "a", "remote_data": {"x": value}}]}, {}) for value in (1, True))

    assert [found.field for found in judge.differences(one, other, ["Users"])] == ["remote_data"]


def test_an_address_of_another_tenant_is_not_the_same_as_ones_own():
    """The same text in two tenants' records is a leak when it names one of them."""
    import re

    value = {"Users": [{"id": "i", "remote_id": "a", "first_name": "http://one/x"}]}
    texts = [[(re.compile(f"http://{name}"), "{base_url}")] for name in ("one", "two")]
    one, two = (judge.snapshot(value, {}, None, own) for own in texts)

    assert [found.field for found in judge.differences(one, two, ["Users"])] == ["first_name"]


def test_a_declared_change_that_does_not_come_is_stale_and_an_undeclared_one_is_told():
    before, after = (
        judge.snapshot(rows("a", "b"), {}),
        judge.snapshot({"Users": [*rows("a")["Users"], {**rows("b")["Users"][0], "first_name": "x"}]}, {}),
    )
    found = judge.Declared(({"Users": {"a": {"first_name": "new"}}}, ())).deviations(before, after, ["Users"])

    assert {(one.key, one.code, one.undeclared) for one in found} == {("a", Code.STALE, False), ("b", Code.WRONG_VALUE, True)}


def test_a_proof_of_something_falsy_is_a_proof():
    """`equals: 0` is a demand, not the absence of one."""
    from conformance.checks.actions.proofs import shows

    for value in (0, False, "", None):
        proof = Proof(table="t", column="c", equals=value)
        assert shows(proof, value)
        assert not shows(proof, "x")
    with pytest.raises(ValueError, match="exactly one of equals, contains, decodes_to"):
        Proof(table="t", column="c")


OF_ONE, OF_OTHER = ([(re.compile(re.escape(address)), judge.OWN_ADDRESS)] for address in ("http://one", "http://other"))


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ({"url": "http://one/jobs/1"}, {"url": "http://other/jobs/1"}, True),
        ({"url": "http://one/jobs/1"}, {"url": "http://one/jobs/1"}, False),
        ({"url": "https://third/1", "n": [1, {"a": None}]}, {"url": "https://third/1", "n": [1, {"a": None}]}, True),
        ({"n": 1}, {"n": True}, False),
        ({"n": 1}, {"n": 1.0}, False),
        ({"id": "a", "n": 1}, {"id": "b", "n": 1}, True),
        ({"n": Decimal(1)}, {"n": Decimal(2)}, False),
    ],
)
def test_records_are_the_same_at_a_glance_only_if_a_closer_look_would_say_so(before: Any, after: Any, same: bool) -> None:
    """Own addresses stand for each other, the address of one tenant in the other's record is a leak, and types count."""
    assert judge.same_bytes(judge.Levelled(before, OF_ONE), judge.Levelled(after, OF_OTHER)) is same


def test_a_row_that_two_snapshots_show_is_compared_with_each_ones_references():
    """The digest of a row is made once; the keys that stand in the place of ids are those of the snapshot."""
    jobs = {"Jobs": [{"id": "j", "remote_id": "1", "contact_id": "u", "name": "Cook"}]}
    whole = judge.snapshot({**jobs, "Users": [{"id": "u", "remote_id": "7"}]}, {})
    without = judge.snapshot(jobs, {}, None, (), whole.digests)

    assert [str(one) for one in judge.differences(whole, without, ["Jobs"])] == ["Jobs/1.contact_id: '7' became '<unresolved>'"]
    assert judge.differences(without, judge.snapshot(jobs, {}), ["Jobs"]) == []
