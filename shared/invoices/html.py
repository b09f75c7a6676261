"""``invoice.html``: an invoice to read and to print, in one file that loads nothing and runs nothing. Pure."""

from collections.abc import Iterable
from html import escape

from shared.contracts.invoice import ItemisedList
from shared.invoices.document import InvoicePaper, Line, Party, Related
from shared.money import format_dong, format_number

NOT_THE_ORIGINAL = "Bản thể hiện để xem. Hóa đơn điện tử có giá trị là tệp XML có chữ ký số."

_STYLE = """
body{font:11pt/1.4 "Times New Roman",Tinos,serif;color:#000;background:#fff;max-width:190mm;
margin:8mm auto;padding:0 4mm}
h1{font-size:15pt;text-align:center;margin:.4em 0 0}p{margin:.2em 0}.center{text-align:center}
table{border-collapse:collapse;width:100%;margin:.6em 0}th,td{border:1px solid #444;padding:.2em .4em;text-align:left}
td.n,th.n{text-align:right;white-space:nowrap}.sum td{font-weight:bold}.note{font-size:9.5pt;color:#333}
hr{border:0;border-top:1px solid #444}@page{size:A4;margin:12mm}
"""


def render_invoice_file(paper: InvoicePaper, itemised: ItemisedList | None) -> str:
    """Return the whole file; everything that comes from the invoice is escaped."""
    day, number = paper.made_on, f"{paper.number:08d}"
    named = f"Mẫu số: {paper.symbol[:1]} – Ký hiệu: {paper.symbol[1:]} – Số: {number}"
    parts = [
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(f'{paper.symbol} {number}')}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(paper.title)}</h1>",
        f'<p class="center">Ngày {day.day:02d} tháng {day.month:02d} năm {day.year}</p>',
        f'<p class="center">{escape(named)}</p>',
        f'<p class="center"><b>{escape(relation_text(paper.related))}</b></p>' if paper.related else "",
        "<hr>",
        *_party("Đơn vị bán", paper.seller),
        "<hr>",
        *_party("Người mua", paper.buyer),
        _table(paper.lines),
    ]
    if paper.list_number:
        parts.append(f"<p>Kèm theo bảng kê số {escape(paper.list_number)}.</p>")
    parts += [
        '<table class="sum">',
        _row("Cộng tiền hàng", format_dong(paper.before_vat)),
        *(_row(f"Thuế suất GTGT {each.rate}: tiền thuế", format_dong(each.vat)) for each in paper.vat),
        _row("Tổng cộng tiền thanh toán", format_dong(paper.total)),
        "</table>",
        f"<p>Bằng chữ: {escape(paper.in_words)}.</p>",
        *(f"<p>{escape(name)}: {escape(value)}</p>" for name, value in paper.further),
        *_signed(paper),
        f'<p class="note">{NOT_THE_ORIGINAL}</p>',
    ]
    if itemised is not None:
        parts.append(f"<hr><h1>BẢNG KÊ số {escape(itemised.number)}</h1>")
        parts.append(
            _table(
                Line(
                    each.text,
                    each.amount,
                    each.unit,
                    "" if each.quantity is None else str(each.quantity),
                    "" if each.unit_price is None else str(each.unit_price),
                    f"{each.vat_rate}%",
                )
                for each in itemised.lines
            )
        )
    parts.append("</body></html>\n")
    return "\n".join(part for part in parts if part)


def relation_text(related: Related) -> str:
    """Return what an invoice is to an earlier one, in the words of TT 91/2026 art. 10."""
    what = "Thay thế cho" if related.replaces else "Điều chỉnh cho"
    day = "" if related.made_on is None else f" ngày {related.made_on:%d/%m/%Y}"
    return f"{what} hóa đơn mẫu số {related.symbol[:1]}, ký hiệu {related.symbol[1:]}, số {related.number:08d}{day}"


def _party(label: str, party: Party) -> Iterable[str]:
    yield f"<p>{label}: <b>{escape(party.name)}</b></p>"
    for name, value in (
        ("Mã số thuế", party.tax_code),
        ("Mã khách hàng", party.customer_code),
        ("Địa chỉ", party.address),
        ("Điện thoại", party.phone),
    ):
        if value:
            yield f"<p>{name}: {escape(value)}</p>"


def _table(lines: Iterable[Line]) -> str:
    head = (
        '<tr><th class="n">STT</th><th>Tên hàng hóa, dịch vụ</th><th>ĐVT</th><th class="n">Số lượng</th>'
        '<th class="n">Đơn giá</th><th class="n">Thành tiền</th><th class="n">Thuế suất</th></tr>'
    )
    rows = "".join(
        f'<tr><td class="n">{place}</td><td>{escape(line.text)}</td><td>{escape(line.unit)}</td>'
        f'<td class="n">{_number(line.quantity)}</td><td class="n">{_number(line.price)}</td>'
        f'<td class="n">{format_number(line.amount)}</td><td class="n">{escape(line.rate)}</td></tr>'
        for place, line in enumerate(lines, 1)
    )
    return f"<table>{head}{rows}</table>"


def _row(label: str, value: str) -> str:
    return f'<tr><td>{escape(label)}</td><td class="n">{escape(value)}</td></tr>'


def _number(text: str) -> str:
    return format_number(int(text)) if text.lstrip("-").isdigit() else escape(text)


def _signed(paper: InvoicePaper) -> Iterable[str]:
    if paper.signed_at is not None:
        yield f"<p>Ký số bởi: {escape(paper.signer)}</p>"
        yield f"<p>Ngày ký: {paper.signed_at:%d/%m/%Y %H:%M:%S}</p>"
