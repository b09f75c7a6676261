"""Configuration files that people write, and the places of the secrets that they refer to."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator


class SecretMissing(ValueError):
    """A secret that the configuration refers to is not there; the message names the place, never the secret."""


class Section(BaseModel):
    """Base of all: nothing beside what is named here, and nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True)


def _beside_the_configuration(value: Any, info: ValidationInfo) -> Any:
    """Take a relative path from the folder of the configuration file."""
    return (info.context or {}).get("folder", Path()) / value if isinstance(value, str) else value


LocalPath = Annotated[Path, BeforeValidator(_beside_the_configuration)]
"""A file; a relative path begins at the folder of the configuration file."""


class Secret(Section):
    """Where a secret is: ``{env: NAME}`` or ``{file: PATH}``. The configuration itself never holds one."""

    env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    file: LocalPath | None = None

    @model_validator(mode="before")
    @classmethod
    def _refers_to_one_place(cls, value: Any) -> Any:
        # Checked before the fields are, so that what somebody wrote here in clear is in no message.
        if not isinstance(value, Secret) and not (isinstance(value, dict) and len(value) == 1):
            raise ValueError("a secret is {env: NAME} or {file: PATH}, never the secret itself")
        return value

    def reveal(self) -> str:
        """Return the secret. Raises :class:`SecretMissing`."""
        if self.file is not None:
            try:
                found = self.file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SecretMissing(f"the secret's file {self.file} cannot be read: {type(error).__name__}") from None
            place = f"the file {self.file}"
        else:
            found, place = os.environ.get(self.env or "", "").strip(), f"the environment variable {self.env}"
        if not found:
            raise SecretMissing(f"{place} holds no secret")
        return found
