"""The matrix: a county with a dataset of every kind, asked by every role."""

import datetime
import gzip
import io
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pikepdf
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from service.analyses.publication.publisher import Publisher
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.identity.keys import Keys, today
from service.identity.private_folder import PrivateFolder
from service.model.protection import Agreement, CellPlan, Protection
from service.publication.secret import NAME as SECRET_NAME
from tests.service import addresses, kinds, world
from tests.service.access import decisions
from tests.service.conftest import client_of
from tests.service.kinds import DATASETS, Kind, World

RoleName = Literal["public", "partner", "limited", "analyst", "admin"]
Seen = Literal["exact", "published"]

# What each role sees of each kind of dataset; whatever is not named does not exist for it.
SEEN: Final[Mapping[RoleName, Mapping[Kind, Seen]]] = {
    "public": {"open": "exact", "censored": "published"},
    "partner": {"open": "exact", "censored": "published", "perturbed": "published"},
    # A key of an analyst that is for one dataset only.
    "limited": {"open": "exact"},
    "analyst": {
        "unprotected": "exact",
        "open": "exact",
        "censored": "exact",
        "perturbed": "exact",
        "unpublished": "exact",
    },
    "admin": {
        "unprotected": "exact",
        "open": "exact",
        "censored": "exact",
        "perturbed": "exact",
        "unpublished": "exact",
    },
}
# Who is told that a dataset is past its agreement; for everybody else it does not exist.
STOPPED: Final[Mapping[Kind, tuple[RoleName, ...]]] = dict.fromkeys(DATASETS, ()) | {
    "expired": ("partner", "analyst", "admin")
}
NOWHERE: Final = "nosuch"  # a name of no dataset, as long as those of the others


@dataclass(frozen=True)
class Operation:
    """An operation of the application.

    Attributes
    ----------
    operation_id : str
        Names it.
    method : str
        Of HTTP.
    template : str
        Of its address.
    """

    operation_id: str
    method: str
    template: str

    def addresses(self, app: FastAPI, dataset: str, **query: str) -> list[str]:
        """An address for every choice in its path, about a dataset."""
        path = {
            "dataset": dataset,
            "layer": world.CELLS,
            "identifier": f"heatmaps:{dataset}",
            "collection_id": f"choropleths:{dataset}:{world.CELLS}",
        }
        if self.template == "/v1/workbook.xlsx":
            table = f"/v1/tables/{dataset}/crosstab?rows=layer:{world.CELLS}&columns=year"
            return [addresses.asking(self.template, table=table)]
        if self.method == "POST":
            return [self.template.format(dataset=dataset, suffix="csv")]
        named = {name: value for name, value in path.items() if f"{{{name}}}" in self.template}
        return list(
            dict.fromkeys(
                addresses.asking(address, **query)
                for address in addresses.addresses(app, self.template, **named)
            )
        )

    def published_addresses(self, app: FastAPI, kind: Kind) -> list[str]:
        """Addresses about published cells of a kind: whole periods, and layers that have cells."""
        query = {}
        if kind == "censored" and self.operation_id in decisions.WITH_STEPS:
            query["step"] = "year"
        if self.operation_id in decisions.NAMING_LAYERS:
            query["layer"] = world.CELLS
        return self.addresses(app, DATASETS[kind], **query)


