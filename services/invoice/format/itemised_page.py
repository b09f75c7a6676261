"""The list (bảng kê) that has the lines of an invoice in its place, as a page to read and print. Pure.

Source: NĐ 254/2026/NĐ-CP art. 10: its number and day stand on the invoice; it has the seller's name, tax code and
address, the lines, rate and VAT, and comes to the same sum.
"""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from lxml import etree

from services.invoice.domain.symbols import format_number, read_symbol
from services.invoice.format.values import rate_text
from shared.money import format_number as grouped

_STYLE = (
    "body{font:15px/1.4 sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #999;padding:.3em .5em;text-align:left}td.n{text-align:right}h1{font-size:1.3em}"
)
_COLUMNS = ("STT", "Tên hàng hóa, dịch vụ", "Đơn vị", "Số lượng", "Đơn giá", "Thành tiền", "Thuế suất")


def itemised_page(data: bytes, itemised: Mapping[str, Any], symbol: str, number: int) -> str:
    """Return the list of an invoice as HTML that needs nothing else; ``data`` is the invoice as it was signed."""
    root = etree.fromstring(data)
    named = read_symbol(symbol)

    def text(place: str) -> str:
        return escape(root.findtext(f"NDHDon/{place}") or "")

    made_on = date.fromisoformat(itemised["made_on"])
    lines = "".join(_row(place, line) for place, line in enumerate(itemised["lines"], 1))
    totals = "".join(
        f'<tr><th colspan="5">{name}</th><td class="n">{grouped(int(text(f"TToan/{place}")))}</td><td></td></tr>'
        for name, place in (("Cộng tiền hàng", "TgTCThue"), ("Tiền thuế GTGT", "TgTThue"), ("Tổng cộng", "TgTTTBSo"))
    )
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        f"<title>Bảng kê {escape(itemised['number'])}</title>"
        f"<style>{_STYLE}</style></head><body>"
        f"<h1>BẢNG KÊ {escape(itemised['number'])} ngày {made_on:%d/%m/%Y}</h1>"
        f"<p>Kèm theo hóa đơn mẫu số {named.template} ký hiệu {named.series} số {format_number(number)} "
        f"ngày {date.fromisoformat(root.findtext('TTChung/NLap') or ''):%d/%m/%Y}</p>"
        f"<p>Người bán: {text('NBan/Ten')}, mã số thuế {text('NBan/MST')}, {text('NBan/DChi')}</p>"
        f"<p>Người mua: {text('NMua/Ten')}, mã khách hàng {text('NMua/MKHang')}, {text('NMua/DChi')}</p>"
        f"<table><tr>{''.join(f'<th>{name}</th>' for name in _COLUMNS)}</tr>{lines}{totals}</table></body></html>\n"
    )


def _row(place: int, line: Mapping[str, Any]) -> str:
    quantity, price = line["quantity"], line["unit_price"]
    numbers = ("" if quantity is None else grouped(quantity), "" if price is None else grouped(price))
    return (
        f"<tr><td>{place}</td><td>{escape(line['text'])}</td><td>{escape(line['unit'])}</td>"
        f'<td class="n">{numbers[0]}</td><td class="n">{numbers[1]}</td><td class="n">{grouped(line["amount"])}</td>'
        f"<td>{rate_text(line['vat_rate'])}</td></tr>"
    )
