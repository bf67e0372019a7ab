"""The matrix: what the subject gives and says with each credential, one code for every model and every field.

Two questions are kept apart. `Sight` says, knowing nothing of permissions, what came and what was said of it; `ColumnJudge` puts
the vendor's truth beside it and finds the word for the cell. The search for smallest sets asks the first alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from conformance.lab import Lab, Session, Stuck, SubjectCrashed, World
from conformance.scopes.credentials import Column, columns, columns_under, removals
from conformance.scopes.findings import ColumnJudge, Findings
from conformance.scopes.sight import Sight, first_look, look
from conformance.scopes.truth import Permissions, Truth, truth_of
from conformance.subjects import ConfigurationError


def matrix_of(lab: Lab) -> Matrix:
    """The lab's own."""
    return lab.once("matrix", lambda: Matrix(lab))


def _called(column: Column) -> Hashable:
    return ("findings", column.key)


class Matrix:
    """All columns of one vendor."""

    def __init__(self, lab: Lab, denial: str | None = None) -> None:
        self.lab = lab
        self.truth: Truth = truth_of(lab, denial)
        self.columns = columns(lab) if denial is None else columns_under(lab, denial)
        self._removals = removals(lab)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def column_without(self, permission: str) -> Column:
        """The column of a credential that may do all but this one (and what is taken away together with it)."""
        every = frozenset(self.lab.facts.permissions)
        removal = next((one for one in self._removals if permission in one.permissions), None)
        held = every - (frozenset({permission}) if removal is None else removal.permissions)
        return next((column for column in self.columns if column.holds == held and column.state == "good"), Column("search", held))

    def findings(self, column: Column) -> Findings:
        return self._judged(column, lambda: look(self.lab, column))

    def _judged(self, column: Column, look: Callable[[], Sight]) -> Findings:
        return self.lab.once(_called(column), lambda: ColumnJudge(self.lab, self.truth, column, look()).findings())

    def seen(self, world: World, held: Sequence[str]) -> tuple[Session, str, Sight]:
        """A first look, in a world in which nothing has happened, with a credential that has these permissions; and that credential's
        id. If a column has the same ones, this was its look."""
        column = next((one for one in self.columns if one.state == "good" and one.holds == frozenset(held)), None)
        if column is None:
            return first_look(self.lab, world, held)
        with self.lab.named(_called(column)):
            session, credential_id, sight = first_look(self.lab, world, held)
        self._judged(column, lambda: sight)
        return session, credential_id, sight

    def can_read(self, held: Permissions, model: str, name: str | None = None) -> bool:
        """Whether a credential with these permissions gets all of this; asked by the search, so no truth is looked up.

        A set that no column has is asked of the probe alone when it is for one field: MTX-2 holds the probe to what syncs show.
        """
        every = frozenset(self.lab.facts.permissions)
        if len(every - held) == 1:
            return (model, name) in self.findings(self.column_without(*(every - held))).read
        column = next((column for column in self.columns if column.holds == held and column.state == "good"), None)
        if column is None and name is not None:
            return (model, name) in self._probed(held)
        return (model, name) in self.findings(column or Column("search", held)).read

    def answers(self, model: str, name: str | None) -> dict[Permissions, bool]:
        """What the columns have answered already. Several permissions that were taken away together are no question of the search."""
        together = {frozenset(self.lab.facts.permissions) - one.permissions for one in self._removals if len(one.permissions) > 1}
        good = [column for column in self.columns if column.state == "good" and column.holds not in together]
        return {column.holds: (model, name) in self.findings(column).read for column in good}

    def _probed(self, held: Permissions) -> frozenset[tuple[str, str | None]]:
        """What a probe calls readable."""

        def observe() -> frozenset[tuple[str, str | None]]:
            world = self.lab.world()
            try:
                session = world.connect(credential=self.lab.mint(world, sorted(held)).credential)
                return frozenset((one.model, one.field) for one in session.probe() if one.readable)
            except (SubjectCrashed, Stuck, ConfigurationError):
                return frozenset()
            finally:
                self.lab.close_world(world)

        return self.lab.once(("probed", held), observe)