def operations(app: FastAPI) -> dict[str, Operation]:
    """Every operation of the OpenAPI document by its id."""
    return {
        operation["operationId"]: Operation(operation["operationId"], method.upper(), template)
        for template, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


@dataclass(frozen=True)
class Service:
    """A service of one of the worlds, and the key of each role.

    Attributes
    ----------
    client : TestClient
        With keys and protections.
    bare : TestClient
        The same data, with neither.
    keys : mapping
        The key of each role that has one.
    folder, bare_folder : Path
        The data of both.
    """

    client: TestClient
    bare: TestClient
    keys: Mapping[RoleName, str]
    folder: Path
    bare_folder: Path

    def ask(self, role: RoleName, address: str, method: str = "GET") -> Any:
        """What a role is answered."""
        headers = {"X-API-Key": self.keys[role]} if role in self.keys else {}
        return _request(self.client, address, method, headers)

    def ask_bare(self, address: str, method: str = "GET") -> Any:
        """What anybody is answered by the service without keys and protections."""
        return _request(self.bare, address, method, {})


def _request(client: TestClient, address: str, method: str, headers: Mapping[str, str]) -> Any:
    body = {"content": AREA} if method == "POST" else {}
    return client.request(method, address, headers=dict(headers), **body)  # type: ignore[arg-type]


@contextmanager
def services(folder: Path, policies: Mapping[Kind, str]) -> Iterator[dict[World, Service]]:
    """A service of each world, with the datasets under some policies.

    Parameters
    ----------
    folder : Path
        Where the data of both worlds are put.
    policies : mapping
        Of each kind but the unprotected.
    """
    made: dict[World, Service] = {}
    with ExitStack() as stack:
        secret = b""
        for which, data_dir in kinds.build(folder).items():
            bare_dir = Path(shutil.copytree(data_dir, folder / f"{which}-bare"))
            settings = Settings(data_dir=data_dir)
            if secret:  # both worlds have the same
                settings.access_folder.mkdir(mode=0o700)
                (settings.access_folder / SECRET_NAME).write_bytes(secret)
            resources = open_resources(settings)
            for kind, policy in policies.items():
                _protect(resources, kind, policy)
            secret = resources.record_key_secret.make()
            bare = open_resources(Settings(data_dir=bare_dir))
            clients = [stack.enter_context(client_of(each)) for each in (resources, bare)]
            made[which] = Service(*clients, _keys(settings), data_dir, bare_dir)
        yield made


def _protect(resources: Resources, kind: Kind, policy: str) -> None:
    """Protect the dataset of a kind, and publish it where it is of a kind that is."""
    plan = CellPlan(
        layer=world.CELLS, period="month" if kind == "perturbed" else "year", by_category=True
    )
    protection = Protection(
        dataset=DATASETS[kind],
        policy=policy,
        cells=None if kind == "open" else plan,
        public=kind == "censored",
        agreement=Agreement(
            expires=datetime.date(2020, 1, 1) if kind == "expired" else None,
        ),
    )
    resources.protections.save(protection)
    if kind in ("censored", "perturbed", "expired"):
        publisher = Publisher(
            incidents=resources.incidents,
            areas=resources.areas,
            layers=resources.layers,
            published=resources.published,
            secret=resources.record_key_secret,
        )
        publisher.publish(protection)


def _keys(settings: Settings) -> dict[RoleName, str]:
    """A key for each role that needs one."""
    keys = Keys(PrivateFolder(settings.access_folder))
    expires = today() + datetime.timedelta(days=9)
    made: dict[RoleName, str] = {}
    for name in ("partner", "limited", "analyst", "admin"):
        role = "analyst" if name == "limited" else name
        datasets = [DATASETS["open"]] if name == "limited" else []
        made[name] = keys.make(role=role, title=name, expires=expires, datasets=datasets)[1]
    return made


Cases = Sequence[tuple[RoleName, Kind]]


def cases(seen: Seen) -> Cases:
    """Who sees which kind so."""
    return [
        (role, kind)
        for role, kinds in SEEN.items()
        for kind, form in kinds.items()
        if form == seen
    ]


def absent_cases() -> Cases:
    """For whom which kind does not exist."""
    return [
        (role, kind)
        for role, kinds in SEEN.items()
        for kind in DATASETS
        if kind not in kinds and role not in STOPPED[kind]
    ]


def in_turn(everything: Cases, number: int) -> Cases:
    """One of the cases, another one for each operation: together they meet all."""
    return [everything[number % len(everything)]]


def absence_faults(service: Service, operation: Operation, wanted: Cases) -> list[str]:
    """Where an answer about a dataset that is not seen is not that about a name of none."""
    app, faults = service.client.app, []
    nowhere = operation.addresses(app, NOWHERE)[0]
    for role, kind in wanted:
        nothing = service.ask(role, nowhere, operation.method)
        address = operation.addresses(app, DATASETS[kind])[0]
        answer = service.ask(role, address, operation.method)
        is_same = same_but_for_the_name(answer, DATASETS[kind]) == same_but_for_the_name(
            nothing, NOWHERE
        )
        if not is_same or nothing.status_code not in (403, 404, 422):
            faults.append(f"{role} {address}: {answer.status_code} {answer.text[:200]}")
    return faults


def exactness_faults(service: Service, operation: Operation, wanted: Cases) -> list[str]:
    """Where keys and protections change an answer to whoever sees records."""
    faults = []
    for role, kind in wanted:
        address = operation.addresses(service.client.app, DATASETS[kind])[0]
        answer = service.ask(role, address, operation.method)
        bare = service.ask_bare(address, operation.method)
        if (answer.status_code, answer.content) != (200, bare.content):
            faults.append(f"{role} {address}: {answer.status_code} {answer.text[:200]}")
    return faults


def published_faults(
    services: Mapping[World, Service], operation: Operation, wanted: Cases, *, forms: int = 1
) -> list[str]:
    """Where an answer about published cells tells the worlds apart, or is not given.

    So many choices in the path are asked, such as formats.
    """
    first, second = services["first"], services["second"]
    faults = []
    for role, kind in wanted:
        status = _published_status(operation.operation_id, kind)
        for address in operation.published_addresses(first.client.app, kind)[:forms]:
            one, other = (each.ask(role, address, operation.method) for each in (first, second))
            if same(one) != same(other):
                faults.append(f"{role} {address} tells the worlds apart")
            if one.status_code != status:
                faults.append(f"{role} {address}: {one.status_code} {one.text[:200]}")
            # A refusal says what is allowed, and nothing of the data.
            text = one.text.replace(DATASETS[kind], "")
            if status == 403 and named_in(text, [kind]):
                faults.append(f"{role} {address} counts records: {text[:200]}")
    return faults


def _published_status(name: str, kind: Kind) -> int:
    """Of an answer about published cells: by year of `censored`, by month of `perturbed`."""
    if name in decisions.FROM_RECORDS or (kind == "censored" and name in decisions.BY_MONTH):
        return 403
    return 422 if kind == "censored" and name in decisions.WITH_EIGHT_STEPS else 200


AREA: Final = (
    '{"type": "Polygon", "crs": {"type": "name", "properties": {"name": "EPSG:27700"}}, '
    f'"coordinates": [[[{world.EAST_M}, {world.NORTH_M}], [{world.EAST_M + 2_000}, '
    f"{world.NORTH_M}], [{world.EAST_M + 2_000}, {world.NORTH_M + 2_000}], "
    f"[{world.EAST_M}, {world.NORTH_M}]]]}}"
)


def same(answer: Any) -> tuple[Any, ...]:
    """Status, headers and body of an answer, without what is another one for each request."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("x-request-id", "date", "retry-after")
    }
    return answer.status_code, headers, answer.content


def text_of(answer: Any) -> str:
    """Everything in an answer that is text, also inside of what is compressed."""
    return "\n".join([str(dict(answer.headers)), *_texts(answer.content)])


def _texts(content: bytes) -> Iterator[str]:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("utf-8", "replace")
    elif content.startswith(b"PAR1"):
        import pyarrow.parquet as pq

        table = pq.read_table(io.BytesIO(content))
        yield f"{table.schema} {table.to_pylist()}"
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content).decode("utf-8", "replace")
    elif content.startswith(b"\x89PNG"):
        with Image.open(io.BytesIO(content)) as image:
            yield str(image.info)
        return  # any number is among compressed bytes, by chance
    elif content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as document:
            yield str(document.open_metadata())
        return
    yield content.decode("utf-8", "replace")


def named_in(text: str, of: Iterable[Kind]) -> set[Kind]:
    """The kinds whose dataset a text names, or whose number of records it has."""
    return {
        kind
        for kind in of
        if DATASETS[kind] in text.lower()
        or re.search(rf"(?<![\d.]){kinds.RECORDS[kind]:,}(?!\d)", text)
        or re.search(rf"(?<![\d.,]){kinds.RECORDS[kind]}(?![\d.])", text)
    }


def same_but_for_the_name(answer: Any, dataset: str) -> tuple[Any, ...]:
    """Status, headers and body of an answer with another name in the place of a dataset's."""
    status, headers, body = same(answer)
    plain = {name: value.replace(dataset, NOWHERE) for name, value in headers.items()}
    plain.pop("content-length", None)
    return status, plain, body.replace(dataset.encode(), NOWHERE.encode())


ALL: Final = (
    decisions.SAME_FOR_ALL,
    decisions.LISTS,
    decisions.RECORDS_OF_ALL,
    decisions.FROM_CELLS,
    decisions.FROM_RECORDS,
    decisions.JOBS,
    decisions.SESSIONS,
)
