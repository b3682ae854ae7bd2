"""The docstrings below the fields of a class: the one place where a field of an event or a message is explained."""

from __future__ import annotations

import ast
import inspect
import textwrap

import msgspec


def own_field_docs(class_: type) -> dict[str, str]:
    """Return the docstring below each field that stands in the source of a class, by the field's name."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(class_))).body
    assert isinstance(tree, ast.ClassDef), "a class's source is a class"
    docs: dict[str, str] = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = " ".join(text.split())
    return docs


def field_docs(type_: type[msgspec.Struct]) -> dict[str, str]:
    """Return the docstring below each field of a class and of its base classes, by the field's name in JSON."""
    docs: dict[str, str] = {}
    encoded = dict(zip(type_.__struct_fields__, type_.__struct_encode_fields__, strict=True))
    for base in reversed(type_.__mro__):
        if not issubclass(base, msgspec.Struct) or base is msgspec.Struct:
            continue
        docs |= {encoded[name]: text for name, text in own_field_docs(base).items()}
    return docs
