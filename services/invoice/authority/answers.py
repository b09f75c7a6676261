"""What the tax authority or the provider answers to a message. Pure; the layouts are data (``answers.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from lxml import etree
from pydantic import BaseModel, ConfigDict

LARGEST = 1 << 20


class AnswerError(ValueError):
    """It is no answer; the message says why."""


class AnswerLayout(BaseModel):
    """Where an answer of a kind has its result."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    result: str
    good: frozenset[str]
    final: bool
    reasons: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    answer_id: UUID
    """Follows from its code, or where it has none from what it says: told twice, it is one."""
    kind: str
    about: str
    """The code of the message that it answers."""
    is_good: bool
    is_final: bool
    reason: str
    content: bytes


def read_answer(content: bytes, layouts: Mapping[str, AnswerLayout]) -> Answer:
    """Read an answer. Raises AnswerError."""
    if len(content) > LARGEST:
        raise AnswerError("it is too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise AnswerError(f"it is no XML: {error.msg}") from error
    if root.tag != "TDiep" or root.getroottree().docinfo.doctype:
        raise AnswerError("it is no message")
    kind, about = _text(root, "TTChung/MLTDiep"), _text(root, "TTChung/MTDTChieu")
    layout = layouts.get(kind)
    if layout is None or not about:
        raise AnswerError(f"a message of kind {kind[:10]!r} answers none of ours")
    result = _text(root, f"DLieu/{layout.result}") if layout.result else ""
    is_good = result in layout.good
    reasons = [" ".join((each.text or "").split()) for each in root.iterfind(f".//{layout.reasons}")]
    reason = "; ".join(filter(None, reasons))[:500]
    return Answer(
        answer_id=uuid5(NAMESPACE_OID, _text(root, "TTChung/MTDiep") or content.hex()),
        kind=kind,
        about=about,
        is_good=is_good,
        is_final=layout.final or not is_good,
        reason="" if is_good else reason or f"answer {kind}, result {result or 'none'}",
        content=content,
    )


def _text(root: etree._Element, place: str) -> str:
    return (root.findtext(place) or "").strip()
