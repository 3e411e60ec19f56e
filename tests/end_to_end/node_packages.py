"""Packages of Node that tests use as clients: fetched with what the tests need (Makefile)."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parent / "clients"
INSTALLED = CLIENTS / "node_modules" / ".package-lock.json"
WHY_NOT = "the packages in tests/end_to_end/clients are not fetched (make test fetches them)"
_BUILD = Path(__file__).parents[2] / "service" / "web" / "page_build.py"


def page_build() -> Any:
    """The build of the page, which knows where Node and npm are."""
    spec = importlib.util.spec_from_file_location("page_build", _BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def node() -> tuple[str, dict[str, str]]:
    """Node, and an environment in which its programs find it."""
    npm, environ = page_build()._npm()
    return (npm[0] if len(npm) > 1 else "node"), environ


def fetch() -> None:
    """Fetch the packages, in the versions of the lock, unless they are there."""
    lock = CLIENTS / "package-lock.json"
    if INSTALLED.is_file() and INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return
    build = page_build()
    npm, environ = build._npm()
    build._fetch(npm, environ, CLIENTS)


if __name__ == "__main__":
    try:
        fetch()
    except Exception as error:  # noqa: BLE001 - whatever the build calls it
        sys.exit(str(error))
