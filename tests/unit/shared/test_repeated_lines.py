"""Log lines of one cause are written once, and then at growing intervals with how many were left out."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from shared.logging import configure_logging
from shared.messaging import correlated
from shared.repeated_lines import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, RepeatedLines


class Played:
    """A clock, and the lines that were written."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.stream = io.StringIO()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def played() -> Iterator[Played]:
    made = Played()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(service="billing", stream=made.stream)
    (handler,) = root.handlers
    handler.filters[:] = [RepeatedLines(clock=lambda: made.seconds)]
    yield made
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def each_second(played: Played, seconds: int, say: Callable[[], object]) -> None:
    for _ in range(seconds):
        say()
        played.seconds += 1.0


def test_of_a_day_without_a_database_a_few_lines_tell_and_they_count_all_of_it(played: Played) -> None:
    log = structlog.get_logger("relay")
    day = 24 * 60 * 60
    each_second(played, day, lambda: log.warning("not_reached", error="OSError", retry_seconds=played.seconds / 7))
    lines = played.lines()
    assert len(lines) < 2 * day / LONGEST_PAUSE_SECONDS
    assert "repeated" not in lines[0]
    left_out = sum(line["repeated"] for line in lines[1:])
    assert day - LONGEST_PAUSE_SECONDS <= len(lines) + left_out <= day


def test_another_cause_is_written_at_once(played: Played) -> None:
    log = structlog.get_logger("relay")
    each_second(played, 3, lambda: log.warning("not_reached", error="OSError"))
    each_second(played, 3, lambda: log.warning("not_reached", error="InvalidPasswordError"))
    each_second(played, 3, lambda: log.error("not_reached", error="OSError"))
    assert [(line["level"], line["error"]) for line in played.lines()] == [
        ("warning", "OSError"),
        ("warning", "InvalidPasswordError"),
        ("error", "OSError"),
    ]


def test_errors_that_are_raised_differ_by_what_they_say(played: Played) -> None:
    def fail(why: str) -> None:
        try:
            int(why)
        except ValueError:
            structlog.get_logger("part").exception("part_failed")

    each_second(played, 3, lambda: fail("one"))
    each_second(played, 3, lambda: fail("other"))
    assert ["one" in line["exception"] for line in played.lines()] == [True, False]


def test_what_comes_again_after_a_while_without_is_new(played: Played) -> None:
    log = structlog.get_logger("relay")
    log.warning("not_reached")
    played.seconds += 3 * FIRST_PAUSE_SECONDS
    log.warning("not_reached")
    assert [line.get("repeated") for line in played.lines()] == [None, None]


def test_neither_what_is_no_warning_nor_what_is_about_a_message_is_left_out(played: Played) -> None:
    log = structlog.get_logger("relay")
    each_second(played, 3, lambda: log.info("payment_recorded"))
    with correlated("one-act"):
        each_second(played, 3, lambda: log.warning("event_postponed"))
    assert len(played.lines()) == 6


def test_lines_of_libraries_are_limited_too(played: Played) -> None:
    each_second(played, 3, lambda: logging.getLogger("library").warning("calling %s", "home"))
    each_second(played, 3, lambda: logging.getLogger("library").warning("calling %s", "another"))
    assert [line["event"] for line in played.lines()] == ["calling home", "calling another"]
