"""Tables and layers, read as the service reads them."""

import datetime
from collections.abc import Iterator
from pathlib import Path

from boundaries.errors import BoundaryError, DamagedLayerError
from boundaries.storage.damage import DamagedPart
from service.access.notices import notices
from service.analyses.resources import Resources
from service.delta_log.log import LOG
from service.doctor.findings import Finding
from service.store.errors import DamagedTableError, StoreError
from spatial.errors import SpatialError

TABLES = {
    "measures": "hotspots import measures",
    "sites": "hotspots import sites",
    "lookups": "hotspots import lookup",
    "postcodes": "hotspots import postcodes",
    "events": "hotspots import events",
    "flag_rules": "hotspots import flag-rules",
    "harm_indices": "hotspots import harm-index",
    "area_groups": "hotspots import area-groups",
    "gazetteer": "hotspots import gazetteer",
    "roads": "hotspots import roads",
    "background": "hotspots import background",
    "place_sets": "hotspots import places",
    "neighbours": "hotspots import neighbours",
}


def data_findings(resources: Resources) -> Iterator[Finding]:
    """What keeps tables and layers from being read whole; reads all of them.

    Parameters
    ----------
    resources : Resources
        Whose stores have not read anything yet.

    Yields
    ------
    Finding
        A part each.
    """
    yield from _settings_findings(resources)
    for damaged in resources.damage.parts():
        yield Finding(damaged.part, damaged.name, damaged.reason, _mend(damaged))
    yield from _without_log(resources.settings.data_dir)


def agreement_findings(resources: Resources, today: datetime.date) -> Iterator[Finding]:
    """What the agreements of datasets ask for.

    Parameters
    ----------
    resources : Resources
        Of the data folder.
    today : date
        The day.

    Yields
    ------
    Finding
        A fault where only the owner of a dataset is still shown it, a note otherwise.
    """
    for notice in notices(resources.protections.all().values(), resources.first_day, today):
        yield Finding(
            "agreement",
            notice.dataset,
            notice.problem,
            notice.mend,
            is_fault=notice.has_stopped,
        )


def _settings_findings(resources: Resources) -> Iterator[Finding]:
    """Read everything: damage is noted by the stores, the rest is of settings that do not fit."""
    for layer_id in resources.layers.ids():
        try:
            resources.layers.get(layer_id)
        except DamagedLayerError:
            continue
        except (BoundaryError, SpatialError) as error:
            yield Finding("layer", layer_id, str(error), "set HOTSPOTS_CRS, or import it again")
    for dataset in resources.incidents.ids():
        try:
            resources.incidents.open(dataset)
        except DamagedTableError:
            continue
        except StoreError as error:
            yield Finding("dataset", dataset, str(error), "set HOTSPOTS_CRS, or import it again")
    for name in TABLES:
        try:
            getattr(resources, name).load()
        except DamagedTableError:
            continue
        except StoreError as error:
            yield Finding(name, name, str(error), "set HOTSPOTS_CRS, or import it again")


def _mend(damaged: DamagedPart) -> str:
    """What puts a damaged part right."""
    if damaged.part == "layer":
        return (
            f"hotspots import boundaries FILE --layer {damaged.name} --replace, or put "
            f"boundaries/{damaged.name}.parquet back from a backup (hotspots restore)"
        )
    if damaged.part == "protection":
        return f"hotspots protect {damaged.name} with all of it: until then only the owner sees it"
    if damaged.part == "published":
        return f"hotspots publish {damaged.name}, or put published/{damaged.name} back"
    is_dataset = damaged.part == "dataset"
    folder = f"incidents/{damaged.name}" if is_dataset else damaged.name
    command = (
        f"hotspots import incidents FILE ... --dataset {damaged.name}"
        if is_dataset
        else f"{TABLES[damaged.part]} FILE ..."
    )
    if damaged.is_served or "counts as never written" in damaged.reason:
        return f"import again what the newest import brought: {command}"
    return (
        f"put {folder} back from a backup (hotspots restore), or remove that folder and import "
        f"again: {command}"
    )


def _without_log(data_dir: Path) -> Iterator[Finding]:
    """Folders of tables whose first import was killed before its commit."""
    folders = [*(data_dir / "incidents").glob("*"), *(data_dir / name for name in TABLES)]
    for folder in folders:
        has_rows = folder.is_dir() and any(folder.glob("*.parquet"))
        if has_rows and not any((folder / LOG).glob("*")):
            name = str(folder.relative_to(data_dir))
            problem = "has data files and no log: its first import did not come to an end"
            yield Finding("leftover", name, problem, f"import again, or rm -r {folder}")
