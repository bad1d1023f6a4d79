"""Rules about the shape of modules: layer purity, empty packages, length, docstrings."""

from __future__ import annotations

import ast

from tests.house.sources import Source, docstrings

LONGEST_FUNCTION = 60
VOCABULARY = ("Access", "Choice", "Field", "Layer", "Style", "Text")
# What a declaration may be made of.
PURE = (
    ast.Call,
    ast.Constant,
    ast.Load,
    ast.Name,
    ast.Tuple,
    ast.UnaryOp,
    ast.USub,
    ast.keyword,
)


def impure_layer(source: Source) -> list[str]:
    """Complain unless the module is imports, texts and one ``LAYER = Layer(...)``."""
    complaints, layers = [], 0
    for node in source.tree.body:
        if isinstance(node, ast.Expr) and node.value in docstrings(source.tree):
            continue
        if isinstance(node, ast.ImportFrom) and node.module in ("layers.spec", "layers.codes"):
            continue
        match node:
            case ast.Assign(targets=[ast.Name("LAYER")], value=ast.Call(func=ast.Name("Layer"))):
                layers += 1
                complaints += impure_parts(source, node.value)
            case ast.Assign(targets=[ast.Name(name)], value=ast.Constant(str())) if name.isupper():
                continue
            case _:
                complaints.append(source.complaint(node.lineno, "is more than a declaration"))
    if layers != 1:
        complaints.append(source.complaint(1, f"declares LAYER {layers} times"))
    return complaints


def impure_parts(source: Source, value: ast.expr) -> list[str]:
    """Complain about anything computed inside a declaration."""
    complaints = []
    for node in ast.walk(value):
        if not isinstance(node, PURE):
            line = getattr(node, "lineno", value.lineno)
            complaints.append(source.complaint(line, f"computes: {type(node).__name__}"))
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name not in VOCABULARY:
                complaints.append(source.complaint(node.lineno, f"calls {name or 'something'}"))
    return complaints


def crowded_package(source: Source) -> list[str]:
    """Complain about anything but a docstring in an ``__init__.py``."""
    allowed = list(docstrings(source.tree))
    return [
        source.complaint(node.lineno, "only a docstring belongs in __init__.py")
        for node in source.tree.body
        if not (isinstance(node, ast.Expr) and node.value in allowed)
    ]


def long_functions(source: Source) -> list[str]:
    """Complain about functions longer than a reader wants to hold in mind."""
    return [
        source.complaint(node.lineno, f"{node.name} has {length} lines")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]


def undocumented(source: Source) -> list[str]:
    """Complain about modules, public classes' methods and public functions without docstring.

    Properties and fields of data classes speak by their names.
    """
    complaints = [] if ast.get_docstring(source.tree) else [source.complaint(1, "no docstring")]
    functions = [node for node in source.tree.body if isinstance(node, ast.FunctionDef)]
    for holder in source.tree.body:
        if isinstance(holder, ast.ClassDef) and not holder.name.startswith("_"):
            functions += [
                node
                for node in holder.body
                if isinstance(node, ast.FunctionDef) and not node.decorator_list
            ]
    return complaints + [
        source.complaint(node.lineno, f"{node.name} has no docstring")
        for node in functions
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
