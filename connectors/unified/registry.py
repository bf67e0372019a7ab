"""Finds the connectors that are installed: every folder in connectors/ that holds a manifest.py."""

from __future__ import annotations

import importlib
import pkgutil

import connectors
from connectors.unified.connector import ConnectorFactory
from connectors.unified.manifest import Manifest

SHARED = frozenset({"unified", "transport", "hub"})
"""The folders in connectors/ that belong to no vendor."""


def installed() -> dict[str, Manifest]:
    """The manifest of every installed connector, by vendor name, in alphabetical order."""
    found = {}
    for module in sorted(pkgutil.iter_modules(connectors.__path__), key=lambda module: module.name):
        if not module.ispkg or module.name in SHARED:
            continue
        manifest = importlib.import_module(f"connectors.{module.name}.manifest").MANIFEST
        found[manifest.vendor] = manifest
    return found


def factory(vendor: str) -> ConnectorFactory:
    """`connect` of one vendor's connector.

    Raises:
        KeyError: no connector of that name; the message lists those there are.
    """
    known = installed()
    if vendor not in known:
        raise KeyError(f"no connector for {vendor!r}; installed: {', '.join(known) or 'none'}")
    connect: ConnectorFactory = importlib.import_module(f"connectors.{vendor}.connector").connect
    return connect
