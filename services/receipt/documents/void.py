"""The void slip: a numbered receipt that voids another one."""

from services.receipt.documents.parts import DocumentOptions, amount, big_amount, buyer, heading, seller, written
from services.receipt.documents.receipt import Numbered, numbering
from services.receipt.documents.words import Words, day_and_time, day_of
from services.receipt.domain.series import format_number
from shared.contracts.billing import PaymentReversed
from shared.money_words import amount_in_words
from shared.printing.document import Block, Document, Rule, Text


def void_body(
    event: PaymentReversed, numbered: Numbered, original: Numbered, options: DocumentOptions, words: Words
) -> Document:
    """Return the void slip without its signature."""
    voided = words(
        "voids",
        symbol=f"{original.template}{original.series}",
        number=format_number(original.number),
        date=day_of(original.issued_at),
    )
    blocks: list[Block] = [
        *seller(event.customer.unit, options, words),
        Rule(),
        heading(words("void")),
        *numbering(numbered, words),
        Rule(),
        *buyer(event.customer, words),
        Rule(style="dashed"),
        Text(text=voided, weight="bold"),
        *big_amount(words("voided_amount"), event.payment.amount),
        Text(text=words("in_words", value=amount_in_words(event.payment.amount, words.language.value))),
        Text(text=words("reason", value=written(event.reason))),
        Text(text=words("voided_by", value=written(event.reversed_by))),
        Text(text=words("voided_at", value=day_and_time(event.reversed_at))),
        Rule(style="dashed"),
        Text(text=words("debt_again")),
        amount(words("owed_now"), event.account.debt, strong=True),
    ]
    return Document(
        kind="void",
        title=words("void_title", number=numbered.short_name),
        language=words.language.value,
        blocks=tuple(blocks),
    )
