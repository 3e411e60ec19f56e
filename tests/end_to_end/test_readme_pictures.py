"""Every picture of the README is made by the command above it, and looks as it is kept."""

import numpy as np
import pytest
from PIL import Image

from tests.figures.readme import ROOT, commands, make, pictures


def test_every_picture_has_its_command():
    assert set(pictures()) == set(commands())


@pytest.mark.parametrize("name", commands())
def test_a_picture_is_made_again(name, demonstration, tmp_path):
    path = tmp_path / "picture.png"
    make(commands()[name], path, demonstration)
    with Image.open(path) as made, Image.open(ROOT / name) as kept:
        assert made.size == kept.size
        difference = np.abs(
            np.asarray(made.convert("RGB"), dtype=float)
            - np.asarray(kept.convert("RGB"), dtype=float)
        )
    assert difference.mean() < 1.0  # of 255: letters may be drawn a little otherwise elsewhere
