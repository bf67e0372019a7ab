"""The scope config: which promised models, fields and actions are let in, and the error codes of those that are not.

The rule: available is what the manifest promises, unless it is DISABLED, or OPTIONAL and the customer opted out
(OPTED_OUT), or depends on a model that is off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from connectors.unified.connector import Diagnostic, Wanted
from connectors.unified.manifest import Manifest
from connectors.unified.models import IDENTITY
from connectors.unified.service import ConfigurationError

Setting = Literal["ENABLED", "DISABLED", "OPTIONAL", "OPTED_OUT"]
SETTINGS: frozenset[str] = frozenset({"ENABLED", "DISABLED", "OPTIONAL", "OPTED_OUT"})
OFF = frozenset({"DISABLED", "OPTED_OUT"})


@dataclass(frozen=True)
class Scope:
    """What one integration lets in."""

    manifest: Manifest
    models: frozenset[str]
    """The models that are on."""
    fields: Wanted
    """Every model that is on, to those of its fields that are on and that a connector fills."""
    actions: frozenset[str]

    @cached_property
    def promised(self) -> Mapping[str, frozenset[str]]:
        """Every model of the manifest, on or off, to the fields that a connector may fill."""
        return {model.name: frozenset(field.name for field in model.fields) - set(IDENTITY) for model in self.manifest.models}

    def fields_off(self) -> Iterable[tuple[str, str]]:
        """(model, field) for every promised field that is off in a model that is on."""
        for model in self.manifest.models:
            if model.name in self.models:
                for field in model.fields:
                    if field.name not in IDENTITY and field.name not in self.fields[model.name]:
                        yield model.name, field.name

    def models_off(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.manifest.models if model.name not in self.models)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """One for everything that is promised and off, so that its null can be told from an empty value."""
        remedy = "enable it in the scope config"
        off: list[tuple[str, str | None]] = [(model, None) for model in self.models_off()]
        return tuple(
            Diagnostic(model, "disabled_by_scope_config", field=field, remedy=remedy) for model, field in [*off, *self.fields_off()]
        )


def resolve(manifest: Manifest, config: Mapping[str, Any]) -> Scope:
    """The scope that a config means for one vendor.

    Raises:
        ConfigurationError: a name that the manifest does not promise, or a setting that does not exist.
    """
    _known("scope config", config, ("models", "fields", "actions"))
    models = _settings("models", config, [model.name for model in manifest.models])
    fields = _settings("fields", config, [f"{model.name}.{field.name}" for model in manifest.models for field in model.fields])
    actions = _settings("actions", config, [action.name for action in manifest.actions])
    for name, setting in fields.items():
        if setting in OFF and name.rpartition(".")[2] in IDENTITY:
            raise ConfigurationError(f"scope config: {name} cannot be turned off, it identifies the record")
    on = _with_dependencies(manifest, {model.name for model in manifest.models if models.get(model.name) not in OFF})
    return Scope(
        manifest=manifest,
        models=frozenset(on),
        fields={
            model.name: frozenset(
                field.name for field in model.fields if field.name not in IDENTITY and fields.get(f"{model.name}.{field.name}") not in OFF
            )
            for model in manifest.models
            if model.name in on
        },
        actions=frozenset(action.name for action in manifest.actions if actions.get(action.name) not in OFF),
    )


def _settings(part: str, config: Mapping[str, Any], promised: list[str]) -> dict[str, Setting]:
    chosen = config.get(part, {})
    if not isinstance(chosen, Mapping):
        raise ConfigurationError(f"scope config: {part} must map names to settings, not {type(chosen).__name__}")
    _known(f"scope config: {part}", chosen, promised)
    for name, setting in chosen.items():
        if setting not in SETTINGS:
            raise ConfigurationError(f"scope config: {part}: {name} is {setting!r}; expected one of {', '.join(sorted(SETTINGS))}")
    return dict(chosen)


def _known(where: str, given: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigurationError(f"{where}: unknown {', '.join(unknown)}; there are {', '.join(known)}")


def _with_dependencies(manifest: Manifest, on: set[str]) -> set[str]:
    """Without the models whose own models are off, and theirs in turn."""
    while True:
        left = {name for name in on if set(manifest.model(name).depends_on) <= on}
        if left == on:
            return on
        on = left
