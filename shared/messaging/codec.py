"""Messages to bytes and back: JSON by pydantic, nothing else is read."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.contracts.message import Record
from shared.messaging.errors import MessageTooLarge, Undecodable

M = TypeVar("M", bound=BaseModel)


def encode(message: Record) -> bytes:
    """Return a message as JSON. Raises :class:`MessageTooLarge`."""
    # The serializer gives bytes; model_dump_json() would make text of them that has to be encoded again.
    return within_limit(type(message), message.__pydantic_serializer__.to_json(message))


def within_limit(message_type: type[Record], body: bytes) -> bytes:
    """Return the JSON of a message that is not too large. Raises :class:`MessageTooLarge`."""
    if len(body) > message_type.maximum_size:
        raise MessageTooLarge(
            f"{message_type.__name__} has {len(body)} bytes, the limit is {message_type.maximum_size}"
        )
    return body


def decode(message_type: type[M], body: bytes) -> M:
    """Return the message that ``body`` holds. Raises :class:`Undecodable`, without the content in its text."""
    try:
        return message_type.model_validate_json(body)
    except ValidationError as error:
        wrong = ", ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'body'}: {problem['type']}"
            for problem in error.errors(include_input=False, include_url=False, include_context=False)[:5]
        )
        raise Undecodable(f"not a {message_type.__name__}: {wrong}") from None
