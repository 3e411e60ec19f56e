"""Faults of the store: what is read afterwards is one committed version, or a named error.

A history of imports is written once. Each fault hits it in one place: the power fails, the disk is
full, a file is damaged, the clock jumps, another import gets in, a process is killed. Then the
dataset is read, and one more import is made, and both have to fit the history.
"""

import io
import itertools
import logging
import multiprocessing
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow.csv

from service.store.errors import AlreadyImportedError, StoreError
from service.store.incidents import IncidentStore
from tests.service.store.rows import CRS, incident_rows
from tests.simulations.disks import (
    Files,
    Journal,
    JournalFolder,
    Operation,
    after_power_cut,
    files_of,
    put,
)
from tests.simulations.histories import (
    HISTORY,
    LATER,
    NOTHING,
    Content,
    Import,
    Step,
    adding,
    content_of,
    written_history,
)
from tests.simulations.tables import SimulationTable

RIVAL_S = 0.02
# Processes begin with everything imported, so that they are not killed while they start.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["service.__main__", "service.assembly.resources", __name__])
HOUR_S = 3_600
CLOCK_JUMPS_S = tuple(HOUR_S * hours for hours in (-24 * 365, -2, 6 * 24, 8 * 24, 24 * 3_650))

Case = TypeVar("Case")


@dataclass
class Tally:
    """What came of the faults of one kind."""

    faults: int = 0
    results: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, fault: str, result: str) -> None:
        """Note one fault; a result that must not be begins with ``wrong``."""
        self.faults += 1
        self.results[result] += 1
        if result.startswith("wrong"):
            self.wrong.append(f"{fault}: {result}")


