"""Ways for an SMS to leave: each kind of provider is one module, chosen in the configuration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncpg import Pool

from services.notify.providers.base import Provider
from services.notify.providers.configuration import SmsConfiguration
from services.notify.providers.esms import EsmsProvider, EsmsSettings
from services.notify.providers.generic import GenericProvider, GenericSettings
from services.notify.providers.provider_settings import ProviderSettings
from services.notify.providers.sandbox import SandboxProvider, SandboxSettings
from services.notify.providers.smpp import SmppProvider, SmppSettings
from services.notify.providers.speedsms import SpeedSmsProvider, SpeedSmsSettings
from services.notify.providers.template_api import TemplateApiProvider, TemplateApiSettings
from services.notify.providers.zalo import ZaloProvider, ZaloSettings
from shared.clock import Clock, now


@dataclass(frozen=True)
class Surroundings:
    """What providers may need beside their own settings."""

    pool: Pool
    """Of the notify database, for what copies of the service share."""
    sandbox_folder: Path
    clock: Clock = now


def _sandbox(settings: SandboxSettings, around: Surroundings) -> Provider:
    return SandboxProvider(settings.folder or around.sandbox_folder, name=settings.name, clock=around.clock)


_MAKERS: Mapping[type[ProviderSettings], Callable[[Any, Surroundings], Provider]] = {
    EsmsSettings: lambda settings, around: EsmsProvider(settings, clock=around.clock),
    GenericSettings: lambda settings, around: GenericProvider(settings, clock=around.clock),
    SandboxSettings: _sandbox,
    SmppSettings: lambda settings, _around: SmppProvider(settings),
    SpeedSmsSettings: lambda settings, around: SpeedSmsProvider(settings, clock=around.clock),
    TemplateApiSettings: lambda settings, around: TemplateApiProvider(settings, clock=around.clock),
    ZaloSettings: lambda settings, around: ZaloProvider(settings, around.pool, clock=around.clock),
}


def make_providers(configuration: SmsConfiguration, around: Surroundings) -> Sequence[Provider]:
    """Return the providers of a configuration in its order. Raises SecretMissing."""
    return [make_provider(settings, around) for settings in configuration.providers]


def make_provider(settings: ProviderSettings, around: Surroundings) -> Provider:
    """Return one provider. Raises SecretMissing."""
    return _MAKERS[type(settings)](settings, around)


__all__ = ["Provider", "Surroundings", "make_provider", "make_providers"]
