"""A group of commands whose modules are imported when they are called."""

import importlib
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import typer
from typer.core import TyperGroup

from service.runtime.garbage import uncollected

PACKAGE = "service.commands"


def late_commands(places: Mapping[str, str]) -> type[TyperGroup]:
    """A class of groups with these commands.

    Parameters
    ----------
    places : mapping of str to str
        By the name of a command, in the order of the help: the module below `service.commands`
        and, after a colon, the function or the `Typer` in it.
    """

    class LateCommands(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = _Commands(places)

        def list_commands(self, ctx: Any) -> list[str]:
            return list(self.commands)

    return LateCommands


class _Commands(MutableMapping[str, Any]):
    """Commands by their names; each is made when it is first asked for."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _command(name, self._places[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._places.setdefault(name, "")
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _command(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    with uncollected():
        found = getattr(importlib.import_module(f"{PACKAGE}.{module}"), attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        return group
    alone = typer.Typer(
        add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    alone.command(name)(found)
    return typer.main.get_command(alone)
