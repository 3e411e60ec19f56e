"""Who may see what of the demonstration."""

from dataclasses import replace
from pathlib import Path

from service.assembly.resources import open_resources
from service.commands.admin.demo import protect
from service.config.settings import Settings
from service.demo.county import County
from service.demo.protections import PROTECTIONS
from tests.service.demo.test_write import write


def test_open_data_is_marked_and_the_callouts_are_published_once(
    thin_county: County, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    write(thin_county, folder)
    resources = open_resources(Settings(data_dir=folder))
    protect(resources)
    stated = resources.protections.all()
    assert set(stated.values()) == set(PROTECTIONS)
    cells = resources.published.cells("callouts")
    assert 0 < cells.released.sum() <= 2 * thin_county.incidents["callouts"].num_rows
    assert not {1, 2} & set(cells.released.tolist())

    resources.protections.save(replace(stated["fires"], policy="small-5"))
    protect(resources)
    assert resources.protections.all()["fires"].policy == "small-5"
    assert resources.published.cells("callouts").version == cells.version
