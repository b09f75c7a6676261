"""Ways for an SMS to leave: each provider is one module, chosen by name in the settings."""

from collections.abc import Sequence

from services.notify.providers.base import Provider
from services.notify.providers.sandbox import SandboxProvider
from services.notify.settings import NotifySettings


def make_providers(settings: NotifySettings) -> Sequence[Provider]:
    """Return the providers that the settings name, the first choice first."""
    makers = {"sandbox": lambda: SandboxProvider(settings.sandbox_folder())}
    return [makers[name]() for name in settings.sms_providers]


__all__ = ["Provider", "make_providers"]
