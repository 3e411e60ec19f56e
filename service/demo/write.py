"""Writes the demonstration county through the same stores as real data.

The marker ``demo.json`` is written last, and ``demo.unfinished`` first. After an interrupted write
only the second exists, and the next start writes again. A folder with data but no marker is never
touched.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from boundaries.storage.store import is_same_crs
from service.coverage.spans import Span
from service.demo.county import County, build_county
from service.demo.ground import write_background
from service.demo.marker import MARKER, SEED, UNFINISHED, demo_state, write_marker
from service.demo.places.gazetteer import read_data
from service.demo.places.geography import CRS, LICENCE, SOURCE
from service.demo.places.published import sites_source
from service.demo.places.streets import Streets
from service.demo.records.agencies import agency_days
from service.demo.reference import reference_steps
from service.demo.stores import DemoStores, source_file
from service.store.errors import ImportRefusedError, ReadOnlyDataError, WrongCrsError
from service.store.reference.place_sets import GAZETTEER

Progress = Callable[[str, float], None]

LOCK = "demo.lock"

SITES_LICENCE = "published figures; positions approximate"


def ensure_demo(
    data_dir: Path,
    *,
    crs: str = CRS,
    seed: int = SEED,
    progress: Progress | None = None,
    build: Callable[[int], County] = build_county,
) -> bool:
    """Write the demonstration county unless it is complete; True if it was written.

    Other data imported beside an earlier demonstration stay unchanged.

    Raises
    ------
    ImportRefusedError
        If the folder holds data that are not the demonstration's.
    WrongCrsError
        If the working CRS is not the county's.
    ReadOnlyDataError
        If the folder cannot be written.
    """
    if demo_state(data_dir, seed=seed) == "complete":
        return False
    if not is_same_crs(CRS, crs):
        raise WrongCrsError("the demonstration county", CRS, crs)
    with _exclusive_lock(data_dir):
        state = demo_state(data_dir, seed=seed)
        if state == "complete":  # another process has just written it
            return False
        if state == "foreign":
            raise ImportRefusedError(
                str(data_dir),
                "it holds other data than the demonstration's; set HOTSPOTS_DATA_DIR to "
                "another folder",
            )
        report = progress or _silent
        report("making the demonstration county", 0.0)
        write_county(build(seed), data_dir, crs=crs, progress=report)
    return True


def write_county(
    county: County, data_dir: Path, *, crs: str = CRS, progress: Progress | None = None
) -> None:
    """Write the county, replacing an earlier or unfinished one.

    Raises
    ------
    ImportRefusedError
        If a layer with one of the county's names exists and is not invented.
    DatasetSettingsError
        If a dataset of one of the county's names holds real incidents.
    """
    report = progress or _silent
    stores = DemoStores.of(data_dir, crs=crs)
    steps = list(_steps(county, stores))  # refuses before anything is marked or written
    write_marker(data_dir / UNFINISHED, county.seed)
    (data_dir / MARKER).unlink(missing_ok=True)
    for index, (task, step) in enumerate(steps):
        report(task, (1 + index) / (1 + len(steps)))
        step()
    write_marker(data_dir / MARKER, county.seed)
    (data_dir / UNFINISHED).unlink()
    report("the demonstration county is written", 1.0)


def _steps(county: County, stores: DemoStores) -> Iterator[tuple[str, Callable[[], object]]]:
    """The writing steps in order, the layer of the study area first."""
    for layer in county.layers:
        is_stored = layer.layer_id in stores.layers.ids()
        if is_stored and not stores.layers.get(layer.layer_id).metadata.synthetic:
            raise ImportRefusedError(
                str(stores.layers.folder),
                f"layer {layer.layer_id!r} exists and is not the demonstration's",
            )
        save = partial(stores.layers.save, layer, replace=True)
        yield f"writing {layer.metadata.title}", save
    attribution: dict[str, Any] = {"licence": LICENCE, "synthetic": True, "replace": True}
    measures = pa.concat_tables(county.measures.values())
    append: Callable[[], object] = partial(
        stores.measures.append,
        measures,
        file=source_file("measures", measures),
        source=SOURCE,
        **attribution,
    )
    yield "writing measures", append
    append = partial(
        stores.sites.append,
        county.sites,
        file=source_file("sites", county.sites),
        source=sites_source(),
        **{**attribution, "licence": SITES_LICENCE},
    )
    yield "writing development sites", append
    yield from _street_steps(county.streets, stores, attribution)
    yield "drawing the background map", partial(write_background, stores.background, county.ground)
    yield from reference_steps(stores)
    texts = read_data("datasets.json")
    days = agency_days()
    for dataset, rows in county.incidents.items():
        text = texts[dataset]
        source = [SOURCE, text["calibrated"]] if "calibrated" in text else [SOURCE]
        append = partial(
            stores.incidents.append,
            dataset,
            rows,
            files=[source_file(dataset, rows)],
            title=f"{text['title']} (synthetic)",
            source="; ".join(source),
            description=text["description"],
            limitations=text["limitations"],
            covers=[Span(*days[dataset])] if dataset in days else [],
            **attribution,
        )
        yield f"writing {text['title']} (synthetic)", append


def _street_steps(
    streets: Streets, stores: DemoStores, attribution: dict[str, Any]
) -> Iterator[tuple[str, Callable[[], object]]]:
    """The roads, their names, and premises."""
    append: Callable[[], object] = partial(
        stores.roads.append,
        streets.roads,
        files=[source_file("roads", streets.roads)],
        source=SOURCE,
        **attribution,
    )
    yield "writing roads", append
    for store, name, rows in (
        (stores.gazetteer, GAZETTEER, streets.names),
        (stores.place_sets, "premises", streets.premises),
    ):
        append = partial(
            store.append,
            name,
            rows,
            files=[source_file(name, rows)],
            source=SOURCE,
            **attribution,
        )
        yield f"writing {name}", append


@contextmanager
def _exclusive_lock(data_dir: Path) -> Iterator[None]:
    """Let one process write at a time."""
    try:
        import fcntl
    except ImportError:  # Windows: two demonstrations started together are not kept apart
        yield
        return
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / LOCK).open("w")
    except OSError as error:
        raise ReadOnlyDataError(str(data_dir), error.strerror or str(error)) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _silent(task: str, share: float) -> None:
    """Ignore progress."""
