"""What the documents say is so: commands, addresses, settings, links, versions."""

import re
import shlex
import subprocess
import tomllib
import urllib.parse
from pathlib import Path

import pytest
import typer.main
from fastapi.testclient import TestClient
from packaging.requirements import Requirement
from packaging.version import Version
from pydantic import BaseModel

from service.__main__ import app as command_line
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import PREFIX, Settings
from service.imports.incidents.layout import IncidentLayout

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

IN_README = re.findall(r"^    (hotspots .+)$", README, re.MULTILINE)
IN_IMAGE = re.findall(r"^(?:RUN| &&) (hotspots .+?)(?: \\)?$", DOCKERFILE, re.MULTILINE)
CALLS = re.findall(r"^    curl '([^']+)'$", README, re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def read_command(line: str) -> None:
    """Parse a line as the command line would, without running it."""
    command = typer.main.get_command(command_line)
    words = shlex.split(line)[1:]
    name = "hotspots"
    while hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"there is no command {name!r}"
        command = command.commands[name]
    command.make_context(name, words)


@pytest.fixture
def documented_folder(tmp_path, monkeypatch):
    """The current folder, with the files that a command reads when it is parsed."""
    layout = IncidentLayout(dataset="callouts", format_="csv", time="Call Date")
    (tmp_path / "trust.toml").write_text(layout.to_toml(), "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("documented_folder")
@pytest.mark.parametrize("line", IN_README)
def test_the_command_line_knows_the_commands_of_the_readme(line):
    read_command(line)


@pytest.mark.parametrize("line", IN_IMAGE)
def test_the_command_line_knows_the_commands_of_the_image(line):
    read_command(line)


def test_the_image_serves_by_a_command_there_is():
    entry, default = (
        re.search(rf"^{word} (\[.+\])$", DOCKERFILE, re.MULTILINE)
        for word in ("ENTRYPOINT", "CMD")
    )
    read_command(" ".join(re.findall(r'"([^"]+)"', entry[1] + default[1])))


def test_there_are_commands_and_calls_to_look_at():
    assert len(IN_README) >= 15
    assert len(IN_IMAGE) >= 6
    assert len(CALLS) >= 4


def test_a_misspelt_option_would_be_found():
    with pytest.raises(Exception, match=r"No such option.*--bandwith-m"):
        read_command("hotspots heatmap callouts --bandwith-m 400")


@pytest.mark.parametrize("address", CALLS)
def test_the_service_knows_the_addresses_and_parameters_of_the_readme(address, tmp_path):
    parts = urllib.parse.urlsplit(address)
    client = TestClient(create_app(open_resources(Settings(data_dir=tmp_path))))
    answer = client.get(f"{parts.path}?{parts.query}")
    # Nothing is loaded: a known route with known parameters misses the data, nothing else.
    missing = {"unknown-dataset", "unknown-layer", "no-study-area", "no-sites"}
    assert answer.json()["type"].removeprefix("/problems/") in missing


def test_the_settings_of_the_readme_are_those_there_are():
    told = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", README))
    assert told == set(settings_of(Settings, PREFIX))


def settings_of(model: type[BaseModel], prefix: str) -> list[str]:
    """The variables of a model of settings, groups taken apart."""
    found = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += settings_of(kind, f"{prefix}{name.upper()}__")
        else:
            found.append(f"{prefix}{name.upper()}")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(document):
    for target in LINK.findall(document.read_text("utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.is_file(), f"{document.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{document.name}: {target}"


def anchors(document: Path) -> set[str]:
    """The anchors that a renderer makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def test_pictures_are_small():
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 300_000] == []


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
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
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
