"""What a message is: a frozen model with an explicit name and version.

Events say what has happened (past tense). Requests ask an owner for something and name the type of the answer, so that
``await bus.request(GetBills(...))`` is typed. Readers ignore members that they do not know; a change that an older
reader could not read needs a new version (``tests/contract`` refuses anything else).
"""

from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value inside a message: frozen, unknown members ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    maximum_size: ClassVar[int] = 256 * 1024
    """Largest message in bytes; a broker is no file store. Only requests and answers, which are not kept, have more."""


class Message(Record):
    """Something that travels over the broker under ``message_name`` and ``message_version``."""

    message_name: ClassVar[str] = ""
    message_version: ClassVar[int] = 1

    @classmethod
    def routing_key(cls) -> str:
        """Return the routing key, for example ``payment.recorded.v1``."""
        return f"{cls.message_name}.v{cls.message_version}"


class Event(Message):
    """Something that has happened. Written to the outbox in the transaction that made it true."""


class Reply(Record):
    """The answer to a request."""


ReplyT = TypeVar("ReplyT", bound=Reply)


class Request(Message, Generic[ReplyT]):
    """A question or an order to one service; ``Request[Answer]`` names the answer's type.

    Whatever changes something carries an id made by its creator and can be repeated: the same id gives the same
    answer, the same id with other content is refused (409).
    """

    reply_type: ClassVar[type[Reply]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for base in cls.__mro__:
            metadata = getattr(base, "__pydantic_generic_metadata__", None)
            if metadata and metadata["origin"] is Request and isinstance(metadata["args"][0], type):
                cls.reply_type = metadata["args"][0]
                return
