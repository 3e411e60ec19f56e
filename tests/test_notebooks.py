"""The notebooks run from top to bottom on the demonstration county, and give what they keep."""

import os

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")

from tests.notebook_runs import NOTEBOOKS, demonstration, pictures, run, texts  # noqa: E402

MOST_BYTES = 400_000


@pytest.fixture(scope="module")
def address():
    with demonstration() as address:
        yield address


def test_there_are_four_notebooks():
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_and_small(path):
    assert path.stat().st_size <= MOST_BYTES
    assert len(nbformat.read(path, as_version=4).cells) <= 24


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_gives_the_outputs_that_it_keeps(path, address, tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("HOTSPOTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOTSPOTS_ADDRESS", address)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    kept, made = nbformat.read(path, as_version=4), run(path)
    outputs = [output for cell in made.cells for output in cell.get("outputs", ())]
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []
    assert texts(made) == texts(kept), "python -m tests.notebook_runs keeps new outputs"
    assert pictures(made) == pictures(kept) > 0
