"""Docstrings of the functions that other modules call have their numpydoc sections."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("service/analyses", "service/imports", "service/store")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*paths: str) -> list[Path]:
    """The modules at or below each path."""
    files = []
    for path in (ROOT / path for path in paths):
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return files


def class_definitions(*trees: ast.Module) -> dict[str, ast.ClassDef]:
    """The classes of some modules by name."""
    return {
        node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)
    }


def overrides(method: str, owner: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    """True for a method that an ancestor of its class defines, and so documents."""
    ancestors = [
        classes[base.id]
        for base in owner.bases
        if isinstance(base, ast.Name) and base.id in classes
    ]
    return any(
        method in {node.name for node in ancestor.body if isinstance(node, Function)}
        or overrides(method, ancestor, classes)
        for ancestor in ancestors
    )


@cache
def package_classes() -> dict[str, ast.ClassDef]:
    return class_definitions(*(ast.parse(path.read_text()) for path in modules(*PACKAGES)))


def faults(source: str) -> list[str]:
    """What the docstrings of the public functions and methods in a module lack."""
    tree = ast.parse(source)
    classes = package_classes() | class_definitions(tree)
    faults = []
    for name, function, owner in public_functions(tree):
        if owner and not name.endswith("__init__") and overrides(function.name, owner, classes):
            continue
        if name.endswith("__init__"):
            assert owner is not None
            sections = numpydoc_sections(ast.get_docstring(owner))
        else:
            sections = numpydoc_sections(ast.get_docstring(function))
        documented = entry_names(sections.get("Parameters", ""))
        faults += [
            f"{name}: parameter {parameter} is not described"
            for parameter in parameters(function, is_method=owner is not None)
            if parameter not in documented
        ]
        if returns_a_value(function) and not {"Returns", "Yields"} & sections.keys():
            faults.append(f"{name}: has no section Returns")
        described = re.findall(r"\w+", sections.get("Raises", ""))
        faults += [
            f"{name}: {error} is not described"
            for error in sorted(errors_raised(function))
            if error not in described
        ]
    return faults


def public_functions(
    tree: ast.Module,
) -> Iterator[tuple[str, Function, ast.ClassDef | None]]:
    """Functions and methods whose names are public, with the class of a method."""
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node.name, node, None
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for member in node.body:
                if isinstance(member, Function) and (
                    member.name == "__init__" or not member.name.startswith("_")
                ):
                    yield f"{node.name}.{member.name}", member, node


def decorators(function: Function) -> set[str]:
    return {ast.unparse(decorator).split(".")[-1] for decorator in function.decorator_list}


def parameters(function: Function, *, is_method: bool) -> list[str]:
    """Names of the parameters that a caller passes."""
    arguments = function.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    if is_method and "staticmethod" not in decorators(function):
        names = names[1:]
    variadic = [argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument]
    return names + [argument.arg for argument in arguments.kwonlyargs] + variadic


def returns_a_value(function: Function) -> bool:
    """True unless the function returns None, or is an attribute to its callers."""
    if decorators(function) & {"property", "cached_property"}:
        return False
    return function.returns is not None and ast.unparse(function.returns) not in {
        "None",
        "NoReturn",
    }


def errors_raised(function: Function) -> set[str]:
    """Classes of the errors that the function itself raises, not those of nested functions."""
    errors = set()
    pending: list[ast.AST] = [*function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, Function | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func).split(".")[-1]
            errors |= {name} if name[0].isupper() else set()
        pending += ast.iter_child_nodes(node)
    return errors


def numpydoc_sections(docstring: str | None) -> dict[str, str]:
    """The text of each section of a docstring, by its title."""
    parts = re.split(r"(?m)^(\w[\w ]*)\n-{3,}$\n?", docstring or "")
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def entry_names(section: str) -> set[str]:
    """Names before the colons of the entries of a section."""
    names = set()
    for line in section.splitlines():
        if line and not line.startswith(" "):
            names |= {name.strip().lstrip("*") for name in line.split(" : ")[0].split(",")}
    return names


def test_public_functions_describe_parameters_results_and_errors():
    incomplete = {
        str(module.relative_to(ROOT)): faults(module.read_text()) for module in modules(*PACKAGES)
    }
    assert {module: lacking for module, lacking in incomplete.items() if lacking} == {}


COMPLETE = '''
class Store:
    """A store.

    Parameters
    ----------
    folder : Path
        Where it is.
    """

    def __init__(self, folder):
        self.folder = folder

    def rows(self, first: int, last: int) -> list[int]:
        """Rows of the table.

        Parameters
        ----------
        first, last : int
            The rows, both included.

        Returns
        -------
        list of int
            Their numbers.

        Raises
        ------
        RowError
            If there is no such row.
        """
        raise RowError(first)
'''


OVERRIDING = """
class Folder(Store):
    def rows(self, first: int, last: int) -> list[int]:
        return []
"""


def test_a_method_that_overrides_a_documented_one_needs_no_sections_of_its_own():
    assert faults(COMPLETE + OVERRIDING) == []
    assert len(faults(OVERRIDING)) == 3


def test_a_complete_docstring_has_no_fault():
    assert faults(COMPLETE) == []


@pytest.mark.parametrize(
    ("text", "replacement", "fault"),
    [
        ("first, last : int", "first : int", "Store.rows: parameter last is not described"),
        ("folder : Path", "path : Path", "Store.__init__: parameter folder is not described"),
        (
            "Returns\n        -------",
            "Result\n        ------",
            "Store.rows: has no section Returns",
        ),
        ("        RowError\n", "        ValueError\n", "Store.rows: RowError is not described"),
    ],
)
def test_a_missing_part_is_named(text, replacement, fault):
    assert text in COMPLETE
    assert faults(COMPLETE.replace(text, replacement)) == [fault]
