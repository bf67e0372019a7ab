"""Defects by machine: one small change in the code of our own connectors or hub, as mutation testers make them.

A mutant is applied while its module is imported, in a process of its own; no file is touched.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutant:
    """One change. `number` counts the places of the module at which anything can be changed."""

    module: str
    number: int
    where: str
    """Function or table."""
    line: int
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line} {self.where}: {self.before} → {self.after}"

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """The same change after lines have moved."""
        return (self.module, self.where, self.before, self.after)


Change = Callable[[], ast.AST]
"""Makes the node that takes the old one's place."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip


LIMIT = 10
"""Greater numbers are seconds, bytes, tries and page sizes: one more of them is nobody's defect. Statuses stand in sets, which lose members."""
WORDS = frozenset({"detail", "remedy", "message", "operation", "note", "repr"})
"""Keywords of what is said to people only."""


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that may stand in the place of a node."""
    yield from _of_conditions(node)
    yield from _of_values(node)
    yield from _of_collections(node)


def _of_conditions(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARISONS:
            changed = copy.deepcopy(node)
            changed.ops = [COMPARISONS[type(operator)]()]
            yield changed
        case ast.BoolOp(op=operator, values=values):
            changed_op = copy.deepcopy(node)
            changed_op.op = ast.And() if isinstance(operator, ast.Or) else ast.Or()
            yield changed_op
            yield copy.deepcopy(values[0])
            yield copy.deepcopy(values[-1])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield copy.deepcopy(operand)
        case ast.IfExp(body=body, orelse=orelse):
            yield copy.deepcopy(body)
            yield copy.deepcopy(orelse)


def _of_values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(op=operator) if type(operator) in ARITHMETIC and not _text(node):
            changed = copy.deepcopy(node)
            changed.op = ARITHMETIC[type(operator)]()
            yield changed
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)) if value < LIMIT:
            yield ast.Constant(value + 1)
        case ast.Return(value=value) if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Call(keywords=[*_, last]) if last.arg is not None and last.arg not in WORDS:
            changed_call = copy.deepcopy(node)
            changed_call.keywords = changed_call.keywords[:-1]
            yield changed_call


def _of_collections(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Dict(keys=keys) if len(keys) > 1:
            yield from _without_an_entry(node)
            yield from _with_two_values_swapped(node)
        case ast.Set(elts=members) | ast.Tuple(elts=members, ctx=ast.Load()) if len(members) > 1 and all(map(_is_plain, members)):
            yield from _without_a_member(node)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            if len(node.generators) == 1 and node.generators[0].ifs:
                changed = copy.deepcopy(node)
                changed.generators[0].ifs = []
                yield changed
        case ast.Subscript(slice=ast.Slice(lower=lower, upper=upper)) if lower is not None or upper is not None:
            yield copy.deepcopy(node.value)


def _text(node: ast.BinOp) -> bool:
    return any(
        isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in (node.left, node.right)
    )


def _without_an_entry(node: ast.Dict) -> Iterator[ast.AST]:
    for place in range(len(node.keys)):
        changed = copy.deepcopy(node)
        del changed.keys[place], changed.values[place]
        yield changed


def _is_plain(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | str) and not isinstance(node.value, bool)


def _without_a_member(node: ast.Set | ast.Tuple) -> Iterator[ast.AST]:
    for place in range(len(node.elts)):
        changed = copy.deepcopy(node)
        del changed.elts[place]
        yield changed


def _with_two_values_swapped(node: ast.Dict) -> Iterator[ast.AST]:
    for place in range(len(node.keys) - 1):
        changed = copy.deepcopy(node)
        changed.values[place], changed.values[place + 1] = changed.values[place + 1], changed.values[place]
        yield changed


class _Places(ast.NodeVisitor):
    """All places in a module, in the order of its text, with the function in which each stands."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.AST, str]] = []
        self._inside: list[str] = []

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.AnnAssign | ast.arg):
            if isinstance(node, ast.AnnAssign) and node.value is not None:
                self._named(getattr(node.target, "id", ""), lambda: self.visit(node.value))  # type: ignore[arg-type]
            return
        if _speaks(node) or (isinstance(node, ast.FunctionDef) and node.name in ("__repr__", "close")):
            return
        self.found.append((node, self._inside[-1] if self._inside else "module"))
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                self._named(name, lambda: self._body(node))
            case ast.Assign(targets=[ast.Name(id=name)]):
                self._named(name, lambda: self.generic_visit(node))
            case _:
                self.generic_visit(node)

    def _named(self, name: str, visit: Callable[[], None]) -> None:
        self._inside.append(name)
        visit()
        self._inside.pop()

    def _body(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)


