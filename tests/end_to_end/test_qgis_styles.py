"""The styles of the areas as QGIS converts them: every class keeps its colour."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.test_qgis import SYSTEM_PYTHON, qgis_environment
from tests.service import world

# Reads a style and writes the expression of each layer's colour, run by the system's Python.
CONVERT = """
import json, sys
from qgis.core import QgsApplication, QgsMapBoxGlStyleConverter, QgsSymbolLayer
app = QgsApplication([], False)
app.initQgis()
converter = QgsMapBoxGlStyleConverter()
done = converter.convert(json.load(sys.stdin))
found = {"done": int(done), "warnings": converter.warnings(), "colours": {}}
for style in converter.renderer().styles():
    properties = style.symbol().symbolLayer(0).dataDefinedProperties()
    colour = properties.property(QgsSymbolLayer.PropertyFillColor)
    found["colours"][style.styleName()] = colour.expressionString()
print("FOUND " + json.dumps(found))
"""
LAYERS = {
    "choropleth": f"/v1/choropleths/{world.DATASET}/{world.CELLS}",
    "hotspots": f"/v1/hotspots/{world.DATASET}/{world.CELLS}",
    "emerging": f"/v1/hotspots/{world.DATASET}/{world.CELLS}/emerging",
}


@pytest.mark.skipif(not Path(SYSTEM_PYTHON).exists(), reason=f"there is no {SYSTEM_PYTHON}")
@pytest.mark.parametrize("name", LAYERS)
def test_qgis_gives_every_class_the_colour_of_the_legend(county, serve, tmp_path, name):
    program = serve(county)
    style = program.get(f"{LAYERS[name]}/style.json")[1]
    legend = json.loads(program.get(f"{LAYERS[name]}/legend.json")[1])
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", CONVERT],
        input=style.decode(),
        env=qgis_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "No module named 'qgis'" in done.stderr:
        pytest.skip("python3-qgis is not installed")
    assert done.returncode == 0, done.stderr[-2_000:]
    found = json.loads(re.search("^FOUND (.+)$", done.stdout, re.MULTILINE)[1])
    assert (found["done"], found["warnings"]) == (0, [])
    expression = found["colours"][f"{name}-fill"]
    for line in legend["classes"]:
        words = f"WHEN \"{legend['attribute']}\" IN ('{line['label']}') THEN '{line['colour']}'"
        assert words in expression
