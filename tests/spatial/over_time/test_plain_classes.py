"""The four plain classes, read off runs."""

import itertools

import numpy as np
import pytest

from spatial.errors import InvalidValuesError
from spatial.over_time.plain_classes import NEVER, PLAIN_CLASSES, plain_classes, recent_steps

LETTERS = {"H": 1, "C": -1, ".": 0}
RUNS = [
    ("HHHHHHHHHHHH", "persistent hot spot"),
    ("HHHHHHHHHHH.", "persistent hot spot"),
    (".HHHHHHHHHHH", "persistent hot spot"),
    ("..HHHHHHHHHH", "emerging hot spot"),
    ("...........H", "emerging hot spot"),
    ("C..........H", "emerging hot spot"),
    ("....HH....HH", "intermittent hot spot"),
    (".........HH.", "intermittent hot spot"),
    ("H..........H", "intermittent hot spot"),
    ("HHHHHHHHH...", "former hot spot"),
    ("....H.......", "former hot spot"),
    ("CCCCCCCCCCCC", "persistent cold spot"),
    ("HHH......CCC", "emerging cold spot"),
    ("C.C.C.C.C.C.", "intermittent cold spot"),
    ("HHC.........", "former cold spot"),
    ("............", NEVER),
]


@pytest.mark.parametrize(("run", "expected"), RUNS)
def test_a_run_has_its_plain_class(run, expected):
    assert plain_classes([[LETTERS[letter] for letter in run]]).tolist() == [expected]


def slow_class(run):
    """The definitions, read one after the other."""
    letters = run.replace(".", "")
    if not letters:
        return NEVER
    letter = letters[-1]
    name = "hot" if letter == "H" else "cold"
    recent = run[-recent_steps(len(run)) :]
    if letter not in recent:
        kind = "former"
    elif run.count(letter) / len(run) >= 0.9:
        kind = "persistent"
    elif run.endswith(letter * run.count(letter)):
        kind = "emerging"
    else:
        kind = "intermittent"
    return f"{kind} {name} spot"


@pytest.mark.parametrize("steps", [1, 4, 7])
def test_every_run_has_the_class_that_its_definition_gives(steps):
    runs = ["".join(letters) for letters in itertools.product("HC.", repeat=steps)]
    classes = plain_classes([[LETTERS[letter] for letter in run] for run in runs])
    assert classes.tolist() == [slow_class(run) for run in runs]
    assert steps < 7 or set(classes) == set(PLAIN_CLASSES)


def test_other_values_are_refused():
    for wrong in ([[2]], [1], np.zeros((3, 0))):
        with pytest.raises(InvalidValuesError):
            plain_classes(wrong)
