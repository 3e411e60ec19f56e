"""Clients generated from the OpenAPI document: they type-check, and make ten calls.

The generators are told what docs/clients.md tells them, and nothing else.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end import node_packages
from tests.end_to_end.conftest import environment, start
from tests.service import world

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent / "clients"
DOCUMENT = ROOT / "docs" / "clients.md"


@pytest.fixture(scope="module")
def program(county):
    running = start(county)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def folder(program, tmp_path_factory):
    """A folder with the document of the service."""
    folder = tmp_path_factory.mktemp("clients")
    (folder / "openapi.json").write_bytes(program.get("/openapi.json")[1])
    return folder


def run(*command: str, cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(NO_PROXY="127.0.0.1", PYTHONPATH="", **variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3_000:]
    return done.stdout + done.stderr


def fenced(name: str) -> str:
    """The block of docs/clients.md whose first line is a comment with a file's name."""
    block = re.search(rf"```\n# {re.escape(name)}\n(.*?)```", DOCUMENT.read_text("utf-8"), re.S)
    assert block is not None, name
    return block[1]


def check_answers(program, answers: dict) -> None:
    """What the ten calls said is what the service says."""
    table = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
    rows = json.loads(program.get(f"{table}?from=2024-01&to=2024-12")[1])["rows"]
    assert answers["count"] == sum(row["count"] for row in rows) > 0
    assert answers["leading"] in {row["code"] for row in rows}
    assert answers["emerging"] == len(rows)
    assert answers["csv"] == len(program.get(f"{table}.csv")[1].decode().split("\n"))
    assert answers["months"] == 24
    assert answers["categories"] > 1
    assert answers["summary"] == 200
    assert "none" in answers["refusal"]


def test_openapi_python_client_generates_a_typed_client_that_works(program, folder):
    (folder / "client.yml").write_text(fenced("client.yml"))
    said = run(
        sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json",
        "--meta", "none", "--output-path", "atlas_client", "--config", "client.yml", cwd=folder,
    )  # fmt: skip
    assert "WARNING" not in said, said[:2_000]
    operations = json.loads((folder / "openapi.json").read_text())["paths"].values()
    modules = [p for p in (folder / "atlas_client/api").glob("*/*.py") if p.stem != "__init__"]
    assert len(modules) == sum(len(methods) for methods in operations)
    shutil.copy(CLIENTS / "ten_calls.py", folder)
    run(sys.executable, "-m", "mypy", "--strict", "ten_calls.py", cwd=folder)
    said = run(
        sys.executable, "ten_calls.py", program.address, world.DATASET, world.CELLS, cwd=folder
    )
    check_answers(program, json.loads(said))


@pytest.mark.skipif(not node_packages.INSTALLED.is_file(), reason=node_packages.WHY_NOT)
def test_openapi_typescript_and_openapi_fetch_are_a_typed_client_that_works(program, folder):
    node, environ = node_packages.node()
    for name in ("ten_calls.ts", "tsconfig.json", "package.json"):
        shutil.copy(CLIENTS / name, folder)
    (folder / "node_modules").symlink_to(CLIENTS / "node_modules")
    programs = folder / "node_modules"
    run(node, str(programs / "openapi-typescript/bin/cli.js"), "openapi.json", "-o", "schema.ts",
        cwd=folder, PATH=environ["PATH"])  # fmt: skip
    run(node, str(programs / "typescript/bin/tsc"), cwd=folder, PATH=environ["PATH"])
    run(node, str(programs / "typescript/bin/tsc"), "--noEmit", "false", "--outDir", "built",
        cwd=folder, PATH=environ["PATH"])  # fmt: skip
    said = run(
        node, "built/ten_calls.js", program.address, world.DATASET, world.CELLS,
        cwd=folder, PATH=environ["PATH"],
    )  # fmt: skip
    answers = json.loads(said)
    assert world.DATASET in answers["datasets"]
    assert world.CELLS in answers["layers"]
    check_answers(program, answers)
