"""The file that names providers, chains and the budget (``THUNGAN_SMS_CONFIGURATION``), read and checked.

A new kind of provider: its settings in :data:`AnyProviderSettings` here, its maker in ``providers/__init__.py``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator, model_validator

from services.notify.providers.esms import EsmsSettings
from services.notify.providers.generic import GenericSettings
from services.notify.providers.provider_settings import ProviderName, ProviderSettings
from services.notify.providers.sandbox import SandboxSettings
from services.notify.providers.smpp.settings import SmppSettings
from services.notify.providers.speedsms import SpeedSmsSettings
from services.notify.providers.template_api import TemplateApiSettings
from services.notify.providers.zalo import ZaloSettings
from shared.phones import Operator
from shared.secret_places import Secret, SecretMissing, Section

AnyProviderSettings = Annotated[
    EsmsSettings
    | GenericSettings
    | SandboxSettings
    | SmppSettings
    | SpeedSmsSettings
    | TemplateApiSettings
    | ZaloSettings,
    Field(discriminator="kind"),
]


class ConfigurationError(ValueError):
    """The file is wrong; the message is one line that names the file, the line and the field."""


class Hours(Section):
    """A part of the day in Vietnam time; over midnight where it ends before it begins."""

    opens: time = Field(alias="from")
    closes: time = Field(alias="to")
    """Itself outside."""


class Step(Section):
    """One step of a chain: a provider, or several that share by weight.

    In the file ``esms``, ``{esms: 3, speedsms: 1}``, or ``{cheapest: [esms, speedsms]}``.
    """

    weights: Mapping[ProviderName, Annotated[int, Field(gt=0)]] = Field(min_length=1)
    cheapest: bool = False
    """By the tariff of the customer's operator; those that cost the same share."""

    @model_validator(mode="before")
    @classmethod
    def _is_a_name_or_weights(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"weights": {value: 1}}
        if isinstance(value, dict) and isinstance(names := value.get("cheapest"), list):
            if len(value) > 1 or not all(isinstance(name, str) for name in names):
                raise ValueError("cheapest stands by itself: {cheapest: [esms, speedsms]}")
            return {"weights": dict.fromkeys(names, 1), "cheapest": True}
        return {"weights": value} if isinstance(value, dict) and "weights" not in value else value


class Chain(Section):
    """Through whom messages leave; the first chain that fits is taken."""

    kinds: frozenset[str] = frozenset()
    """Templates of ours (``away``, ``receipt``); empty: all."""
    operators: frozenset[Operator] = frozenset()
    """Operators of the customer's number; empty: all."""
    hours: Hours | None = None
    """Hours in which it holds; None: all."""
    steps: tuple[Step, ...] = Field(min_length=1)


class Budget(Section):
    """Đồng for SMS; None: no limit."""

    daily: int | None = Field(default=None, gt=0)
    monthly: int | None = Field(default=None, gt=0)


class SmsConfiguration(Section):
    """The whole file."""

    providers: tuple[AnyProviderSettings, ...] = Field(min_length=1)
    chains: tuple[Chain, ...] = ()
    budget: Budget = Budget()

    @field_validator("providers")
    @classmethod
    def _names_differ(cls, providers: tuple[ProviderSettings, ...]) -> tuple[ProviderSettings, ...]:
        names = [provider.name for provider in providers]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two providers are named {min(twice)}")
        return providers

    @field_validator("chains")
    @classmethod
    def _chains_name_providers(cls, chains: tuple[Chain, ...], info: ValidationInfo) -> tuple[Chain, ...]:
        known = {provider.name for provider in info.data.get("providers", ())}
        for chain in chains if known else ():
            for step in chain.steps:
                if unknown := step.weights.keys() - known:
                    raise ValueError(f"no provider is named {min(unknown)}")
        return chains

    def provider(self, name: str) -> ProviderSettings | None:
        """Return the settings of a provider; None: it is not (or no longer) in the file."""
        return next((provider for provider in self.providers if provider.name == name), None)


def load_configuration(path: Path, *, with_secrets: bool = False) -> SmsConfiguration:
    """Read and check the file, and with ``with_secrets`` whether each secret is where the file says.

    Raises :class:`ConfigurationError`.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, _Loader)
        content = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {type(error).__name__}") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}{_line_of(error)}: it is not YAML") from None
    for line, key in _keys_twice(root):
        raise ConfigurationError(f"{path}, line {line}, {key}: stands there twice")
    try:
        configuration = SmsConfiguration.model_validate(content, context={"folder": path.parent})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        line, field = _place(root, first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{path}, line {line}{field and f', {field}'}: {reason}") from None
    for location, secret in _secrets(configuration) if with_secrets else ():
        try:
            secret.reveal()
        except SecretMissing as missing:
            line, field = _place(root, location)
            raise ConfigurationError(f"{path}, line {line}, {field}: {missing}") from None
    return configuration


class _Loader(yaml.SafeLoader):
    """YAML as people write it: ``07:30`` and ``12:00`` are texts, not numbers to the base of sixty."""


def _number_or_time(loader: _Loader, node: yaml.ScalarNode) -> int | str:
    return node.value if ":" in node.value else loader.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _number_or_time)


def _line_of(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f", line {mark.line + 1}"


def _keys_twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Yield the keys that a mapping has twice: YAML would take the last and drop the others silently."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(str(key.value))
            yield from _keys_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _keys_twice(entry)


def _place(root: yaml.Node | None, location: Sequence[int | str]) -> tuple[int, str]:
    """Return line and field of an error; what pydantic names beside the file's own keys (a kind) is passed over."""
    node, line, named = root, 1 if root is None else root.start_mark.line + 1, list[str]()
    location = [part for part in location if part != "[key]"]
    for part in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line, named = node.start_mark.line + 1, [*named, str(part + 1)]
        elif isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            if found:
                key, node = found[0]
                line, named = key.start_mark.line + 1, [*named, str(part)]
            elif part is location[-1]:
                named.append(str(part))
        elif part is location[-1] and isinstance(part, str):
            named.append(part)
    return line, ".".join(named)


def _secrets(value: Any, location: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], Secret]]:
    """Yield every secret with its place in the file."""
    parts: Iterable[tuple[int | str, Any]] = ()
    match value:
        case Secret():
            yield location, value
        case BaseModel():
            fields = type(value).model_fields
            parts = ((field.alias or name, getattr(value, name)) for name, field in fields.items())
        case dict():
            parts = value.items()
        case tuple():
            parts = enumerate(value)
    for part, inner in parts:
        yield from _secrets(inner, (*location, part))
