"""Secrets in files, as Docker and Kubernetes mount them: ``THUNGAN_NAME_FILE`` in place of ``THUNGAN_NAME``.

The password of an address may be given beside it: ``THUNGAN_AMQP_PASSWORD``, or ``THUNGAN_AMQP_PASSWORD_FILE``, for a
``THUNGAN_AMQP_URL`` that names an account and no password. A secret that is given twice is refused: which of them is
true nobody can tell.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from shared.misconfigured import Misconfigured
from shared.placeholders import Credentials

_ADDRESS = "_URL"


def secret_in(environment: Mapping[str, str], name: str) -> str | None:
    """Return a secret of the environment, or of the file that it names; None where neither is there.

    What Compose passes on as an empty text is not there. Raises :class:`Misconfigured`, which names no secret.
    """
    given, file = environment.get(name) or None, environment.get(f"{name}_FILE") or None
    if file is None:
        return given
    if given is not None:
        raise Misconfigured(f"{name} and {name}_FILE are both set: give one of them")
    try:
        found = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{name}_FILE: {file} cannot be read: {type(error).__name__}") from None
    if not found:
        raise Misconfigured(f"{name}_FILE: {file} is empty")
    return found


def address_in(environment: Mapping[str, str], name: str) -> str | None:
    """Return an address of the environment with its password, wherever each of them is given.

    ``name`` ends in ``_URL``. Raises :class:`Misconfigured`.
    """
    address, beside = secret_in(environment, name), name.removesuffix(_ADDRESS) + "_PASSWORD"
    password = secret_in(environment, beside)
    if address is None or password is None:
        return address
    parts = urlsplit(address)
    if parts.password is not None:
        raise Misconfigured(f"{name} holds a password, and {beside} is set: give one of them")
    if not parts.username:
        raise Misconfigured(f"{beside} is set, and {name} names no account")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{quote(password, safe='')}@{host}"))


class SecretsFromFiles(PydanticBaseSettingsSource):
    """Gives settings that are secret what files hold; stands before the environment."""

    def __init__(self, settings_class: type[BaseSettings], environment: Mapping[str, str] = os.environ) -> None:
        super().__init__(settings_class)
        self._environment = environment

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the value of a setting; None where no file has to do with it."""
        name = f"{self.config.get('env_prefix', '')}{field_name}".upper()
        if not _is_secret(field):
            return None, field_name, False
        read = address_in if name.endswith(_ADDRESS) else secret_in
        return read(self._environment, name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return what was found."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def _is_secret(field: FieldInfo) -> bool:
    kinds = (field.annotation, *get_args(field.annotation))
    return SecretStr in kinds or any(isinstance(mark, Credentials) for mark in field.metadata)
