"""Tables of simulations: written where the document has a place for them, and read again."""

import pytest

from tests.simulations.all_simulations import SIMULATIONS
from tests.simulations.tables import SimulationTable, documented, percent, share, write

TABLE = SimulationTable(("null", "any class"), (("uniform", "4.0 %"), ("residents", "11.0 %")))


def test_a_table_is_read_as_it_was_written(tmp_path):
    document = tmp_path / "methods.md"
    document.write_text("Before\n\n<!-- simulation a -->\n<!-- end of simulation a -->\n\nAfter\n")
    for _ in range(2):
        write("a", TABLE, document=document)
    assert documented("a", document=document) == TABLE
    assert document.read_text().startswith("Before\n\n<!-- simulation a -->\n\n| null |")
    assert document.read_text().endswith("<!-- end of simulation a -->\n\nAfter\n")


def test_a_document_without_a_place_is_refused(tmp_path):
    document = tmp_path / "methods.md"
    document.write_text("Nothing")
    with pytest.raises(ValueError, match="no place"):
        write("a", TABLE, document=document)
    with pytest.raises(ValueError, match="no table"):
        documented("a", document=document)


def test_a_share_is_read_as_it_was_written():
    assert share(percent(0.043)) == pytest.approx(0.043)


def test_every_simulation_has_its_table_in_the_document():
    for simulation in SIMULATIONS:
        table = documented(simulation.name, document=simulation.document)
        assert table.rows, simulation.name
