"""The columns of the matrix: which credentials are tried, each set of permissions once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from conformance.fixture_models import CredentialProfile, FixtureError
from conformance.lab import Lab
from conformance.scopes.removals import Removal, of_reading
from conformance.scopes.truth import Permissions, truth_of
from conformance.subjects import ConfigurationError

State = Literal["good", "invalid", "expired", "revoked"]
BAD: tuple[State, ...] = ("invalid", "expired", "revoked")


@dataclass(frozen=True)
class Column:
    """One credential of the matrix."""

    name: str
    holds: Permissions
    state: State = "good"
    """invalid: a wrong secret; expired: before the sync; revoked: while the sync is under way."""
    also: tuple[str, ...] = ()
    """Other names of the same set of permissions."""
    denial: str | None = None
    """The shape in which the vendor denies (profile.yaml, `denials`); None: as ever."""

    @property
    def key(self) -> tuple[Permissions, str, str | None]:
        """What decides what is seen with it; the names do not."""
        return (self.holds, self.state, self.denial)


def columns(lab: Lab) -> tuple[Column, ...]:
    """FULL, NONE, the bad ones, FULL without each permission, each model's own set and that without each member, customers' ones.

    Permissions on which nothing readable hangs are taken away together: a subject that needs one of them is found there, and
    the search for the smallest set then says which.
    """
    if lab.credentials:
        return _merged(_asked(lab), [])
    return _merged(_good(lab), [Column(state.upper(), frozenset(lab.facts.permissions), state) for state in BAD])


def columns_under(lab: Lab, denial: str) -> tuple[Column, ...]:
    """FULL, and without each permission on which something readable hangs, when the vendor denies in that shape."""
    every, truth = frozenset(lab.facts.permissions), truth_of(lab, denial)
    less = [Column(f"FULL − {one.name}", every - one.permissions, denial=denial) for one in of_reading(truth, sorted(truth.readers))]
    return (Column("FULL", every, denial=denial), *less)


def removals(lab: Lab) -> tuple[Removal, ...]:
    """What is taken away from a credential that may do all, so that each permission that reads is lacking once."""
    readers = readers_of(lab)
    return of_reading(truth_of(lab), [name for name in lab.facts.permissions if name in readers])


def _asked(lab: Lab) -> Iterator[tuple[str, Permissions]]:
    yield "FULL", frozenset(lab.facts.permissions)
    for name, held in lab.credentials.items():
        yield name, known_permissions(lab, held)


def known_permissions(lab: Lab, names: Iterable[str]) -> Permissions:
    """Raises ConfigurationError for a name that is neither a permission nor a preset of the vendor."""
    held: set[str] = set()
    for name in names:
        if name not in lab.facts.permissions and name not in lab.facts.presets:
            near = difflib.get_close_matches(name, [*lab.facts.permissions, *lab.facts.presets], n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(lab.facts.permissions)}"
            raise ConfigurationError(f"{lab.vendor} has no permission {name!r}; {hint}")
        held |= {name} if name in lab.facts.permissions else set(lab.facts.presets[name])
    return frozenset(held)


def _good(lab: Lab) -> Iterator[tuple[str, Permissions]]:
    every, readers = frozenset(lab.facts.permissions), readers_of(lab)
    yield "FULL", every
    yield "NONE", frozenset()
    if every - readers:
        yield "ALL THAT READS", readers
    for removal in removals(lab):
        yield f"FULL − {removal.name}", every - removal.permissions
    for model in lab.models:
        own = declared(lab, model)
        yield f"only {model}", own
        for permission in sorted(own):
            yield f"only {model} − {permission}", own - {permission}
    for name, profile in lab.profile.credentials.items():
        yield name, frozenset(permissions_of(lab, profile))
    for name, preset in lab.facts.presets.items():
        yield f"preset {name}", frozenset(preset)


def _merged(good: Iterable[tuple[str, Permissions]], bad: list[Column]) -> tuple[Column, ...]:
    names: dict[Permissions, list[str]] = {}
    for name, held in good:
        names.setdefault(held, []).append(name)
    made = [Column(own[0], held, also=tuple(own[1:])) for held, own in names.items()]
    return (*made[:2], *bad, *made[2:])


def readers_of(lab: Lab) -> Permissions:
    """The permissions on which anything readable hangs: by the vendor's facts or by the manifest."""
    return truth_of(lab).readers | declared_readers(lab)


def declared_readers(lab: Lab) -> Permissions:
    return frozenset(need for model in lab.promise.models for need in declared(lab, model)) | frozenset(
        need for model in lab.promise.models.values() for item in model.fields.values() for need in item.needs
    )


def declared(lab: Lab, model: str, field: str | None = None) -> Permissions:
    """What the manifest says that it takes to read this; a field's set includes its model's."""
    promised = lab.promise.models[model]
    return frozenset(promised.needs) | (frozenset(promised.fields[field].needs) if field is not None else frozenset())


def permissions_of(lab: Lab, profile: CredentialProfile) -> list[str]:
    """What a customer's credential of profile.yaml holds. Raises FixtureError for a preset that the vendor does not have."""
    if profile.permissions is not None:
        return profile.permissions
    presets: Mapping[str, tuple[str, ...]] = lab.facts.presets
    if profile.preset is None or profile.preset not in presets:
        known = ", ".join(presets)
        raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: the vendor has no preset {profile.preset!r}; it has {known}")
    return list(presets[profile.preset])
