"""Every error of ours has a status, and says the same after a journey between processes."""

import inspect
import pickle
from collections.abc import Iterator

import pytest

from service.http.problems import ROOTS, STATUS

WORD, NUMBER = "lsoa21", 7


def leaves(root: type[Exception]) -> Iterator[type[Exception]]:
    """Every class below a root that has none below itself."""
    below = root.__subclasses__()
    if not below:
        yield root
    for one in below:
        yield from leaves(one)


LEAVES = [leaf for root in ROOTS for leaf in leaves(root)]


def example(leaf: type[Exception]) -> Exception:
    """An error of a class, with a value of each parameter's type."""
    values = []
    for parameter in list(inspect.signature(leaf.__init__).parameters.values())[1:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        kind = str(parameter.annotation)
        if "tuple" in kind:
            values.append((WORD, "ward22") if "str" in kind else (3, 2))
        else:
            values.append(NUMBER if "int" in kind or "float" in kind else WORD)
    return leaf(*values)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_error_has_a_status(leaf):
    assert leaf in STATUS, f"service.errors.STATUS has no line for {leaf.__name__}"


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_error_survives_pickling_with_its_words(leaf):
    error = example(leaf)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is leaf
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_error_names_what_it_was_given(leaf):
    error = example(leaf)
    if error.args:
        assert WORD in str(error) or str(NUMBER) in str(error)
    assert str(error).strip()


def test_every_error_has_a_code_of_its_own():
    codes = [leaf.code for leaf in LEAVES]
    assert len(codes) == len(set(codes))
    assert all(code == code.lower() and " " not in code for code in codes)


def test_every_status_is_that_of_an_error_there_is():
    assert set(STATUS) <= set(LEAVES)


def test_every_error_stands_in_the_tree_of_its_module():
    missing = [
        f"{leaf.__name__} in {leaf.__module__}"
        for leaf in LEAVES
        if leaf.__name__ not in (inspect.getmodule(leaf).__doc__ or "")
    ]
    assert not missing
