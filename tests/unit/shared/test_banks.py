"""A transfer goes to a bank that exists, whatever its code begins with."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from services.gateway.settings import GatewaySettings
from services.receipt.settings import ReceiptSettings
from shared.banks import AS_OF, BANKS, require_known_bank

ADDRESSES: dict[str, Any] = {"amqp_url": SecretStr("amqp://a"), "database_url": SecretStr("postgresql://a")}


@pytest.mark.parametrize("bin_", ["", "963388", "546034", "970436", "970422"])
def test_the_code_of_a_bank_is_taken(bin_: str) -> None:
    assert require_known_bank(bin_) == bin_
    account = "1" if bin_ else ""
    receipt = ReceiptSettings(receipt_bank_bin=bin_, receipt_bank_account=account, **ADDRESSES)
    gateway = GatewaySettings(receipt_bank_bin=bin_, receipt_bank_account=account, **ADDRESSES)
    assert (receipt.receipt_bank_bin, gateway.receipt_bank_bin) == (bin_, bin_)


@pytest.mark.parametrize("bin_", ["970999", "123456", "97043", "9704360", " 970436", "970 436"])
def test_digits_that_name_no_bank_are_refused_with_the_date_of_the_list(bin_: str) -> None:
    for settings in (ReceiptSettings, GatewaySettings):
        with pytest.raises(ValidationError, match=AS_OF.isoformat()):
            settings(receipt_bank_bin=bin_, receipt_bank_account="1", **ADDRESSES)


def test_every_code_has_six_digits_and_a_name() -> None:
    assert all(len(bin_) == 6 and bin_.isdecimal() and name for bin_, name in BANKS.items())
