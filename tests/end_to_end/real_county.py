"""The real open data of Cambridgeshire in a data folder, for what is measured on them."""

from pathlib import Path

from typer.testing import CliRunner

from service.__main__ import app


def import_lsoas_and_crime(test_data: Path, data_dir: Path) -> Path:
    """The 516 LSOAs of 2021 and the crimes of 2024, by the command line's own imports."""
    boundaries = test_data / "boundaries" / "lsoa21.geojson"
    crimes = sorted((test_data / "police-uk-2024").glob("*-street.csv"))
    layer = ("--layer", "lsoa21", "--code-field", "LSOA21CD", "--name-field", "LSOA21NM")
    for words in (
        ("import", "boundaries", boundaries, *layer),
        ("import", "incidents", *crimes, "--dataset", "police-crime", "--format", "police-uk"),
    ):
        environ = {"HOTSPOTS_DATA_DIR": str(data_dir)}
        done = CliRunner().invoke(app, [str(word) for word in words], env=environ)
        if done.exit_code:
            raise RuntimeError(done.output)
    return data_dir
