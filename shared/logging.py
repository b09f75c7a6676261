"""Log lines: JSON with UTC times, the ids of the message at work, and nothing that identifies a customer."""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, TextIO

import asyncpg
import pydantic
import structlog
from structlog.typing import EventDict, ExcInfo, Processor

from shared.messaging.context import current
from shared.repeated_lines import RepeatedLines

MASKED_KEYS = frozenset(
    {
        "name", "customer_name", "full_name", "phone", "phone_number", "address", "token", "text", "secret",
        "password", "authorization", "code", "pin", "note", "database_url", "amqp_url",
    }
)  # fmt: skip
"""Members of a log line whose value is never written, wherever they occur in it."""

MASK = "***"

_PHONE = re.compile(
    r"""(?<![\w.+-])            # not inside an id or a number with decimals
        (?:\+?84|0)            # country code or trunk prefix
        (?:[\s.-]?\d){8,10}
        (?![\w-])""",
    re.VERBOSE,
)
_SHORTEST_SECRET = 9
"""Characters of the shortest text that either of them finds something in: a number has nine digits and more."""
_PASSWORD_IN_URL = re.compile(r"(?P<scheme>\b[a-z]+://[^\s:/@]+:)[^\s@]+@")


def mask_text(text: str) -> str:
    """Return ``text`` with everything that looks like a Vietnamese phone number, or a password in a URL, masked."""
    if len(text) < _SHORTEST_SECRET:
        return text
    text = _PHONE.sub(MASK, text)
    return _PASSWORD_IN_URL.sub(rf"\g<scheme>{MASK}@", text) if "://" in text else text


def mask(value: object, key: str = "") -> Any:
    """Return a value of a log line, at any depth, without personal data and secrets."""
    if key.lower() in MASKED_KEYS and value is not None:
        return MASK
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {name: mask(member, str(name)) for name, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [mask(member) for member in value]
    return value


def mask_event(_: object, __: str, event: EventDict) -> EventDict:
    """Mask a log line; a structlog processor. The name of the event itself is ours and only looked through."""
    for key, value in event.items():
        if key in _MADE_HERE:
            continue
        if key in _TEXTS:
            event[key] = mask_text(value) if isinstance(value, str) else value
        else:
            event[key] = mask(value, key)
    return event


_MADE_HERE = frozenset({"level", "timestamp", "logger", "service", "instance"})
"""Written by the processors before; they hold no user input."""

_TEXTS = frozenset({"event", "exception"})


def format_error(exc_info: ExcInfo) -> str:
    """Return a traceback whose messages hold no row of a table and no member of a message.

    The database puts whole rows into the details of its errors, and pydantic the input into its own.
    """
    parts = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__qualname__}: {_describe(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nwhich came from:\n\n".join(parts)


def _describe(error: BaseException) -> str:
    if isinstance(error, asyncpg.PostgresError):
        return f"{error.sqlstate} {error.args[0] if error.args else ''}"
    if isinstance(error, pydantic.ValidationError):
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in wrong)
    return str(error)


def _drop_carriers(_: object, __: str, event: EventDict) -> EventDict:
    """Remove what structlog hands to the standard library's record and takes back as if it were ours."""
    event.pop("_logger", None)
    event.pop("_name", None)
    return event


def configure_logging(
    *,
    service: str,
    instance: str = "",
    level: str = "INFO",
    style: str = "json",
    stream: TextIO | None = None,
) -> None:
    """Send every line, the libraries' too, to ``stream`` (standard error); ``style`` is ``json`` or ``console``."""

    def add_origin(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        if instance:
            event["instance"] = instance
        return event

    def add_context(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        # Looked up when a line is written, not bound for every message: most messages write none.
        context = current()
        return event if context is None else {**context.log_fields(), **event}

    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_context,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _drop_carriers,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_origin,
        structlog.processors.ExceptionRenderer(format_error),
        mask_event,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=None,
            processors=[*common, structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(RepeatedLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # The libraries log every reconnect several times; ours is logged once.
    for name in ("aiormq", "aio_pika", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR if level.upper() != "DEBUG" else logging.INFO)
