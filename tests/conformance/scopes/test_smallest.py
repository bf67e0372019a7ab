"""The search for the smallest sets finds all of them, asks little when the guess is right, and notices what is odd."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from conformance.scopes.smallest import Search

EVERY = frozenset("abcdefg")
NEEDS = st.lists(st.frozensets(st.sampled_from(sorted(EVERY)), min_size=1, max_size=3), min_size=1, max_size=3)


def truly_minimal(needs):
    """The sets of which no part is enough, by trying all."""
    enough = [
        frozenset(one) for size in range(len(EVERY) + 1) for one in combinations(sorted(EVERY), size) if any(n <= set(one) for n in needs)
    ]
    return {one for one in enough if not any(other < one for other in enough)}


@given(needs=NEEDS, guess=st.frozensets(st.sampled_from(sorted(EVERY))))
def test_every_alternative_is_found_whatever_the_guess(needs, guess):
    """With alternatives (this or that is enough) all minimal sets are found, and nothing else."""
    search = Search(lambda held: any(need <= held for need in needs))

    assert truly_minimal(needs) == set(search.smallest(EVERY, guess))
    assert search.non_monotone() is None


def test_a_right_guess_asks_only_about_itself_and_all_without_each_of_its_members():
    """The matrix has these columns anyway; everything else follows from them."""
    search = Search(lambda held: {"a", "b"} <= held)

    assert search.smallest(EVERY, frozenset("ab")) == (frozenset("ab"),)
    assert set(search.answers) == {frozenset("ab"), EVERY, EVERY - {"a"}, EVERY - {"b"}}


def test_nothing_is_found_when_not_even_everything_is_enough():
    assert Search(lambda held: False).smallest(EVERY, frozenset("a")) == ()


def test_what_needs_no_permission_needs_the_empty_set():
    assert (frozenset(),) == Search(lambda held: True).smallest(EVERY, frozenset("a"))


def test_more_that_is_worth_less_is_noticed():
    """A subject that gives up when it holds an unexpected permission breaks every search; so it is reported."""
    answers = {frozenset("a"): True, frozenset("ag"): False}
    search = Search(lambda held: "a" in held and "g" not in held, answers)

    assert (frozenset("a"), frozenset("ag")) == search.non_monotone()
