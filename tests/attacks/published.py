"""A dataset protected and published, and clients of each role."""

import dataclasses
import datetime
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from service.analyses.publication.publisher import Publisher
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.disclosure.policies import policy_named
from service.identity.keys import Keys, today
from service.identity.private_folder import PrivateFolder
from service.model.protection import CellPlan, Protection
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.attacks.attacker import Attacker
from tests.attacks.open_service import client_of
from tests.attacks.other_records import CellTruth, other_rows
from tests.attacks.targets import Target

SECRET = b"the same secret in both folders, of 48 bytes ..."


def published(target: Target, folder: Path, policy: str, plan: CellPlan) -> Target:
    """The target in a new folder, protected and published for partners and the public."""
    copy = dataclasses.replace(target, folder=folder / "data")
    shutil.copytree(target.folder, copy.folder)
    access = Path(f"{copy.folder.resolve()}-access")
    access.mkdir(mode=0o700, exist_ok=True)
    secret = access / "record-key.secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    publish(copy, policy, plan)
    return copy


def publish(target: Target, policy: str, plan: CellPlan) -> None:
    """Protect and publish a dataset, or publish it once more."""
    resources = target.resources()
    protection = Protection(dataset=target.dataset, policy=policy, cells=plan, public=True)
    resources.protections.save(protection)
    Publisher(
        incidents=resources.incidents,
        areas=resources.areas,
        layers=resources.layers,
        published=resources.published,
        secret=resources.record_key_secret,
    ).publish(protection)


def truth_of(target: Target) -> CellTruth:
    """The published cells with their exact counts, which only the owner has."""
    resources = target.resources()
    protection = resources.protections.get(target.dataset)
    table = resources.published.newest(target.dataset)
    cells = table.read().to_pandas()
    cells["exact"] = cells["exact"].fillna(0)
    return CellTruth(cells, policy_named(protection.policy), protection.cells)


def with_other_records(target: Target, folder: Path, truth: CellTruth, *, shift: int) -> Target:
    """The published target over other records of which the same is published."""
    other = dataclasses.replace(target, folder=folder / "data")
    shutil.copytree(
        target.folder, other.folder, ignore=shutil.ignore_patterns("published", "cache")
    )
    access = f"{target.folder.resolve()}-access"
    shutil.copytree(access, f"{other.folder.resolve()}-access")
    resources = target.resources()
    facts, files = (
        resources.incidents.facts(target.dataset),
        list(resources.incidents.imported_files(target.dataset)),
    )
    layer = resources.layers.get(truth.plan.layer)
    covered = resources.published.cells(target.dataset).coverage.whole
    rows = other_rows(
        truth, truth.shifted(shift), dataset=target.dataset, layer=layer, secret=SECRET,
        seed=shift, covered=covered,
    )  # fmt: skip
    shutil.rmtree(other.folder / "incidents" / target.dataset)
    _append_twice(other, rows, facts, files)
    publish(other, truth.policy.name, truth.plan)
    return other


def _append_twice(target: Target, rows: pa.Table, facts: object, files: list[SourceFile]) -> None:
    """Import some rows, and then all of them in their place: another version, other files."""
    store = IncidentStore(target.folder / "incidents", crs=target.crs)
    names = [file.name for file in files]
    for part, piece in enumerate((rows.slice(0, rows.num_rows // 2), rows)):
        numbers = np.arange(piece.num_rows)
        columns = {
            "source_file": [names[k % len(names)] for k in numbers],
            "source_row": numbers + 1,
        }
        digests = {name: f"{part}{k:063x}" for k, name in enumerate(names)}
        columns["source_sha256"] = [digests[name] for name in columns["source_file"]]
        for name, values in columns.items():
            piece = piece.append_column(name, pa.array(values))
        store.append(
            target.dataset,
            piece,
            files=[SourceFile(name, digests[name]) for name in names],
            replace=part > 0,
            **{
                name: getattr(facts, name)
                for name in (
                    "title", "source", "licence", "denominator", "description", "limitations",
                    "synthetic",
                )
            },
        )  # fmt: skip


@contextmanager
def attackers(target: Target) -> Iterator[dict[str, Attacker]]:
    """Somebody of each role who asks one service."""
    settings = Settings(data_dir=target.folder)
    resources: Resources = open_resources(settings)
    keys = Keys(PrivateFolder(settings.access_folder))
    expires = today() + datetime.timedelta(days=9)
    secrets = {
        role: keys.make(role=role, title=role, expires=expires, requests_per_minute=10**6)[1]
        for role in ("partner", "analyst")
    }
    with client_of(resources) as client:
        yield {
            "public": Attacker(client),
            **{
                role: Attacker(client, {"Authorization": f"Bearer {secret}"})
                for role, secret in secrets.items()
            },
        }
