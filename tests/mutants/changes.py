"""Small changes that make a program wrong: what a test should notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

KINDS = ("comparison", "and/or", "arithmetic", "number", "condition", "statement")
SHOWN = 90
"""Characters of a change that are shown."""
_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_LEFT = ("annotation", "returns", "decorator_list")
"""Fields of the tree that are no behaviour of their own."""
_DROPPED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Return, ast.Delete, ast.Continue, ast.Break)


class Change(NamedTuple):
    """A change of a file; its number is its place among all changes of that file."""

    file: str
    number: int
    line: int
    last: int
    kind: str
    before: str
    after: str
    text: str
    """The line as it is."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.kind}: {self.before} -> {self.after}\n    {self.text}"


class _Place(NamedTuple):
    """Where a node hangs in its tree."""

    holder: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.holder, self.field, node)
        else:
            getattr(self.holder, self.field)[self.index] = node


def changes_of(file: str, source: str) -> list[Change]:
    """Return all changes of a file, in the order of its text."""
    lines = source.splitlines()
    found = ((node, kind, new) for place, node in _places(ast.parse(source)) for kind, new in _others(place, node))
    return [
        Change(
            *(file, number, node.lineno, node.end_lineno or node.lineno, kind, _shown(node)),
            "dropped" if kind == "statement" else _shown(new),
            lines[node.lineno - 1].strip(),
        )
        for number, (node, kind, new) in enumerate(found)
    ]


def changed(source: str, number: int) -> str:
    """Return the source with one of its changes."""
    tree = ast.parse(source)
    others = ((place, new) for place, node in _places(tree) for _, new in _others(place, node))
    place, new = next(found for at, found in enumerate(others) if at == number)
    place.put(new)
    return ast.unparse(ast.fix_missing_locations(tree))


def _places(node: ast.AST) -> Iterator[tuple[_Place, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if field in _LEFT or (field == "keywords" and isinstance(node, ast.ClassDef)):
            continue
        whole = not isinstance(value, list)
        for index, child in enumerate([value] if whole else value):
            if isinstance(child, ast.AST) and not _is_left(child):
                yield _Place(node, field, None if whole else index), child
                yield from _places(child)


def _is_left(node: ast.AST) -> bool:
    """Return whether a node is for people or the type checker: a text, an assertion, an import for types."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assert) or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")


def _others(place: _Place, node: Any) -> Iterator[tuple[str, Any]]:
    """Yield what may stand in place of a node, and of which kind that is."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            operators = [*node.ops[:index], _SWAPPED[type(operator)](), *node.ops[index + 1 :]]
            yield "comparison", ast.Compare(node.left, operators, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield "and/or", ast.BoolOp(_SWAPPED[type(node.op)](), node.values)
    elif isinstance(node, ast.BinOp) and type(node.op) in _SWAPPED and not _is_text(node.left):
        yield "arithmetic", ast.BinOp(node.left, _SWAPPED[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "number", ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)
    if place.field in ("test", "ifs"):
        yield "condition", ast.UnaryOp(ast.Not(), node)
    if _counts(place, node):
        yield "statement", ast.Pass()


def _counts(place: _Place, node: Any) -> bool:
    """Return whether a statement may be dropped: not one without which a name is unknown, or that ends what ends."""
    if isinstance(node, ast.Return) and isinstance(place.holder, ast.FunctionDef | ast.AsyncFunctionDef):
        return node is not place.holder.body[-1] or ast.unparse(node) not in ("return", "return None")
    return isinstance(node, _DROPPED) or (isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
