"""A counted copy, or a view on a screen: the document as it was first printed, marked at both ends."""

from datetime import datetime

from services.receipt.documents.words import Words, day_and_time
from shared.printing.document import Block, Document, Rule, Text


def marked_copy(
    document: Document, copy_number: int, printed_at: datetime, voided_at: datetime | None, words: Words
) -> Document:
    """Return ``document`` as copy ``copy_number``; a receipt that was voided meanwhile is marked as void."""
    mark = words("copy", count=copy_number)
    top: list[Block] = [
        Text(text=mark, align="center", weight="bold", size=2),
        Text(text=words("copied_at", value=day_and_time(printed_at)), align="center"),
    ]
    if voided_at is not None:
        warning = words("was_voided", when=day_and_time(voided_at))
        top.append(Text(text=warning, align="center", weight="bold"))
    top.append(Rule(style="double"))
    bottom = Text(text=mark, align="center", weight="bold")
    return document.model_copy(
        update={"kind": "copy", "title": f"{document.title} – {mark}", "blocks": (*top, *document.blocks, bottom)}
    )


def marked_view(document: Document, words: Words) -> Document:
    """Return ``document`` marked as what is looked at: once a receipt is on paper, another paper is a counted copy."""
    mark = words("view")
    top = (Text(text=mark, align="center", weight="bold"), Rule(style="double"))
    bottom = Text(text=mark, align="center", weight="bold")
    return document.model_copy(update={"blocks": (*top, *document.blocks, bottom)})
