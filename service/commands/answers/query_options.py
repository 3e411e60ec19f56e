"""Command line options made from a query model, so that they are those of HTTP, all of them."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from service.commands import terminal as output
from service.model.queries import Query


def with_query(
    model: type[Query], *, without: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option per field of a query model, and the checked query itself.

    Parameters
    ----------
    model : type of Query
        Its fields become options: ``bandwidth_m`` is ``--bandwidth-m``. Values are checked by
        the model, in its words.
    without : tuple of str
        Fields that make no sense on the command line.

    Returns
    -------
    callable
        A decorator. The command has a keyword parameter `query`, which the options replace.
    """
    fields = {name: field for name, field in model.model_fields.items() if name not in without}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**given: Any) -> None:
            asked = {}
            for name, field in fields.items():
                value = given.pop(name)
                if value not in (None, [], ()):
                    asked[field.alias or name] = value
            command(**given, query=output.query_of(model, **asked))

        own = inspect.signature(command, eval_str=True).parameters
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in own.items()
            if name != "query"
        ]
        parameters += [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=_option(name, field),
            )
            for name, field in fields.items()
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        run.__name__ = command.__name__
        run.__doc__ = command.__doc__
        return run

    return decorate


def _option(name: str, field: FieldInfo) -> Any:
    """The typer annotation of a field: text that the model will check."""
    flag = f"--{(field.alias or name).replace('_', '-')}"
    words = (field.description or "").rstrip(".")
    if field.annotation is bool:
        option = typer.Option(f"{flag}/--no-{flag[2:]}", help=f"{words}.", show_default=False)
        return Annotated[bool | None, option]
    choices = _choices(field.annotation)
    if choices:
        words += f" ({', '.join(choices)})"
    if field.is_required():
        words += " [required]"
    elif field.default not in (None, ()):
        default = field.default
        shown = ", ".join(f"{v:g}" for v in default) if isinstance(default, tuple) else default
        words += f" [{shown:g}]" if isinstance(shown, float) else f" [{shown}]"
    several = get_origin(field.annotation) is tuple
    return Annotated[
        (list[str] if several else str) | None,
        typer.Option(flag, help=f"{words}.", metavar=_metavar(field), show_default=False),
    ]


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words that a field allows, where it is a choice of words."""
    parts = get_args(annotation)
    if parts and all(isinstance(part, str) for part in parts):
        return tuple(parts)
    return ()


def _metavar(field: FieldInfo) -> str:
    numbers = (int, float)
    kinds = {field.annotation, *get_args(field.annotation)}
    return "NUMBER" if any(kind in numbers for kind in kinds) else "TEXT"
