"""Makes command-line options from a query model, so that they match those of HTTP."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from service.commands import terminal
from service.commands.options import Leading, Top
from service.model.queries import Query


def with_query(
    model: type[Query], *, without: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option per field of a query model, and the checked query itself.

    Parameters
    ----------
    model : type of Query
        Its fields become options: ``bandwidth_m`` is ``--bandwidth-m``. The model checks the
        values and words the errors.
    without : tuple of str
        Fields that are not useful on the command line.

    Returns
    -------
    callable
        A decorator for a command with a keyword parameter `query`, which the options replace.
    """
    fields = {name: field for name, field in model.model_fields.items() if name not in without}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**options: Any) -> None:
            values = {}
            for name, field in fields.items():
                value = options.pop(name)
                if value not in (None, [], ()):
                    values[field.alias or name] = value
            if takes_top:
                options["format_"] = _leading(options.pop("top"), options)
            command(**options, query=terminal.query_of(model, **values))

        signature_parameters = inspect.signature(command, eval_str=True).parameters
        # Where a question has a --top of its own, that is the one.
        takes_top = "format_" in signature_parameters and "top" not in fields
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in signature_parameters.items()
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
        if takes_top:
            parameters.append(
                inspect.Parameter(
                    "top", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Top
                )
            )
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__name__ = command.__name__
        run.__doc__ = command.__doc__
        return run

    return decorate


def _leading(top: int | None, options: Mapping[str, Any]) -> Any:
    """The format of a table; or how many rows to show, which is no format of a file."""
    if top is None:
        return options["format_"]
    if options["format_"] is not None or options.get("out") is not None:
        terminal.fail("--top shows a table to read: leave out --format and --out")
    return Leading(top)


def _option(name: str, field: FieldInfo) -> Any:
    """The typer annotation of a field, as text that the model will check."""
    flag = f"--{(field.alias or name).replace('_', '-')}"
    help_text = (field.description or "").rstrip(".")
    if field.annotation in (bool, bool | None):
        option = typer.Option(f"{flag}/--no-{flag[2:]}", help=f"{help_text}.", show_default=False)
        return Annotated[bool | None, option]
    choices = _choices(field.annotation)
    if choices:
        help_text += f" ({', '.join(choices)})"
    if field.is_required():
        help_text += " [required]"
    elif field.default not in (None, ()):
        default = field.default
        default_text = (
            ", ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in default)
            if isinstance(default, tuple)
            else default
        )
        help_text += (
            f" [{default_text:g}]" if isinstance(default_text, float) else f" [{default_text}]"
        )
    is_list = get_origin(field.annotation) is tuple
    return Annotated[
        (list[str] if is_list else str) | None,
        typer.Option(flag, help=f"{help_text}.", metavar=_metavar(field), show_default=False),
    ]


def _choices(annotation: Any) -> tuple[str, ...]:
    """The allowed values of a field, if it is a choice of texts."""
    parts = get_args(annotation)
    if parts and all(isinstance(part, str) for part in parts):
        return tuple(parts)
    return ()


def _metavar(field: FieldInfo) -> str:
    numbers = (int, float)
    kinds = {field.annotation, *get_args(field.annotation)}
    return "<number>" if any(kind in numbers for kind in kinds) else "<str>"