class Faults:
    """All faults, each in a folder of its own.

    Parameters
    ----------
    root : Path
        Where folders are made.
    seed : int
        Of what is chosen at random.
    """

    def __init__(self, root: Path, seed: int = 1) -> None:
        self._root = root
        self._rng = np.random.default_rng(seed)
        self._count = itertools.count()
        self.steps = written_history(self.folder({}))
        self.newest = files_of(self._root / "0")
        alone = self.folder({})
        LATER(IncidentStore(alone / "incidents", crs=CRS))
        self.later_rows = set(content_of(alone / "incidents")[1])

    def folder(self, files: Files) -> Path:
        """A new folder with files."""
        folder = self._root / str(next(self._count))
        put(files, folder)
        return folder

    def result(self, folder: Path, allowed: dict[str, Content], *, errors: bool = False) -> str:
        """Which of the contents is read, and whether another import adds its rows to it."""
        incidents = folder / "incidents"
        try:
            content = content_of(incidents)
        except StoreError as error:
            return f"named error: {type(error).__name__}" if errors else f"wrong: {error}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not a named error
            return f"wrong: {type(error).__name__} {error}"
        name = next((name for name, one in allowed.items() if one == content), None)
        if name is None:
            return f"wrong: {len(content[1])} rows of no version"
        try:
            LATER(IncidentStore(JournalFolder(incidents, Journal(folder)), crs=CRS))
            title, rows = content_of(incidents)
        except Exception as error:  # noqa: BLE001
            return f"wrong: the next import fails: {error}"
        if set(rows) != {*content[1]} | self.later_rows or title != (content[0] or "d"):
            return "wrong: the next import adds other rows"
        return name

    def _places(self) -> list[tuple[Step, int]]:
        """Each operation of each import."""
        return [(step, i) for step in self.steps for i in range(len(step.operations))]

    def _cycled(self, cases: Iterable[Case]) -> Iterator[Case]:
        """The cases in an order of chance, over and over."""
        known = list(cases)
        for position in itertools.cycle(self._rng.permutation(len(known)).tolist()):
            yield known[position]

    def checked(self, tally: Tally, fault: str, folder: Path, result: str) -> None:
        """Note a fault, and delete its folder."""
        tally.note(fault, result)
        shutil.rmtree(folder)

    def power_cuts(self, *, honest: bool) -> Iterator[Callable[[Tally], None]]:
        """The power fails after each operation of each import; or the disk does not sync."""
        steps = self.steps if honest else [step.on_a_disk_without_syncs() for step in self.steps]
        cases = [(step, n) for step in steps for n in range(len(step.operations) + 1)]
        for step, length in self._cycled(cases):
            yield lambda tally, s=step, n=length: self._cut(tally, s, s.operations[:n], honest)

    def _cut(self, tally: Tally, step: Step, done: tuple[Operation, ...], honest: bool) -> None:
        kept = (0.0, 0.3, 0.7, 1.0)[self._rng.integers(4)]
        left = after_power_cut(step.files, done, self._rng, kept=kept)
        folder = self.folder(left)
        allowed = {"version before": step.before, "version after": step.after}
        if honest and len(done) == len(step.operations):  # it has said that it is written
            del allowed["version before"]
        result = self.result(folder, allowed, errors=not honest and step.before == NOTHING)
        self.checked(tally, f"import {step.number} cut after {len(done)}", folder, result)

    def full_disks(self) -> Iterator[Callable[[Tally], None]]:
        """No space at each operation of each import, for one operation or from then on."""
        for (step, position), once in self._cycled(
            itertools.product(self._places(), (True, False))
        ):
            yield lambda tally, s=step, p=position, o=once: self._fill(tally, s, p, o)

    def _fill(self, tally: Tally, step: Step, position: int, once: bool) -> None:
        folder = self.folder(step.files)
        journal = Journal(folder)

        def full(number: int, operation: Operation) -> None:
            if number == position and operation.kind != "remove":
                if once:
                    journal.before = None
                raise OSError(28, "No space left on device")

        journal.before = full
        fault = f"import {step.number} without space at {position}"
        store = IncidentStore(JournalFolder(folder / "incidents", journal), crs=CRS)
        allowed = {"version before": step.before, "version after": step.after}
        try:
            HISTORY[step.number](store)
        except StoreError:
            pass
        except Exception as error:  # noqa: BLE001
            tally.note(fault, f"wrong: {type(error).__name__} {error}")
            return
        else:  # what could not be done was not needed
            del allowed["version before"]
        self.checked(tally, fault, folder, self.result(folder, allowed))

    def damages(self) -> Iterator[Callable[[Tally], None]]:
        """One bit flipped, a file cut, emptied, zeroed or gone, in any file of the dataset."""
        names = sorted(name for name, content in self.newest.items() if content)
        kinds = ("flipped", "flipped", "cut", "emptied", "zeroed", "gone")
        for name, kind in self._cycled(itertools.product(names, kinds)):
            yield lambda tally, n=name, k=kind: self._damage(tally, n, k)

    def _damage(self, tally: Tally, name: str, kind: str) -> None:
        folder = self.folder(self.newest)
        path = folder / name
        content = bytearray(self.newest[name])
        bit = int(self._rng.integers(8 * len(content)))
        if kind == "flipped":
            content[bit // 8] ^= 1 << bit % 8
        left = {"cut": content[: bit // 8], "emptied": b"", "zeroed": bytes(len(content))}
        path.unlink() if kind == "gone" else path.write_bytes(left.get(kind, content))
        last = self.steps[-1]
        allowed = {"version after": last.after, "version before": last.before}
        result = self.result(folder, allowed, errors=True)
        self.checked(tally, f"{name} {kind} at bit {bit}", folder, result)

    def clock_jumps(self) -> Iterator[Callable[[Tally], None]]:
        """All files seem older or younger than they are when the next import is made."""
        for step, jump_s in self._cycled(itertools.product(self.steps, CLOCK_JUMPS_S)):
            yield lambda tally, s=step, j=jump_s: self._jump(tally, s, j)

    def _jump(self, tally: Tally, step: Step, jump_s: int) -> None:
        folder = self.folder(step.files)
        reader = IncidentStore(folder / "incidents", crs=CRS)
        rows = len(reader.open("d")) if step.before != NOTHING else 0
        for path in folder.rglob("*"):
            changed_s = path.stat().st_mtime - jump_s
            os.utime(path, (changed_s, changed_s))
        HISTORY[step.number](IncidentStore(folder / "incidents", crs=CRS))
        result = self.result(folder, {"version after": step.after})
        if len(reader.open("d")) != len(step.after[1]) + len(self.later_rows):
            result = f"wrong: a reader of {rows} rows does not see those that came"
        self.checked(tally, f"import {step.number} after {jump_s} s", folder, result)

    def rivals(self) -> Iterator[Callable[[Tally], None]]:
        """Another import gets in before each operation of each import."""
        for step, position in self._cycled(self._places()):
            yield lambda tally, s=step, p=position: self._rival(tally, s, p)

    def _rival(self, tally: Tally, step: Step, position: int) -> None:
        folder = self.folder(step.files)
        journal = Journal(folder)
        is_same = bool(self._rng.integers(2)) and step.number < 3  # of the very same file
        rival = HISTORY[step.number] if is_same else adding("rival", 7, 4)

        with ThreadPoolExecutor(1) as pool:

            def first(number: int, _: Operation) -> None:
                if number == position:
                    journal.before = None
                    other = IncidentStore(folder / "incidents", crs=CRS)
                    wait([pool.submit(rival, other)], RIVAL_S)  # it may have to wait for a lock

            journal.before = first
            store = IncidentStore(JournalFolder(folder / "incidents", journal), crs=CRS)
            refused = _is_refused(HISTORY[step.number], store)
        fault = f"import {step.number} with a rival at {position}"
        title, rows = content_of(folder / "incidents")
        expected = [*step.after[1]]
        if not is_same:
            expected += [row for row in rows if row.startswith("rival ")]
        if sorted(expected) != [*rows] or (not is_same and len(rows) != len(step.after[1]) + 4):
            result = f"wrong: {len(rows)} rows"
        else:
            result = self.result(folder, {"version after": (title, rows)})
        self.checked(tally, fault, folder, "refused" if refused and result[0] == "v" else result)

    def kills(self) -> Iterator[Callable[[Tally], None]]:
        """`hotspots import` is killed, at any moment or as soon as it has begun to write."""
        contents = {"a.csv": (1, 9), "b.csv": (2, 8), "changed/a.csv": (3, 7)}
        inputs = self.folder({name: _csv(*one) for name, one in contents.items()})
        first = self.folder({})
        start_s = time.perf_counter()
        _started(first, inputs / "a.csv").join()
        lasts_s = time.perf_counter() - start_s
        before = files_of(first), content_of(first / "incidents")
        steps = []
        for options in ((inputs / "b.csv",), (inputs / "changed" / "a.csv", "--replace")):
            folder = self.folder(before[0])
            _started(folder, *options).join()
            steps.append((options, *before, content_of(folder / "incidents")))
        for step, begun in itertools.cycle(itertools.product(steps, (True, False))):
            yield lambda tally, s=step, b=begun: self._kill(tally, *s, None if b else lasts_s)

    def _kill(
        self,
        tally: Tally,
        options: tuple[object, ...],
        files: Files,
        before: Content,
        after: Content,
        lasts_s: float | None,
    ) -> None:
        folder = self.folder(files)
        there = set(folder.rglob("*"))
        child = _started(folder, *options)
        while lasts_s is None and child.is_alive() and set(folder.rglob("*")) == there:
            time.sleep(0.0002)
        delay_s = float(self._rng.uniform(0, lasts_s or 0.02))
        time.sleep(delay_s)
        child.kill()
        child.join()
        is_written = child.exitcode == 0
        allowed = {"version after": after} | ({} if is_written else {"version before": before})
        fault = f"{options} killed after {delay_s:.4f} s"
        self.checked(tally, fault, folder, self.result(folder, allowed))


def _is_refused(run: Import, store: IncidentStore) -> bool:
    """Whether an import is refused because its file has been imported."""
    try:
        run(store)
    except AlreadyImportedError:
        return True
    return False


def _csv(seed: int, n: int) -> bytes:
    """A file of n incidents."""
    file = io.BytesIO()
    pyarrow.csv.write_csv(incident_rows(n, seed=seed), file)
    return file.getvalue()


def _started(folder: Path, *options: object) -> ForkServerProcess:
    """`hotspots import incidents` in a process of its own."""
    command = (
        "import incidents --dataset d --format csv --title d --time occurred "
        "--id incident_id --category category --x easting_m --y northing_m --crs EPSG:27700"
    )
    process = _SERVER.Process(target=_run, args=(folder, [*command.split(), *map(str, options)]))
    process.start()
    return process


def _run(folder: Path, arguments: list[str]) -> None:
    """Run a command in this process."""
    from service.__main__ import app

    os.environ["HOTSPOTS_DATA_DIR"] = str(folder)
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    app(arguments)


def run_faults(
    number: int, *, kills: int = 0, kinds: Collection[str] | None = None
) -> dict[str, Tally]:
    """Inject faults in process, in fixed shares of each kind, and kill processes; or some kinds."""
    with tempfile.TemporaryDirectory() as folder:
        faults = Faults(Path(folder))
        injected = {
            "power cut": (faults.power_cuts(honest=True), 0.45 * number),
            "power cut, disk without sync": (faults.power_cuts(honest=False), 0.15 * number),
            "damaged file": (faults.damages(), 0.2 * number),
            "no space": (faults.full_disks(), 0.1 * number),
            "another import gets in": (faults.rivals(), 0.07 * number),
            "clock jump": (faults.clock_jumps(), 0.03 * number),
            "process killed": (faults.kills(), kills),
        }
        tallies = {kind: Tally() for kind in injected if kinds is None or kind in kinds}
        for kind, tally in tallies.items():
            inject, count = injected[kind]
            for fault in itertools.islice(inject, round(count)):
                fault(tally)
        return tallies


def faults_of_the_store(number: int) -> SimulationTable:
    """What came of faults of each kind: so many in process, and 3 % more that kill a process."""
    logging.disable(logging.ERROR)  # each damage is logged
    tallies = run_faults(number, kills=round(number * 0.03))
    logging.disable(logging.NOTSET)
    return table_of(tallies)


def table_of(tallies: Mapping[str, Tally]) -> SimulationTable:
    """The table of the document; what is wrong is printed."""
    for tally in tallies.values():
        for wrong in tally.wrong:
            print(wrong)
    rows = []
    for kind, tally in tallies.items():
        after = tally.results["version after"] + tally.results["refused"]
        errors = sum(n for result, n in tally.results.items() if result.startswith("named"))
        counts = (tally.faults, tally.results["version before"], after, errors, len(tally.wrong))
        rows.append((kind, *(f"{count:,}" for count in counts)))
    return SimulationTable(
        ("fault", "injected", "version before", "version after", "named error", "wrong"),
        tuple(rows),
    )
