"""eSMS (esms.vn), REST version of its "MultipleMessage" interface.

The adapter follows.
"""

from typing import Literal

from pydantic import Field

from services.notify.providers.http import HttpProviderSettings
from services.notify.providers.provider_settings import Secret


class EsmsSettings(HttpProviderSettings):
    """eSMS in the configuration."""

    kind: Literal["esms"]
    url: str = Field(default="https://rest.esms.vn/MainService.svc/json", pattern=r"^https?://[^/]+(/.*)?$")
    api_key: Secret
    secret_key: Secret
    brandname: str = Field(min_length=1, max_length=20)
