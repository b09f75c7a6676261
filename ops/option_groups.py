"""Arguments and options that several commands have, declared once: as a type, or as the fields of a dataclass."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

SmsConfigurationOption = Annotated[
    Path | None, typer.Option("--configuration", help="File of SMS providers.", envvar="THUNGAN_SMS_CONFIGURATION")
]


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Replace a command's parameters that are dataclasses by the fields of these, for typer to read."""
    declared = signature(command, eval_str=True).parameters
    groups: dict[str, Any] = {
        name: parameter.annotation for name, parameter in declared.items() if is_dataclass(parameter.annotation)
    }
    parameters = [
        one.replace(kind=Parameter.KEYWORD_ONLY)
        for name, parameter in declared.items()
        for one in (signature(groups[name], eval_str=True).parameters.values() if name in groups else [parameter])
    ]

    @wraps(command)
    def with_groups(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        command(**values)

    with_groups.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    with_groups.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_groups
