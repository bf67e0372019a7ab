"""What a credential may really read, from profile.yaml (`denied_by`), which is written from the vendor's facts and not from a manifest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from conformance.check import Cell
from conformance.fixture_models import FixtureError, Profile
from conformance.lab import Lab

Permissions = frozenset[str]


@dataclass(frozen=True)
class Truth:
    """The vendor's own answer to "what is missing?", for any set of permissions."""

    denied_by: Mapping[str, Mapping[str, Iterable[str]]]
    """Permission to what nobody can read without it ("Model" or "Model.field"), and what a diagnostic must then name."""
    hides: Mapping[str, Iterable[str]] = field(default_factory=dict)
    """Permission to patterns of others whose lack cannot be seen without it."""

    def needs(self, model: str, field: str | None = None) -> Permissions:
        """The permissions that the model, or the field beyond its model, cannot be read without."""
        target = model if field is None else f"{model}.{field}"
        return frozenset(name for name, denied in self.denied_by.items() if target in denied)

    def missing(self, held: Permissions, model: str, field: str | None = None) -> Permissions:
        """What a credential with these permissions lacks for it, in the words that a diagnostic must use."""
        target = model if field is None else f"{model}.{field}"
        return frozenset(
            named for name, denied in self.denied_by.items() if name not in held and target in denied for named in denied[target]
        )

    def is_named(self, missing: Permissions, named: Permissions) -> bool:
        """Whether a denial names what is missing: nothing else, and all of it that can be seen from outside."""
        hidden = {name for name in missing for gate in missing - {name} if any(fnmatchcase(name, one) for one in self.hides.get(gate, ()))}
        return bool(named) and missing - hidden <= named <= missing

    @property
    def readers(self) -> Permissions:
        """The permissions on which anything readable hangs."""
        return frozenset(name for name, denied in self.denied_by.items() if denied)


def truth_of(lab: Lab, denial: str | None = None) -> Truth:
    """What hangs on what; `denial`: when the vendor denies in that shape of profile.yaml.

    Raises FixtureError for permissions that the vendor does not have and cells that no card has.
    """
    profile: Profile = lab.profile
    place = lab.fixtures.folder / "profile.yaml"
    denied_by = {**profile.denied_by, **(profile.denials[denial].denied_by if denial is not None else {})}
    strange = sorted(set(denied_by) - set(lab.facts.permissions))
    if strange:
        raise FixtureError(f"{place}: denied_by names {', '.join(strange)}, which is no permission of the vendor")
    card = {*lab.fixtures.card.models, *(f"{model}.{name}" for model, names in lab.fixtures.card.models.items() for name in names)}
    unknown = sorted({target for denied in denied_by.values() for target in denied} - card)
    if unknown:
        raise FixtureError(f"{place}: denied_by names {', '.join(unknown)}, which stands on no card")
    return Truth(denied_by, profile.hides)


def promised_cells(lab: Lab) -> list[Cell]:
    """Every promised field of the models under test."""
    return [Cell("field", model, name) for model in lab.models for name in lab.promise.models[model].fields]
