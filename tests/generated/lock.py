"""Writes requirements.lock: what the container image installs, by digest. ``make lock``.

The digests are those that the configured index states for the versions in constraints.txt, for each
kind of machine that images are built for. No address is written: any index that has the files will
do, and no other file than these is taken. This asks the index, so that it is no part of
``make generate``.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
PYTHON = "3.11"  # of the base image
MACHINES = ("x86_64", "aarch64")
NODE = re.compile(r'^NODE = "(.+)"$', re.MULTILINE)
HEADER = """\
# What the container image installs: the versions of constraints.txt, by the digests of their files
# for CPython {python} on {machines}. Written by `make lock`.
"""


def required() -> list[str]:
    """What is installed into the image, and what builds the package in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    build = NODE.search((ROOT / "service" / "web" / "page_build.py").read_text("utf-8"))
    assert build is not None
    named = project["project"]
    return [
        *named["dependencies"],
        *named["optional-dependencies"]["redis"],
        *project["build-system"]["requires"],
        build[1],
    ]


def resolved(machine: str) -> list[dict[str, Any]]:
    """What pip would install on a machine, as it reports it."""
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in (34, 28, 27, 17)]
    platforms += [f"manylinux2014_{machine}", f"linux_{machine}"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [
                sys.executable, "-m", "pip", "install", "--quiet", "--dry-run",
                "--ignore-installed", "--only-binary=:all:", "--target", folder,
                "--python-version", PYTHON, "--implementation", "cp",
                *(f"--platform={platform}" for platform in platforms),
                "--constraint", str(ROOT / "constraints.txt"), "--report", str(report),
                *required(),
            ],
            check=True,
        )  # fmt: skip
        return list(json.loads(report.read_text("utf-8"))["install"])


def lock_text(machines: dict[str, Iterable[dict[str, Any]]]) -> str:
    """The file for what pip reported on some machines."""
    digests: dict[str, set[str]] = {}
    for installs in machines.values():
        for item in installs:
            name = re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower()
            pin = f"{name}=={item['metadata']['version']}"
            digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
            digests.setdefault(pin, set()).add(digest)
    lines = [HEADER.format(python=PYTHON, machines=" and ".join(machines))]
    for pin, hashes in sorted(digests.items()):
        options = [f"    --hash=sha256:{digest}" for digest in sorted(hashes)]
        lines.append(" \\\n".join([pin, *options]) + "\n")
    return "".join(lines)


if __name__ == "__main__":
    LOCK.write_text(lock_text({machine: resolved(machine) for machine in MACHINES}), "utf-8")
    print(f"{LOCK.name}: written")
