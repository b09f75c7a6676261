"""An invoice on A4 paper, as PDF, for those who print at home: with the letters of the printers, as text."""

from collections.abc import Iterable

from shared.contracts.invoice import ItemisedList
from shared.invoices.document import InvoicePaper, Line, Party
from shared.invoices.html import NOT_THE_ORIGINAL, relation_text
from shared.invoices.pdf import Paper, pdf_of_lines
from shared.money import format_dong, format_number
from shared.printing import Block, Cell, Columns, Document, Rule, Text, WidthDots, lay_out

_WIDTH: WidthDots = 576
_DOT = 72 / 104
"""Points of a dot: so the 576 dots are 141 mm wide, and a letter about 3.5 mm high."""
_A4 = (210 / 25.4 * 72, 297 / 25.4 * 72)
_PAPER = Paper(
    width=round(_A4[0], 2),
    height=round(_A4[1], 2),
    left=(_A4[0] - _WIDTH * _DOT) / 2,
    top=15 / 25.4 * 72,
    dot=_DOT,
    width_dots=_WIDTH,
)
_MOST_BLOCKS = 390


def pdf_of(paper: InvoicePaper, itemised: ItemisedList | None) -> bytes:
    """Return an invoice as PDF, on as many pages as it needs; its text can be searched and copied."""
    lines = (line for document in _documents(paper, itemised) for line in lay_out(document, _WIDTH).lines)
    return pdf_of_lines(lines, _PAPER, f"{paper.symbol} {paper.number:08d}")


def _documents(paper: InvoicePaper, itemised: ItemisedList | None) -> Iterable[Document]:
    day = paper.made_on
    symbol = f"Mẫu số: {paper.symbol[:1]}  Ký hiệu: {paper.symbol[1:]}  Số: {paper.number:08d}"
    blocks: list[Block] = [
        Text(text=paper.title, align="center", weight="bold"),
        Text(text=f"Ngày {day.day:02d} tháng {day.month:02d} năm {day.year}", align="center"),
        Text(text=symbol, align="center"),
    ]
    if paper.related is not None:
        blocks.append(Text(text=relation_text(paper.related), align="center", weight="bold"))
    blocks += [Rule(), *_party("Đơn vị bán", paper.seller), Rule(style="dashed"), *_party("Người mua", paper.buyer)]
    blocks += [Rule(), *_lines(paper.lines), Rule(style="dashed")]
    if paper.list_number:
        blocks.append(Text(text=f"Kèm theo bảng kê số {paper.list_number}."))
    blocks.append(_sum("Cộng tiền hàng", paper.before_vat))
    blocks += [_sum(f"Thuế GTGT {each.rate}", each.vat) for each in paper.vat]
    blocks += [_sum("Tổng cộng tiền thanh toán", paper.total), Text(text=f"Bằng chữ: {paper.in_words}.")]
    blocks += [Text(text=f"{name}: {value}") for name, value in paper.further]
    if paper.signed_at is not None:
        blocks.append(Rule(style="dashed"))
        blocks.append(Text(text=f"Ký số bởi: {paper.signer}"))
        blocks.append(Text(text=f"Ngày ký: {paper.signed_at:%d/%m/%Y %H:%M:%S}"))
    blocks.append(Text(text=NOT_THE_ORIGINAL))
    if itemised is not None:
        listed = (
            Line(
                each.text,
                each.amount,
                each.unit,
                "" if each.quantity is None else str(each.quantity),
                "" if each.unit_price is None else str(each.unit_price),
            )
            for each in itemised.lines
        )
        title = f"BẢNG KÊ số {itemised.number}"
        blocks += [Rule(style="double"), Text(text=title, align="center", weight="bold"), *_lines(listed)]
    for start in range(0, len(blocks), _MOST_BLOCKS):
        yield Document(kind="invoice", title=paper.title[:120], blocks=tuple(blocks[start : start + _MOST_BLOCKS]))


def _party(label: str, party: Party) -> list[Block]:
    lines: list[Block] = [Text(text=f"{label}: {party.name}", weight="bold")]
    for name, value in (
        ("Mã số thuế", party.tax_code),
        ("Mã khách hàng", party.customer_code),
        ("Địa chỉ", party.address),
        ("Điện thoại", party.phone),
    ):
        if value:
            lines.append(Text(text=f"{name}: {value}"))
    return lines


def _lines(lines: Iterable[Line]) -> list[Block]:
    blocks: list[Block] = []
    for place, line in enumerate(lines, 1):
        blocks.append(Text(text=f"{place}. {line.text}"))
        priced = " × ".join(_number(part) for part in (line.quantity, line.price) if part)
        named = f"{priced} {line.unit}".strip() if line.quantity else ""
        blocks.append(
            Columns(
                cells=(
                    Cell(text=named),
                    Cell(text=format_number(line.amount), align="right", keep=True),
                )
            )
        )
    return blocks


def _sum(label: str, value: int) -> Columns:
    return Columns(cells=(Cell(text=label), Cell(text=format_dong(value), align="right", weight="bold", keep=True)))


def _number(text: str) -> str:
    return format_number(int(text)) if text.lstrip("-").isdigit() else text
