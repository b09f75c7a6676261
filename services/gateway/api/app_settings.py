"""What the phone app has to know of this installation."""

from pydantic import Field

from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import STAFF
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Nothing, Outgoing


class BankAccountView(Outgoing):
    """Where transfers go (VietQR)."""

    bank_bin: str = Field(description="Six digits that name the bank.", examples=["970436"])
    account: str = Field(examples=["1023456789"])
    name: str = Field(description="Whose account it is; may be empty.")


class AppSettingsView(Outgoing):
    """Settings of this installation for the phone app."""

    bank_account: BankAccountView | None = Field(description="None where no transfers are taken.")


async def read(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> AppSettingsView:  # noqa: ARG001 same signature
    """Read the settings."""
    settings = dependencies.settings
    account = None
    if settings.receipt_bank_bin and settings.receipt_bank_account:
        account = BankAccountView(
            bank_bin=settings.receipt_bank_bin,
            account=settings.receipt_bank_account,
            name=settings.receipt_bank_account_name,
        )
    return AppSettingsView(bank_account=account)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/app-settings",
        name="getAppSettings",
        tag="devices",
        summary="Read what the phone app has to know of this installation",
        handler=read,
        answer=AppSettingsView,
        roles=STAFF,
    ),
]
