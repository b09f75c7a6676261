"""Tells others which customers' facts have changed: few one by one, many together."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from services.customer.store.customers import announce, announced
from shared.contracts.customer import CustomerChanged, CustomersChanged
from shared.messaging import UnitOfWork
from shared.messaging.codec import encode

FEW = 20
"""Up to so many customers are announced one by one, so that phones look at these only."""
MESSAGE_BYTES = 200_000
"""Of the facts in one message, about 250 customers; less than a message may have, by what surrounds them."""


async def announce_few(work: UnitOfWork, customer_codes: Sequence[str], moment: datetime) -> int:
    """Emit the facts of those customers whose facts have changed, one by one; return how many. They are locked."""
    changed = await announce(work.connection, customer_codes, moment)
    for facts in changed:
        event = CustomerChanged(customer=facts, changed_at=moment, actor=work.actor)
        await work.emit(event, aggregate=facts.customer_code)
    return len(changed)


async def announce_many(
    work: UnitOfWork, customer_codes: Sequence[str], change_id: UUID, moment: datetime, *, are_new: bool = False
) -> int:
    """Do the same together; all calls for one change have one ``change_id``, so that phones read afresh once.

    ``are_new``: this transaction has added all of them.
    """
    texts = await announced(work.connection, customer_codes, moment, are_new=are_new)
    nobody = CustomersChanged.model_construct(import_id=change_id, customers=[], changed_at=moment, actor=work.actor)
    for body in _bodies(texts, nobody):
        await work.emit_encoded(CustomersChanged, body)
    return len(texts)


_NO_CUSTOMERS = b'"customers":[]'


def _bodies(texts: Iterable[str], nobody: CustomersChanged) -> Iterator[bytes]:
    """Yield messages of customers whose facts are JSON already, none of them too large; ``nobody``: one without any.

    Reading the facts into the model and writing them again would take a quarter of an import's own time.
    """
    head, tail = encode(nobody).split(_NO_CUSTOMERS)
    some: list[bytes] = []
    size = 0
    for facts in map(str.encode, texts):
        if some and size + len(facts) > MESSAGE_BYTES:
            yield _body(head, some, tail)
            some, size = [], 0
        some.append(facts)
        size += len(facts)
    if some:
        yield _body(head, some, tail)


def _body(head: bytes, facts: Sequence[bytes], tail: bytes) -> bytes:
    return b"".join((head, _NO_CUSTOMERS[:-1], b",".join(facts), b"]", tail))
