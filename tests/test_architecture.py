"""The house: which room may import which, read from the imports themselves."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("service", "boundaries", "spatial")

# What each room may import of ours; itself always.
ALLOWED: dict[str, set[str]] = {
    "spatial": set(),
    "boundaries": {"spatial"},
    "service.store": {"spatial", "boundaries", "service"},
    "service.schemas": {"service.analyses.filters", "service", "spatial"},
    "service.analyses": {
        "spatial",
        "boundaries",
        "service.store",
        "service.schemas",
        "service",
    },
    "service.render": {
        "spatial",
        "boundaries.layer",
        "boundaries.tiles",
        "boundaries.generalise",
        "service",
    },
    "service.routers": {
        "spatial",
        "service.analyses",
        "service.render",
        "service.schemas",
        "service",
    },
    "service.imports": {"spatial", "boundaries", "service.store", "service"},
    "service.demo": {"spatial", "boundaries", "service.store", "service.imports", "service"},
}
# In `spatial`: no files, no network, no environment, no clock, no global random state.
FORBIDDEN_IN_SPATIAL = {
    "os", "pathlib", "io", "socket", "urllib", "http", "requests", "httpx", "time", "datetime",
    "random", "subprocess", "tempfile", "shutil", "fastapi", "deltalake", "pyogrio", "geopandas",
    "rasterio",
}  # fmt: skip
FORBIDDEN_IN_ANALYSES = {"fastapi", "starlette", "uvicorn", "http", "typer", "PIL", "matplotlib"}
FORBIDDEN_IN_RENDER = {"fastapi", "starlette", "deltalake", "typer"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


def imported_names(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            module = node.module or ""
            names.add(module)
            names |= {f"{module}.{alias.name}" for alias in node.names if is_module(module, alias)}
    return names


def is_module(module: str, alias: ast.alias) -> bool:
    where = ROOT / module.replace(".", "/") / alias.name
    return where.is_dir() or where.with_suffix(".py").is_file()


def room_of(name: str) -> str | None:
    """The room that a module of ours belongs to: a sub-package of service, or a package."""
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return None
    if parts[0] == "service" and len(parts) > 1 and (ROOT / "service" / parts[1]).is_dir():
        return f"service.{parts[1]}"
    return parts[0]


def is_allowed(name: str, room: str, allowed: set[str]) -> bool:
    target = room_of(name)
    return target is None or target == room or target in allowed or name in allowed


@pytest.mark.parametrize("room", ALLOWED)
def test_arrows_point_down_only(room):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in sorted(imported_names(path))
        if not is_allowed(name, room, ALLOWED[room])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("spatial", FORBIDDEN_IN_SPATIAL),
        ("service.analyses", FORBIDDEN_IN_ANALYSES),
        ("service.render", FORBIDDEN_IN_RENDER),
    ],
)
def test_a_room_keeps_out_what_is_not_its_business(room, forbidden):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in sorted(imported_names(path))
        if name.split(".")[0] in forbidden
    ]
    assert not wrong, "\n".join(wrong)


def test_the_test_sees_a_wrong_arrow(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from service.store import incidents\n")
    names = imported_names(wrong)
    assert "service.store.incidents" in names
    assert not is_allowed("service.store.incidents", "spatial", ALLOWED["spatial"])


def test_every_file_stays_readable():
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for package in PACKAGES
        for path in modules(package)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    ]
    assert not long, "\n".join(long)


def test_only_the_command_line_builds_settings():
    builders = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in modules(package)
        if "read_settings(" in path.read_text(encoding="utf-8")
    ]
    assert sorted(builders) == ["service/commands/output.py", "service/settings.py"]
