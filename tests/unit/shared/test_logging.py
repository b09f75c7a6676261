"""Log lines are JSON, carry the ids of the message at work, and hold nothing of customers."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pydantic
import pytest
import structlog

from shared.logging import configure_logging, mask, mask_text
from shared.messaging import correlated


@pytest.fixture
def lines() -> Iterator[Any]:
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    configure_logging(service="billing", instance="b1", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def test_a_line_is_json_with_a_utc_time_its_origin_and_the_ids_of_the_work(lines: Any) -> None:
    with correlated("one-act"):
        structlog.get_logger("part").info("payment_recorded", amount=5)

    (line,) = lines()
    assert line["event"] == "payment_recorded"
    assert line["timestamp"].endswith("Z")
    assert (line["service"], line["instance"], line["level"], line["logger"]) == ("billing", "b1", "info", "part")
    assert (line["correlation_id"], line["amount"]) == ("one-act", 5)


def test_lines_of_libraries_come_out_the_same(lines: Any) -> None:
    logging.getLogger("some.library").warning("calling %s", "0912345678", extra={"phone": "0912345678"})

    (line,) = lines()
    assert (line["event"], line["phone"], line["logger"]) == ("calling ***", "***", "some.library")


def test_names_phones_addresses_and_tokens_are_masked_wherever_they_are(lines: Any) -> None:
    structlog.get_logger().info(
        "searched", customer={"name": "Nguyễn Văn An", "phones": ["0912 345 678"], "code": "PB1"}, token="t", note=None
    )

    (line,) = lines()
    assert line["customer"] == {"name": "***", "phones": ["***"], "code": "***"}
    assert (line["token"], line["note"]) == ("***", None)


@pytest.mark.parametrize(
    "text", ["0912345678", "+84912345678", "84 912 345 678", "0290.383.1234", "gọi 0912-345-678 nhé", "02903831234"]
)
def test_vietnamese_phone_numbers_are_masked_in_any_text(text: str) -> None:
    masked = mask_text(text)

    assert "***" in masked
    assert not any(part in masked for part in ("345", "383"))


@pytest.mark.parametrize(
    "text",
    [
        "01a203ad-3f05-7073-aa73-6cba2d393464",
        "PB12010123456",
        "2026-11-22T14:33:35.123456Z",
        "1234567",
        "amount 1084000000",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ],
)
def test_ids_codes_and_amounts_are_left_alone(text: str) -> None:
    assert mask_text(text) == text


def test_the_password_of_an_address_is_masked() -> None:
    assert mask_text("amqp://thungan:s3cret@127.0.0.1:5672/") == "amqp://thungan:***@127.0.0.1:5672/"


def test_an_error_of_the_database_shows_no_row(lines: Any) -> None:
    error = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    error.detail = "Key (name)=(Nguyễn Văn An) already exists."
    try:
        raise error
    except asyncpg.UniqueViolationError:
        structlog.get_logger().exception("failed")

    (line,) = lines()
    assert "duplicate key" in line["exception"]
    assert "Nguyễn" not in json.dumps(line, ensure_ascii=False)


def test_an_error_of_a_message_shows_no_input(lines: Any) -> None:
    class Customer(pydantic.BaseModel):
        name: int

    received = {"name": "Nguyễn Văn An"}
    try:
        try:
            Customer.model_validate(received)
        except pydantic.ValidationError as error:
            raise RuntimeError("could not read") from error
    except RuntimeError:
        structlog.get_logger().exception("failed")

    (line,) = lines()
    assert "could not read" in line["exception"]
    assert "name: int_parsing" in line["exception"]
    assert "Nguyễn" not in json.dumps(line, ensure_ascii=False)


def test_masking_keeps_numbers_and_nothing() -> None:
    assert mask({"amount": 5, "none": None, "list": (1, "x")}) == {"amount": 5, "none": None, "list": [1, "x"]}
