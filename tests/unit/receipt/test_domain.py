from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.receipt.domain.ids import receipt_id_of, void_id_of
from services.receipt.domain.series import (
    format_lookup_code,
    format_number,
    issue_year,
    next_suffix,
    series_in,
    series_of,
    year_matches,
)
from services.receipt.receipts.draft import periods_of
from services.receipt.settings import ReceiptSettings
from tests.unit.receipt.documents import INVOICE_FORM, RECEIPT_FORM
from tests.unit.receipt.samples import bill, sample_id


def test_a_series_is_named_by_the_year_and_the_sellers_letters() -> None:
    series = series_of("0300942001-018", "AA", 2026, RECEIPT_FORM)
    assert (series.name, series.symbol) == ("BN26-AA", "BN26-AA")
    assert series_of("0300942001-018", "AA", 2027, RECEIPT_FORM).name == "BN27-AA"
    with pytest.raises(ValueError, match="two letters"):
        series_of("0300942001-018", "A1", 2026, RECEIPT_FORM)


def test_the_series_of_an_invoice_stands_behind_its_template_in_the_symbol() -> None:
    series = series_of("0300942001-018", "AA", 2018, INVOICE_FORM)
    assert (series.name, series.symbol) == ("K18TAA", "1K18TAA")
    assert [series_in(symbol) for symbol in ("1K18TAA", "K18TAA", "BN26-AA")] == ["K18TAA", "K18TAA", "BN26-AA"]


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), 2026),
        (datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), 2027),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), 2027),
    ],
)
def test_the_year_changes_at_midnight_in_vietnam(moment: datetime, year: int) -> None:
    assert issue_year(moment) == year


def test_a_series_of_last_year_does_not_belong_to_this_year() -> None:
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    for series in ("BN26-AA", "K26TAA"):
        assert year_matches(series, moment)
    for series in ("BN25-AA", "K25TAA"):
        assert not year_matches(series, moment)
    assert not year_matches("whatever", moment)


def test_each_seller_gets_the_next_free_letters() -> None:
    assert next_suffix(set()) == "AA"
    assert next_suffix({"AA", "AB"}) == "AC"
    assert next_suffix({"AZ", "AA"}, "AZ") == "BA"
    with pytest.raises(ValueError, match="no pair"):
        next_suffix({"ZZ"}, "ZZ")


def test_numbers_and_codes_are_written_so_that_people_can_read_them() -> None:
    assert format_number(123) == "00000123"
    assert format_lookup_code("ABCDEFGHIJKLMNOP") == "ABCD-EFGH-IJKL-MNOP"
    assert format_lookup_code("ABCDEFGHIJKLMNOPQ") == "ABCD-EFGH-IJKL-MNOPQ"


def test_the_same_payment_gives_the_same_ids_and_void_and_original_differ() -> None:
    payment = sample_id("payment")
    assert receipt_id_of(payment) == receipt_id_of(payment)
    assert receipt_id_of(payment) != void_id_of(payment)


def test_periods_of_many_bills_stay_short() -> None:
    assert periods_of([]) == ()
    assert periods_of([bill(10)]) == (2026101,)
    assert periods_of([bill(8), bill(9), bill(10)]) == (2026081, 2026101, 3)


def settings(**values: object) -> ReceiptSettings:
    return ReceiptSettings.model_validate(
        {"amqp_url": SecretStr("amqp://x"), "database_url": SecretStr("postgresql://x"), **values}
    )


def test_keys_are_in_the_folder_of_the_settings_or_of_the_namespace() -> None:
    assert settings().keys_folder() == Path(".local/keys/thungan")
    assert settings(receipt_keys_folder="/var/keys").keys_folder() == Path("/var/keys")


@pytest.mark.parametrize("url", ["https://thungan.example", "https://thungan.example/", "http://127.0.0.1:8080"])
def test_an_address_for_checking_is_an_origin(url: str) -> None:
    assert settings(receipt_check_url=url).receipt_check_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["thungan.example", "ftp://a", "https://a/b", "https://a?x", "https://u@a", "https://ă.vn"]
)
def test_what_could_not_stand_in_capitals_in_a_qr_code_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(receipt_check_url=url)


def test_a_bank_account_is_given_whole_or_not_at_all() -> None:
    assert settings().document_options().bank_account is None
    whole = settings(receipt_bank_bin="970415", receipt_bank_account="123").document_options().bank_account
    assert whole is not None
    assert whole.account == "123"
    with pytest.raises(ValidationError, match="BIN"):
        settings(receipt_bank_account="123")