def _speaks(node: ast.AST) -> bool:
    """What is only said to people (docstrings, raised texts, formatted messages) or to the machine (imports, how a class keeps its
    members, giving back sockets)."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert):
        return True
    if isinstance(node, ast.IfExp) and any(isinstance(part, ast.JoinedStr) for part in (node.body, node.orelse)):
        return True
    called = node.value if isinstance(node, ast.Expr) else node
    match called:
        case ast.Call(func=ast.Name(id="field")) | ast.Call(func=ast.Attribute(attr="close"), args=[]):
            return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def source_of(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _mutations(tree: ast.Module) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    places = _Places()
    places.visit(tree)
    for node, where in places.found:
        for changed in changes(node):
            yield node, where, changed


def mutants_of(module: str) -> list[Mutant]:
    """Every mutant of a module."""
    found = []
    for number, (node, where, changed) in enumerate(_mutations(ast.parse(source_of(module).read_text("utf-8")))):
        before, after = (" ".join(ast.unparse(one).split()) for one in (node, changed))
        found.append(Mutant(module, number, where, getattr(node, "lineno", 0), _short(before, after), _short(after, before)))
    return found


def _short(text: str, other: str, most: int = 90) -> str:
    """The part in which two texts differ."""
    start = next((place for place, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), min(len(text), len(other)))
    start = max(0, start - 30)
    return ("…" if start else "") + text[start : start + most] + ("…" if len(text) > start + most else "")


def sample(modules: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """So many mutants, drawn evenly over the functions of the modules, the same ones for the same seed and code."""
    generator = random.Random(seed)
    by_place: dict[tuple[str, str], list[Mutant]] = {}
    for module in modules:
        for mutant in mutants_of(module):
            by_place.setdefault((module, mutant.where), []).append(mutant)
    places = sorted(by_place)
    generator.shuffle(places)
    drawn: list[Mutant] = []
    while places and len(drawn) < count:
        for place in list(places):
            if not by_place[place]:
                places.remove(place)
            elif len(drawn) < count:
                drawn.append(by_place[place].pop(generator.randrange(len(by_place[place]))))
    return drawn


# ---------------------------------------------------------------------------------------------------------- applying


class _Loader(importlib.abc.Loader):
    def __init__(self, path: Path, number: int) -> None:
        self._path, self._number = path, number

    def create_module(self, spec: Any) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        tree = ast.parse(self._path.read_text("utf-8"))
        old, _, new = next(found for number, found in enumerate(_mutations(tree)) if number == self._number)
        changed = ast.fix_missing_locations(_Swap(old, ast.copy_location(new, old)).visit(tree))
        exec(compile(changed, str(self._path), "exec"), module.__dict__)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self._new if node is self._old else self.generic_visit(node)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutant: tuple[str, int]) -> None:
        self._module, self._number = mutant

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._module:
            return None
        return importlib.util.spec_from_loader(name, _Loader(source_of(name), self._number), origin=str(source_of(name)))


def apply(module: str, number: int) -> None:
    """From now on the module is imported with this change. It must not have been imported yet."""
    if module in sys.modules:
        raise RuntimeError(f"{module} is imported already")
    sys.meta_path.insert(0, _Finder((module, number)))
