"""From method and path to a vendor's operation: a dictionary for fixed paths, a tree of segments for the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from mock_servers.engine.vendors import Operation


class MalformedPath(ValueError):
    """The path's percent-encoding is not UTF-8, or hides a NUL byte."""


@dataclass(slots=True)
class Endpoint:
    """All operations of one path, by method. HEAD is answered by GET unless the vendor says otherwise."""

    by_method: dict[str, Operation] = field(default_factory=dict)

    def get(self, method: str) -> Operation | None:
        operation = self.by_method.get(method)
        if operation is None and method == "HEAD":
            return self.by_method.get("GET")
        return operation

    @property
    def allow(self) -> str:
        methods = {*self.by_method, "OPTIONS"}
        return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


@dataclass(slots=True)
class Node:
    """One segment's possible continuations: exact ones first, then parameters, the most literal first."""

    exact: dict[str, Node] = field(default_factory=dict)
    parameters: list[tuple[str, str, str, Node]] = field(default_factory=list)
    """(literal before, literal after, name, node) of segments like "{id}" and "{id}.json"."""
    endpoint: Endpoint | None = None


Match = tuple[Endpoint, dict[str, str]]
Ending = tuple[str, str, str, Endpoint]
"""(literal before, literal after, name, endpoint) of a parameter in the last segment."""


class Routes:
    """Built once from a vendor's operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._fixed: dict[str, Match] = {}
        self._root = Node()
        for operation in operations:
            endpoint = self._endpoint(operation.path)
            if operation.method in endpoint.by_method:
                other = endpoint.by_method[operation.method].id
                raise ValueError(f"two operations for {operation.method} {operation.path}: {other} and {operation.id}")
            endpoint.by_method[operation.method] = operation
        self._ending_in_one: dict[str, list[Ending]] = dict(_ending_in_one(self._root, ()))

    def match(self, path: str) -> Match | None:
        """The endpoint of a still percent-encoded path, and its decoded parameters. Raises MalformedPath."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed[0], {}
        head, _, last = path.rpartition("/")
        if "%" not in path:
            for before, after, name, at_end in self._ending_in_one.get(head, ()):
                if len(last) > len(before) + len(after) and last.startswith(before) and last.endswith(after):
                    return at_end, {name: last[len(before) : len(last) - len(after)]}
        found: dict[str, str] = {}
        endpoint = _walk(self._root, [decoded(segment) for segment in path.split("/")], 0, found)
        return None if endpoint is None else (endpoint, found)

    def _endpoint(self, path: str) -> Endpoint:
        node = self._root
        for segment in path.split("/"):
            node = _child(node, segment)
        if node.endpoint is None:
            node.endpoint = Endpoint()
        if "{" not in path:
            self._fixed[path] = (node.endpoint, {})
        return node.endpoint


def decoded(text: str) -> str:
    """A percent-decoded part of a path. Raises MalformedPath."""
    if "%" not in text:
        return text
    try:
        plain = unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedPath("the path is not valid UTF-8") from error
    if "\0" in plain:
        raise MalformedPath("the path holds a NUL byte")
    return plain


def _child(node: Node, segment: str) -> Node:
    if "{" not in segment:
        return node.exact.setdefault(segment, Node())
    before, _, rest = segment.partition("{")
    name, _, after = rest.partition("}")
    for other_before, other_after, other_name, child in node.parameters:
        if (other_before, other_after, other_name) == (before, after, name):
            return child
    child = Node()
    node.parameters.append((before, after, name, child))
    node.parameters.sort(key=lambda parameter: -len(parameter[0]) - len(parameter[1]))
    return child


def _ending_in_one(node: Node, segments: tuple[str, ...]) -> Iterator[tuple[str, list[Ending]]]:
    """The fixed paths that go on with one segment more, which is a parameter: most requests for single records."""
    endings = [(before, after, name, child.endpoint) for before, after, name, child in node.parameters if child.endpoint is not None]
    if endings:
        yield "/".join(segments), endings
    for segment, child in node.exact.items():
        yield from _ending_in_one(child, (*segments, segment))


def _walk(node: Node, segments: list[str], depth: int, found: dict[str, str]) -> Endpoint | None:
    if depth == len(segments):
        return node.endpoint
    segment = segments[depth]
    exact = node.exact.get(segment)
    if exact is not None:
        endpoint = _walk(exact, segments, depth + 1, found)
        if endpoint is not None:
            return endpoint
    for before, after, name, child in node.parameters:
        if len(segment) > len(before) + len(after) and segment.startswith(before) and segment.endswith(after):
            endpoint = _walk(child, segments, depth + 1, found)
            if endpoint is not None:
                found[name] = segment[len(before) : len(segment) - len(after)]
                return endpoint
    return None
