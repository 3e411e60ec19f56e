"""Ranked lists and comparisons by command are those of HTTP, to the byte."""

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from tests.service import world

ANSWERS = {
    "ranked": (
        [world.DATASET, world.CELLS],
        f"/v1/tables/{world.DATASET}/ranked/{world.CELLS}",
        {"by": "rate", "denominator": "residents", "threshold": "5", "larger_layer": "district"},
    ),
    "harm": (
        [world.DATASET],
        f"/v1/tables/{world.DATASET}/harm",
        {"columns": "year", "denominator": "residents", "within": "district:D1"},
    ),
    "similar": (
        [world.DATASET, world.CELLS],
        f"/v1/tables/{world.DATASET}/similar/{world.CELLS}",
        {"area_group": "similar", "denominator": "residents", "code": "C00"},
    ),
    "measures": (
        ["similar", world.CELLS],
        f"/v1/measures/similar/{world.CELLS}",
        {"area_group": "similar", "measure": "residents", "code": "C00"},
    ),
    "comparison": (
        [world.DATASET],
        f"/v1/tables/{world.DATASET}/comparison",
        {
            "by": "layer:cell",
            "baseline_from": "2023-01",
            "baseline_to": "2023-12",
            "from": "2024-01",
            "to": "2024-12",
        },
    ),
}


@pytest.mark.parametrize("suffix", ["csv", "json"])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_by_command_is_that_of_http(county, client, name, suffix):
    words, address, query = ANSWERS[name]
    options = [f"--{key.replace('_', '-')}={value}" for key, value in query.items()]
    result = CliRunner().invoke(
        app,
        [name, *words, *options, "--format", suffix],
        env={"HOTSPOTS_DATA_DIR": str(county), "COLUMNS": "200"},
    )
    assert result.exit_code == 0, result.output
    over_http = client.get(address if suffix == "json" else f"{address}.{suffix}", params=query)
    assert over_http.status_code == 200, over_http.text
    assert result.stdout_bytes == over_http.content
