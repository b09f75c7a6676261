"""The file that names who may tell of money (``THUNGAN_BANK_WEBHOOKS``), read and checked with its secrets.

A new kind: its settings in :data:`AnyWebhook` here, its module beside this one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError, field_validator

from services.gateway.webhooks.base import WebhookSettings
from services.gateway.webhooks.casso import CassoSettings
from services.gateway.webhooks.generic import GenericSettings
from services.gateway.webhooks.payos import PayosSettings
from services.gateway.webhooks.sepay import SepaySettings
from shared.secret_places import SecretMissing, Section

AnyWebhook = Annotated[
    CassoSettings | GenericSettings | PayosSettings | SepaySettings,
    Field(discriminator="kind"),
]


class WebhookConfigurationError(ValueError):
    """The file is wrong; the message is one line that names the file and the field, and holds no secret."""


class BankWebhooks(Section):
    """The whole file."""

    webhooks: tuple[AnyWebhook, ...] = ()

    @field_validator("webhooks")
    @classmethod
    def _names_differ(cls, webhooks: tuple[WebhookSettings, ...]) -> tuple[WebhookSettings, ...]:
        names = [webhook.name for webhook in webhooks]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two webhooks are named {min(twice)}")
        return webhooks


def load_webhooks(path: Path | None) -> Mapping[str, WebhookSettings]:
    """Read who may tell of money, by name; nobody without a file. Raises :class:`WebhookConfigurationError`."""
    if path is None:
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WebhookConfigurationError(f"{path} cannot be read: {type(error).__name__}") from None
    try:
        found = BankWebhooks.model_validate(content, context={"folder": path.parent})
        for webhook in found.webhooks:
            for secret in webhook.secrets():
                secret.reveal()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise WebhookConfigurationError(f"{path}, {field}: {first['msg'].removeprefix('Value error, ')}") from None
    except SecretMissing as missing:
        raise WebhookConfigurationError(f"{path}: {missing}") from None
    return {webhook.name: webhook for webhook in found.webhooks}
