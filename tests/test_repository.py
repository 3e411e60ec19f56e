"""What holds for the files of the repository: no private addresses, tested versions."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]


def tracked_files() -> list[Path]:
    """Every file under version control, or a skip where there is none."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_file_names_a_machine_or_a_place_to_download_from():
    # Written in two halves, so that this file does not find itself.
    words = [
        r"/wo" + r"rk/",
        r"(?<![\w.])/ro" + r"ot/",
        r"/ho" + r"me/\w+",
        r"/Us" + r"ers/\w+",
        r"/tmp/" + r"bash_jobs",
        r"py" + r"pi\.org",
        r"python" + r"hosted\.org",
        r"npm" + r"js\.(?:org|com)",
        r"(?:dock" + r"er|gh" + r"cr|qu" + r"ay)\.io",
        r"index-" + r"url",
    ]
    forbidden = re.compile("|".join(words))
    found = []
    for path in tracked_files():
        if not path.is_file():  # taken away in the work tree
            continue
        content = path.read_bytes()
        if b"\0" in content[:8_000]:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            if forbidden.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_the_base_image_is_named_without_a_registry():
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert bases
    assert [base for base in bases if "/" in base] == []


def test_constraints_hold_a_version_of_every_dependency_that_the_project_allows():
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    pins = dict(line.split("==") for line in lines)
    versions = {normal(name): Version(version) for name, version in pins.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    wrong = [
        text
        for text, wanted in ((text, Requirement(text)) for text in named)
        if normal(wanted.name) not in versions
        or not wanted.specifier.contains(versions[normal(wanted.name)])
    ]
    assert wrong == []


def normal(name: str) -> str:
    """A distribution's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()
