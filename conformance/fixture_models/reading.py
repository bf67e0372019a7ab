"""Reading a fixture file: every problem with its place."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from conformance.fixture_models.actions import ActionCases
from conformance.fixture_models.base import FixtureError, Strict
from conformance.fixture_models.profile import Profile
from conformance.fixture_models.truth import Card, Expected, Perturbations


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # which of both is known at run time only
    """YAML without its traps: times stay texts, only true and false are booleans (NO is Norway), no key stands twice."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    made: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in made:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands there twice", key_node.start_mark)
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _times(loader: _Loader, node: yaml.Node) -> str:
    """`!times [3, "ab"]` is "ababab": a text that is long may be written short."""
    found = loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else []
    match found:
        case [int(times), str(text)]:
            return text * times
    raise yaml.constructor.ConstructorError(None, None, "!times wants [a whole number, a text]", node.start_mark)


_Loader.add_constructor("!times", _times)


def read_yaml(path: Path) -> Any:
    """The file's content. Raises FixtureError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FixtureError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        raise FixtureError(f"{path}: not YAML: {error}") from error


def load(path: Path, shape: Any) -> Any:
    """The file as `shape` (one of the types above). Raises FixtureError listing every problem with its place."""
    content = read_yaml(path)
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        problems = "\n".join(f"  {_place(problem['loc'])}: {_advice(problem)}" for problem in error.errors())
        raise FixtureError(f"{path}: {error.error_count()} problem(s)\n{problems}") from error


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(top)"


def _advice(problem: Any) -> str:
    if problem["type"] != "extra_forbidden":
        return str(problem["msg"]).removeprefix("Value error, ")
    written = str(problem["loc"][-1])
    near = difflib.get_close_matches(written, sorted(_members()), n=1)
    return f"unknown member {written!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _members() -> set[str]:
    """Every member name of every format: close enough to guess a slip."""
    names: set[str] = set()
    for made in Strict.__subclasses__():
        names |= {field.alias or name for name, field in made.model_fields.items()}
    return names


def load_expected(folder: Path) -> Expected:
    return load(folder / "expected.yaml", Expected)  # type: ignore[no-any-return]


def load_perturbations(folder: Path) -> Perturbations:
    return load(folder / "perturbations.yaml", Perturbations)  # type: ignore[no-any-return]


def load_actions(folder: Path) -> ActionCases:
    return load(folder / "actions.yaml", ActionCases)  # type: ignore[no-any-return]


def load_profile(folder: Path) -> Profile:
    return load(folder / "profile.yaml", Profile)  # type: ignore[no-any-return]


def load_card(vendor_folder: Path) -> Card:
    return load(vendor_folder / "card.yaml", Card)  # type: ignore[no-any-return]
