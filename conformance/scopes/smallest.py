"""Finds the smallest sets of permissions with which something can be read or done: QuickXplain, and all alternatives.

Only a question is asked ("is this set enough?"), so the same search serves models, fields and actions, and it knows no vendor.
What was answered already answers for more: less than what is not enough is not enough, more than what is enough is enough. So
only what was really asked can show that more permissions are worth less.
QuickXplain: U. Junker, AAAI 2004; alternatives by hitting sets: R. Reiter, 1987.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Set = frozenset[str]
MOST_SETS = 8
"""Alternatives that are looked for; more than this says that the permissions hardly matter."""


@dataclass
class Search:
    """One search: asks, remembers, and notices when more permissions are worth less."""

    enough: Callable[[Set], bool]
    answers: dict[Set, bool] = field(default_factory=dict)
    """What was asked. Answers that are there for another reason may be given along."""

    def ask(self, held: Set) -> bool:
        if held in self.answers:
            return self.answers[held]
        for asked, answer in self.answers.items():
            if (answer and asked < held) or (not answer and held < asked):
                return answer
        self.answers[held] = self.enough(held)
        return self.answers[held]

    def smallest(self, every: Set, guess: Set, *, most: int = MOST_SETS) -> tuple[Set, ...]:
        """All minimal sufficient subsets of `every`, at most `most`; () when not even all are enough.

        `guess` is tried first: if it is right, only it, and all without each of its members, are asked about.
        """
        if self.ask(every) and self.ask(guess) and all(not self.ask(every - {name}) for name in guess):
            return (guess,)  # nobody can do without any of it, so no other set is as small
        found: list[Set] = []
        without: list[Set] = [frozenset()]
        seen: set[Set] = set()
        while without and len(found) < most:
            left_out = without.pop(0)
            if left_out in seen:
                continue
            seen.add(left_out)
            known = next((one for one in found if not one & left_out), None)
            if known is None:
                room = every - left_out
                if not self.ask(room):
                    continue
                known = self._within(every, room, guess & room)
                found.append(known)
            without += [left_out | {one} for one in sorted(known)]
        return tuple(sorted(found, key=lambda one: (len(one), sorted(one))))

    def _within(self, every: Set, room: Set, guess: Set) -> Set:
        """One minimal sufficient subset of `room`, which is enough."""
        if not self.ask(guess):
            return self.minimal(sorted(room))
        for one in sorted(guess):
            self.ask(every - {one})
        return self.minimal(sorted(guess))

    def minimal(self, candidates: Sequence[str]) -> Set:
        """One minimal sufficient subset of `candidates`, which together are enough."""
        if self.ask(frozenset()):
            return frozenset()
        return self._divide(frozenset(), False, list(candidates))

    def _divide(self, background: Set, changed: bool, candidates: list[str]) -> Set:
        if changed and self.ask(background):
            return frozenset()
        if len(candidates) == 1:
            return frozenset(candidates)
        half = len(candidates) // 2
        first, second = candidates[:half], candidates[half:]
        right = self._divide(background | set(first), bool(first), second)
        left = self._divide(background | right, bool(right), first)
        return left | right

    def non_monotone(self) -> tuple[Set, Set] | None:
        """(a set that is enough, a larger one that is not), or None: more permissions must never be worth less."""
        good = [held for held, answer in self.answers.items() if answer]
        bad = [held for held, answer in self.answers.items() if not answer]
        return next(((small, large) for small in good for large in bad if small < large), None)
