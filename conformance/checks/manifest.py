"""The promise itself: complete, consistent, and made of permissions and credentials that the vendor really has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from conformance import judge
from conformance.casework import broken, judged, one_case, same
from conformance.check import Cell, Check, Result
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.subjects import ConfigurationError


def _names_cases(lab: Lab) -> list[Cell]:
    models = [Cell("model", "", model) for model in {**lab.fixtures.card.models, **lab.promise.models}]
    actions = [Cell("case", "action", action) for action in {**lab.fixtures.card.actions, **lab.promise.actions}]
    return [*models, *actions, Cell("case", "", "features")]


def _names(lab: Lab) -> Iterator[Result]:
    """MAN-1."""
    card, promise = lab.fixtures.card, lab.promise
    for cell in _names_cases(lab):
        match cell:
            case Cell(kind="model", name=name):
                problem = _unequal(card.models.get(name, ()), promise.models[name].fields if name in promise.models else ())
            case Cell(owner="action", name=name):
                problem = _unequal(card.actions.get(name, ()), promise.actions[name].inputs if name in promise.actions else ())
                problem = problem or (None if name in promise.actions and name in card.actions else "it is only on one side")
            case _:
                problem = _unequal(card.features, promise.features)
        yield judged(cell, problem)


def _unequal(card: Iterable[str], promised: Iterable[str]) -> str | None:
    wanted, got = Counter(list(card)), Counter(list(promised))  # lists: a mapping would be taken for counts
    lacking, extra = sorted((wanted - got).elements()), sorted((got - wanted).elements())
    parts = [f"not promised: {', '.join(lacking)}"] if lacking else []
    parts += [f"promised, but not on the card: {', '.join(extra)}"] if extra else []
    return "; ".join(parts) or None


def _published(lab: Lab) -> Iterator[Result]:
    """MAN-2."""
    cell = Cell("case", "", "published")
    if lab.installed is None:
        yield Result(cell, Code.NOT_APPLICABLE, "no connector of this project is installed for the vendor")
        return
    yield judged(cell, _first_difference(lab.installed, lab.published, ""))


NAMED_GROUPS = frozenset({"models", "actions", "features", "fields"})
"""Where members are names on the card: MAN-1 judges whether they are all there."""


def _first_difference(installed: Any, published: Any, path: str) -> str | None:
    if isinstance(installed, Mapping) and isinstance(published, Mapping):
        shared = [name for name in installed if name in published]
        if path.rsplit(".", 1)[-1] not in NAMED_GROUPS and set(installed) != set(published):
            return f"{path or 'the manifest'} has other members: {', '.join(sorted(set(installed) ^ set(published)))}"
        found = (_first_difference(installed[name], published[name], f"{path}.{name}".lstrip(".")) for name in shared)
        return next((problem for problem in found if problem), None)
    return None if installed == published else f"{path}: the connector promises {installed!r}, the subject publishes {published!r}"


def _owners(lab: Lab) -> list[Cell]:
    return [
        *(Cell("model", "", model) for model in lab.promise.models),
        *(Cell("case", "action", action) for action in lab.promise.actions),
    ]


def _said(lab: Lab, cell: Cell) -> tuple[set[str], list[set[str]]]:
    """What a model or action needs by its own words, and what each of its fields or inputs does."""
    if cell.kind == "model":
        model = lab.promise.models[cell.name]
        return set(model.needs), [set(item.needs) for item in model.fields.values()]
    action = lab.promise.actions[cell.name]
    return set(action.needs), [set(item.needs) for item in action.inputs.values()]


def _needs(lab: Lab, cell: Cell) -> set[str]:
    own, parts = _said(lab, cell)
    return own.union(*parts)


def _known_permissions(lab: Lab) -> Iterator[Result]:
    """MAN-3."""
    known = set(lab.facts.permissions)
    for cell in _owners(lab):
        own, parts = _said(lab, cell)
        unknown = sorted(_needs(lab, cell) - known)
        # Whoever asks for the whole asks for one of its parts at least.
        untold = sorted(set.intersection(*parts) - own) if parts else []
        problem = f"the vendor has no permission {', '.join(unknown)}" if unknown else None
        yield judged(cell, problem or (f"it needs {', '.join(untold)} by each of its parts, and not by itself" if untold else None))


def _permission_list(lab: Lab) -> Iterator[Result]:
    """MAN-4."""
    needed = {need for cell in _owners(lab) for need in _needs(lab, cell)}
    yield judged(Cell("case", "", "permissions"), _unequal(needed, lab.promise.permissions))


def _credential(lab: Lab) -> Iterator[Result]:
    """MAN-5."""
    world = lab.world()
    yield judged(Cell("case", "", "credential"), _unequal(world.tenant.credential, [item.name for item in lab.promise.credential]))


def _dependencies(lab: Lab) -> Iterator[Result]:
    """MAN-6."""
    for cell in [Cell("model", "", model) for model in lab.promise.models]:
        unknown = sorted(set(lab.promise.models[cell.name].depends_on) - set(lab.promise.models))
        yield judged(cell, f"depends on {', '.join(unknown)}, which is not promised" if unknown else None)


def _refusal_cells(lab: Lab) -> list[Cell]:
    wrong = [f"setting {name}" for name in (*lab.promise.settings, *map(_written, (*lab.profile.settings_refused, *_no_switches(lab))))]
    return [Cell("connection", "refused", name) for name in ("no credential", "unknown setting", *wrong)]


NONSENSE: Any = {"no such": [{}]}
"""A value that no setting can have."""


SWITCHES: Mapping[str, str] = {"Sync Only Created Applications": "sync_only_created"}
"""A feature of the card to the setting of every connection that switches it on."""


def _no_switches(lab: Lab) -> list[dict[str, Any]]:
    """A text is no switch; taken for one, even "false" would be on."""
    own = [name for name, item in lab.promise.settings.items() if isinstance(item, bool)]
    return [{name: "false"} for name in (*own, *(name for feature, name in SWITCHES.items() if feature in lab.promise.features))]


def _written(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {judge.short(value)}" for name, value in settings.items())


def _refused(lab: Lab) -> Iterator[Result]:
    """MAN-7."""
    world = lab.world()
    settings = [
        {"no_such_setting": True},
        *({name: NONSENSE} for name in lab.promise.settings),
        *lab.profile.settings_refused,
        *_no_switches(lab),
    ]
    wrong: list[dict[str, Any]] = [{"credential": {}}, *({"settings": one} for one in settings)]
    for cell, given in zip(_refusal_cells(lab), wrong, strict=True):
        try:
            world.connect(**given)
        except ConfigurationError as error:
            yield judged(cell, None if str(error) else "it was refused without a word")
        else:
            yield broken(cell, "it was connected")


SLASH, CAPITALS = "a slash at its end", "its scheme in capitals"
EQUIVALENT: Mapping[str, Callable[[str], str]] = {SLASH: lambda url: f"{url}/", CAPITALS: lambda url: url.replace("http", "HTTP", 1)}
"""Other ways to write the same address: they must work."""


def _address_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "address", name) for name in (*EQUIVALENT, *lab.profile.base_urls)]


def _addresses(lab: Lab) -> Iterator[Result]:
    """MAN-8."""
    for cell in _address_cells(lab):
        world = lab.world()
        write = EQUIVALENT.get(cell.name, lambda url, form=cell.name: form.replace("{base_url}", url))
        try:
            session = world.connect(base_url=write(world.tenant.base_url))
        except ConfigurationError as error:
            # Who does not understand what was pasted may say so at once.
            yield judged(cell, f"it was refused: {error}" if cell.name in EQUIVALENT else None)
            continue
        outcome = session.sync()
        if outcome.state != "SUCCEEDED":
            yield broken(cell, f"the sync ended {outcome.state}: {outcome.error}")
        else:
            # Links may begin as the address was written, in capitals.
            yield judged(cell, None if cell.name == CAPITALS else same(lab, lab.calm.snapshot, session.snapshot()))


PASTED = Cell("connection", "credential", "an end of line behind each value")


def _pasted(lab: Lab) -> Iterator[Result]:
    """MAN-9."""
    world = lab.world()
    try:
        outcome = world.connect(credential={name: f"{value}\n" for name, value in world.tenant.credential.items()}).sync()
    except ConfigurationError as error:
        yield broken(PASTED, f"it was refused: {error}")
    else:
        yield judged(PASTED, None if outcome.state == "SUCCEEDED" else f"the sync ended {outcome.state}: {outcome.error}")


def _chosen_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "credential", f"a blank behind the {name}") for name in lab.profile.chosen_by_people or ("password",)]


def _chosen(lab: Lab) -> Iterator[Result]:
    """MAN-10."""
    if not lab.profile.chosen_by_people:
        yield Result(_chosen_cells(lab)[0], Code.NOT_APPLICABLE, "nothing of the vendor's credential is chosen by people")
        return
    for cell, (name, settings) in zip(_chosen_cells(lab), lab.profile.chosen_by_people.items(), strict=True):
        world = lab.world()
        # Another one than the right one, so that it has to be refused: unless somebody takes the blank away.
        longer = {**world.tenant.credential, name: f"{world.tenant.credential[name]} "}
        state = world.connect(credential=longer, settings=settings).sync().state
        text = f"with another {name} than the right one the sync ended {state}: it is changed before it is used"
        yield judged(cell, None if state == "AUTHENTICATION_FAILED" else text)


OURS = "design of this suite: one promise, four readers"
CHECKS = (
    Check("MAN-1", "The manifest promises exactly the models, fields, actions, inputs and features on the connector's card.",
          "the vendor's card in the unified API's documentation", _names_cases, _names),
    Check("MAN-2", "What the subject publishes is what the installed connector promises, cell by cell.", OURS,
          one_case("case", "published"), _published),
    Check("MAN-3", "Every permission that a promise needs is one that the vendor has, by its own name; what all its parts need, the whole needs.", OURS,
          _owners, _known_permissions),
    Check("MAN-4", "The manifest's list of permissions is exactly what its models, fields, actions and inputs need.", OURS,
          one_case("case", "permissions"), _permission_list),
    Check("MAN-5", "The manifest asks for exactly the values that a credential of the vendor consists of.", OURS,
          one_case("case", "credential"), _credential),
    Check("MAN-6", "A model depends only on models that are promised, too.", OURS,
          lambda lab: [Cell("model", "", model) for model in lab.promise.models], _dependencies),
    Check("MAN-7", "What can never work is refused when connecting: no credential, a setting that nobody knows, a value that a setting cannot have.", OURS,
          _refusal_cells, _refused),
    Check("MAN-8", "An address that is written in another way works as ever, or is refused when connecting if it is not the same one.",
          "RFC 3986, 6.2; fixtures: profile.yaml, base_urls", _address_cells, _addresses, stage="then"),
    Check("MAN-9", "An end of line that copying leaves behind a value of the credential is no part of it.", "RFC 9110, 5.5: no header has one",
          one_case("connection", PASTED.name, PASTED.owner), _pasted, level="SHOULD", stage="then"),
    Check("MAN-10", "What a person chose, a password, is used to its last letter, be it a blank.", "NIST SP 800-63B-4, 3.1.1.2",
          _chosen_cells, _chosen, stage="then"),
)  # fmt: skip
