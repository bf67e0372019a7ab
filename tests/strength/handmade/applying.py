"""Puts one hand-made defect in place while its module is imported; no file is touched."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from types import ModuleType
from typing import Any

from tests.strength.handmade.rows import HandMade
from tests.strength.mutants import source_of


class _Loader(importlib.abc.Loader):
    def __init__(self, row: HandMade) -> None:
        self._row = row

    def create_module(self, spec: Any) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._row.source(), str(source_of(self._row.module)), "exec"), module.__dict__)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, row: HandMade) -> None:
        self._row = row

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._row.module:
            return None
        return importlib.util.spec_from_loader(name, _Loader(self._row), origin=str(source_of(name)))


def put_in_place(row: HandMade) -> None:
    """From now on the module is imported with this defect. It must not have been imported yet."""
    if row.module in sys.modules:
        raise RuntimeError(f"{row.module} is imported already")
    sys.meta_path.insert(0, _Finder(row))
