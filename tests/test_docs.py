"""What the documents say is so: commands, addresses, settings, links, versions."""

import re
import shlex
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
import typer.main
from fastapi.testclient import TestClient

from service.__main__ import app as command_line
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import PREFIX, Settings
from service.imports.incidents.layout import IncidentLayout
from tests.generated.settings import setting_names
from tests.test_architecture import ALLOWED

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
DECISIONS = ROOT / "docs" / "decisions"
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(
            path
            for path in (ROOT / "tests").rglob("*.md")
            if "node_modules" not in path.relative_to(ROOT).parts  # other people's
        ),
        ROOT / "service" / "web" / "README.md",
    ]
)
COLUMNS = 100

IN_IMAGE = re.findall(r"^(?:RUN| &&) (hotspots .+?)(?: \\)?$", DOCKERFILE, re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(
    r"`((?:service|spatial|boundaries|tests|docs|notebooks)/[\w./-]+|[\w.-]+\.(?:md|toml|txt))`"
)


def document_id(path: Path) -> str:
    """A document's path in the repository."""
    return str(path.relative_to(ROOT))


def parts(document: Path) -> tuple[list[tuple[int, str]], list[str]]:
    """A document's numbered lines of prose, addresses of links taken out, and its code."""
    prose, code, in_code = [], [], False
    for number, line in enumerate(document.read_text("utf-8").splitlines(), start=1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif in_code:
            code.append(line.strip())
        elif not line.lstrip().startswith("|"):
            prose.append((number, re.sub(r"\]\([^)\s]+\)|https?://\S+", "]", line)))
    return prose, code


CODE = sorted({line for document in DOCUMENTS for line in parts(document)[1]})
COMMANDS = [line.removeprefix(".venv/bin/") for line in CODE]
IN_DOCUMENTS = [line for line in COMMANDS if line.startswith("hotspots ")]
CALLS = [line.split("'")[1] for line in CODE if re.fullmatch(r"curl '[^']+'", line)]


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
@pytest.mark.parametrize("line", IN_DOCUMENTS)
def test_the_command_line_knows_the_commands_of_the_documents(line):
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
    assert len(IN_DOCUMENTS) >= 15
    assert len(IN_IMAGE) >= 6
    assert len(CALLS) >= 4


def test_a_misspelt_option_would_be_found():
    with pytest.raises(Exception, match=r"No such option.*--bandwith-m"):
        read_command("hotspots heatmap callouts --bandwith-m 400")


@pytest.mark.parametrize("address", CALLS)
def test_the_service_knows_the_addresses_and_parameters_of_the_documents(address, tmp_path):
    parts = urllib.parse.urlsplit(address)
    app = create_app(open_resources(Settings(data_dir=tmp_path)))
    client = TestClient(app, base_url="http://localhost")
    answer = client.get(f"{parts.path}?{parts.query}")
    # Nothing is loaded: a known route with known parameters misses the data, nothing else.
    missing = {"unknown-dataset", "unknown-layer", "unknown-rules", "no-study-area", "no-sites"}
    assert answer.json()["type"].removeprefix("/problems/") in missing


def test_the_documents_name_settings_that_exist():
    text = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    names = set(re.findall(rf"\b{PREFIX}(?!TEST_)[A-Z_]*[A-Z]\b", text))
    assert names == set(setting_names())


@pytest.mark.parametrize("document", DOCUMENTS, ids=document_id)
def test_lines_fit_in_a_hundred_columns_but_in_tables_code_and_addresses(document):
    assert [(number, line) for number, line in parts(document)[0] if len(line) > COLUMNS] == []


def test_the_documents_are_formatted():
    done = subprocess.run(
        [sys.executable, "-m", "mdformat", "--check", *map(str, DOCUMENTS)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, f"{done.stderr}make format mends it"


@pytest.mark.parametrize("document", DOCUMENTS, ids=document_id)
def test_the_files_that_a_document_names_are_there(document):
    text = document.read_text("utf-8")
    if "- Status: superseded" in text:  # history: what it names may be gone
        return
    folders = (ROOT, document.parent)
    names = [
        name.rstrip("/.") for name in PATH.findall(text) if not name.startswith("service/web/dist")
    ]
    missing = [name for name in names if not any((folder / name).exists() for folder in folders)]
    assert missing == []


def test_the_index_of_decisions_lists_each_by_number_and_title():
    entries = re.findall(
        r"^\| (\d+) \| \[(.+)\]\((\S+)\) \|$",
        (DECISIONS / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    files = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert [name for _, _, name in entries] == files
    for place, (number, title, name) in enumerate(entries, start=1):
        first = (DECISIONS / name).read_text("utf-8").splitlines()[0]
        assert (int(number), int(name[:4])) == (place, place)
        assert first == f"# {number}. {title}"


@pytest.mark.parametrize("decision", sorted(DECISIONS.glob("[0-9]*.md")), ids=document_id)
def test_a_decision_states_its_status_date_context_and_what_was_decided(decision):
    text = decision.read_text("utf-8")
    assert re.search(
        r"\n\n- Status: (accepted|superseded by \[\d+\]\(\S+\))\n- Date: \d{4}-\d\d-\d\d\n\n", text
    )
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    order = ["Context", "Decision", "Consequences", "Rejected"]
    assert sections == [name for name in order if name in sections]
    assert {"Context", "Decision"} <= set(sections)


@pytest.mark.parametrize("document", DOCUMENTS, ids=document_id)
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


def test_the_way_of_a_request_names_each_module_once():
    """In the order that the responder states."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = page.partition("## The way of one request")[2].partition("\n\nThe event loop")[0]
    way = re.findall(r"^\| [^|]+ \| `(service/[^`]+)` \|", rows, re.MULTILINE)
    assert len(way) == len(set(way)) > 8
    route, spec, responder = (ROOT / path for path in way[:3])
    assert "AnswerSpec" in route.read_text("utf-8")
    assert "class AnswerSpec" in spec.read_text("utf-8")
    order = responder.read_text("utf-8").partition('"""')[2].partition('"""')[0]
    steps = re.findall(r"admit|version|304|memory|Redis|compute|release|bytes$", order)
    assert steps == ["admit", "version", "304", "memory", "Redis", "compute", "release"]
    named = [row.split("|")[1] for row in rows.splitlines() if row.startswith("|")]
    places = [next(i for i, row in enumerate(named) if step in row) for step in steps]
    assert places == sorted(places)


def test_the_drawing_of_the_floors_shows_every_folder_of_the_service():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawing = page.partition("```mermaid")[2].partition("```")[0]
    folders = {name.removeprefix("service.") for name in ALLOWED if name.startswith("service.")}
    groups = {folder.partition(".")[0] for folder in folders}
    assert {group for group in groups if not re.search(rf"\b{group}\b", drawing)} == set()
    chapters = {folder.rpartition(".")[2] for folder in folders}
    assert {name for name in chapters if not re.search(rf"\b{name}\b", drawing)} == set()
