"""The page where customers look an invoice up by its code, in Vietnamese and English. Pure.

Whoever has only the code sees of the buyer what is masked; the file and the paper are for whoever knows the customer
code, too, which stands on every bill and receipt.
"""

from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from shared.clock import VIETNAM
from shared.contracts.common import Language
from shared.contracts.invoice import INVOICE_PATH, InvoiceState, LookedUpInvoice, LookupReply
from shared.money import format_dong
from shared.public_page import CHECK_PATH, refused_section, render_page, verdict_section

ZIP_NAME = "invoice.zip"
PDF_NAME = "invoice.pdf"

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Tra cứu hóa đơn điện tử", "Look up an electronic invoice"),
    "label": ("Mã hóa đơn", "Invoice code"),
    "hint": (
        "In trên biên nhận và trên hóa đơn. Không cần gõ dấu gạch, gõ chữ thường cũng được.",
        "Printed on receipts and invoices. Dashes are not needed, small letters will do.",
    ),
    "look_up": ("Tra cứu", "Look up"),
    "receipt": ("Kiểm tra biên nhận", "Check a receipt"),
    "unknown": ("Không tìm thấy hóa đơn với mã này", "No invoice has this code"),
    "unknown_text": (
        "Xin so từng ký tự. Hóa đơn chưa ký xong thì chưa tra cứu được: xin thử lại sau ít giờ.",
        "Compare each character. An invoice that is not signed yet cannot be looked up: try again in some hours.",
    ),
    "unavailable": ("Chưa tra cứu được", "It could not be looked up"),
    "unavailable_text": (
        "Hệ thống đang bận hoặc tạm gián đoạn. Hóa đơn vẫn còn đó; xin thử lại sau ít phút.",
        "The system is busy or out of service for a moment. The invoice is still there; try again in a while.",
    ),
    "new": ("Hóa đơn điện tử có hiệu lực", "A valid electronic invoice"),
    "adjusts": ("Hóa đơn điều chỉnh", "An adjusting invoice"),
    "replaces": ("Hóa đơn thay thế", "A replacing invoice"),
    "followed_adjusts": ("Hóa đơn đã được điều chỉnh", "This invoice was adjusted"),
    "followed_replaces": ("Hóa đơn đã được thay thế", "This invoice was replaced"),
    "signed_text": ("Đã ký số lúc {moment}.", "Digitally signed at {moment}."),
    "later_adjusts": (
        "Được điều chỉnh bằng hóa đơn mẫu số {template}, ký hiệu {symbol}, số {number}, ngày {day}.",
        "Adjusted by the invoice of template {template}, symbol {symbol}, no. {number} of {day}.",
    ),
    "later_replaces": (
        "Được thay thế bằng hóa đơn mẫu số {template}, ký hiệu {symbol}, số {number}, ngày {day}.",
        "Replaced by the invoice of template {template}, symbol {symbol}, no. {number} of {day}.",
    ),
    "content": ("Nội dung hóa đơn", "What it says"),
    "template": ("Mẫu số", "Template"),
    "symbol": ("Ký hiệu", "Symbol"),
    "number": ("Số", "Number"),
    "day": ("Ngày", "Day"),
    "seller": ("Đơn vị bán", "Seller"),
    "tax_code": ("MST đơn vị bán", "Seller's tax code"),
    "buyer": ("Người mua", "Buyer"),
    "address": ("Địa chỉ", "Address"),
    "before_vat": ("Cộng tiền hàng", "Before VAT"),
    "vat": ("Tiền thuế GTGT", "VAT"),
    "total": ("Tổng thanh toán", "Total"),
    "files": ("Tải hóa đơn", "Get the invoice"),
    "zip": ("Tệp gốc có chữ ký (ZIP: XML và HTML)", "The signed original (ZIP: XML and HTML)"),
    "pdf": ("Bản PDF để in", "PDF for printing"),
    "open": ("Xem đầy đủ và tải hóa đơn", "See all of it, and get the invoice"),
    "customer": ("Mã khách hàng", "Customer code"),
    "customer_hint": (
        "Tên và địa chỉ được che. Mã khách hàng in trên hóa đơn, thông báo và biên nhận tiền điện.",
        "Name and address are masked. The customer code stands on bills, notices and receipts.",
    ),
    "name": ("Tên người mua", "Buyer's name"),
    "wrong": ("Mã khách hàng không phải của hóa đơn này.", "The customer code is not this invoice's."),
    "wrong_with_name": (
        "Mã khách hàng hoặc tên không phải của hóa đơn này.",
        "The customer code or the name is not this invoice's.",
    ),
    "too_often": (
        "Đã gõ sai mã khách hàng nhiều lần. Xin thử lại sau một giờ.",
        "The customer code was wrong too often. Try again in an hour.",
    ),
    "name_wanted": (
        "Nhiều nơi đã gõ sai mã khách hàng của hóa đơn này. Xin gõ thêm tên người mua như in trên giấy.",
        "Others have typed wrong customer codes for this invoice. Type the buyer's name, too, as it is printed.",
    ),
    "get_again": ("Mã khách hàng không đúng", "The customer code is not right"),
    "get_again_text": (
        "Xin gõ lại mã hóa đơn, rồi mã khách hàng như in trên giấy.",
        "Type the code of the invoice again, then the customer code as it is printed.",
    ),
    "show": ("Xem", "Show"),
}


def render_lookup_form(language: Language = Language.VIETNAMESE, typed: str = "") -> str:
    """Return the page where the code of an invoice is typed."""
    return _render([_code_form(language, typed)], language, typed)


def render_unknown_invoice(typed: str, language: Language) -> str:
    """Return the page for a code that leads to no signed invoice."""
    verdict = verdict_section("caution", _text("unknown", language), _text("unknown_text", language))
    return _render([verdict, _code_form(language, typed)], language, typed)


def render_lookup_unavailable(typed: str, language: Language) -> str:
    """Return the page for a look-up that could not be made."""
    verdict = verdict_section("caution", _text("unavailable", language), _text("unavailable_text", language))
    return _render([verdict, _code_form(language, typed)], language, typed)


def render_lookup_refused(status: int, language: Language, *, is_wrong: bool = False) -> str:
    """Return the page for a request that is not answered; ``is_wrong``: because of its customer code."""
    refused = refused_section(status, language)
    if is_wrong:
        refused = verdict_section("caution", _text("get_again", language), _text("get_again_text", language))
    return _render([refused, _code_form(language, "")], language, "")


@dataclass(frozen=True, slots=True)
class Known:
    """What a visitor has given of the paper."""

    customer_code: str = ""
    name: str = ""
    """The buyer's; only where it was asked for."""


_NOTHING = Known()


def render_invoice_page(
    reply: LookupReply, invoice: LookedUpInvoice, known: Known, language: Language, *, fault: str = ""
) -> str:
    """Return the page of an invoice; everything that comes from outside is escaped.

    ``fault``: why the customer code has not opened it: ``wrong``, ``too_often``, ``name_wanted``.
    """
    sections = [_verdict(invoice, language), _content(invoice, language)]
    if reply.opened:
        sections.append(_files(reply.lookup_code, known, language))
    else:
        sections.append(_customer_form(reply.lookup_code, known, fault, language))
    return _render(sections, language, reply.lookup_code, known if reply.opened else Known())


def invoice_address(lookup_code: str, customer_code: str = "") -> str:
    """Return where an invoice is shown; with the customer code nothing is masked."""
    known = f"?{urlencode({'kh': customer_code})}" if customer_code else ""
    return f"{INVOICE_PATH}/{quote(lookup_code, safe='')}{known}"


def _render(sections: list[str], language: Language, code: str, known: Known = _NOTHING) -> str:
    other = Language.VIETNAMESE if language is Language.ENGLISH else Language.ENGLISH
    query = {"code": code} if code else {}
    query |= _parameters(known)
    switch = f"{INVOICE_PATH}?{urlencode({**query, 'lang': other.value})}"
    return render_page(_text("title", language), sections, language, switch=switch)


def _parameters(known: Known) -> dict[str, str]:
    given = {"kh": known.customer_code, "ten": known.name}
    return {name: value for name, value in given.items() if value}


def _verdict(invoice: LookedUpInvoice, language: Language) -> str:
    moment = invoice.signed_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    text = _text("signed_text", language).format(moment=moment)
    for later in invoice.followed_by:
        text += " " + _text(f"later_{later.state.value}", language).format(
            template=later.template, symbol=later.symbol, number=later.number, day=f"{later.made_on:%d/%m/%Y}"
        )
    if invoice.followed_by:
        replaced = any(later.state is InvoiceState.REPLACES for later in invoice.followed_by)
        return verdict_section(
            "caution", _text("followed_replaces" if replaced else "followed_adjusts", language), text
        )
    return verdict_section("good", _text(invoice.state.value, language), text)


def _content(invoice: LookedUpInvoice, language: Language) -> str:
    facts = {
        "template": invoice.template,
        "symbol": invoice.symbol,
        "number": f"{invoice.number:08d}",
        "day": f"{invoice.made_on:%d/%m/%Y}",
        "seller": invoice.seller_name,
        "tax_code": invoice.seller_tax_code,
        "buyer": invoice.buyer_name,
        "address": invoice.buyer_address,
        "before_vat": format_dong(invoice.before_vat),
        "vat": format_dong(invoice.vat),
        "total": format_dong(invoice.total),
    }
    rows = "".join(
        f"<div><dt>{escape(_text(name, language))}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts.items()
        if value
    )
    return f"<section><h2>{escape(_text('content', language))}</h2><dl>{rows}</dl></section>"


def _files(code: str, known: Known, language: Language) -> str:
    folder, query = f"{INVOICE_PATH}/{quote(code, safe='')}", urlencode(_parameters(known))
    links = "".join(
        f'<p><a href="{escape(f"{folder}/{name}?{query}")}" download>{escape(_text(key, language))}</a></p>'
        for key, name in (("zip", ZIP_NAME), ("pdf", PDF_NAME))
    )
    return f"<section><h2>{escape(_text('files', language))}</h2>{links}</section>"


def _customer_form(code: str, known: Known, fault: str, language: Language) -> str:
    name = ""
    if fault == "name_wanted" or known.name:
        fault = "wrong_with_name" if fault == "wrong" else fault
        name = (
            f'<label for="ten">{escape(_text("name", language))}</label>'
            '<input id="ten" name="ten" type="text" required maxlength="400" autocomplete="off" spellcheck="false" '
            f'value="{escape(known.name)}">'
        )
    wrong = f'<p class="failed" role="alert">{escape(_text(fault, language))}</p>' if fault else ""
    return (
        f'<section><h2>{escape(_text("open", language))}</h2>{wrong}<form method="get" action="{INVOICE_PATH}">'
        f'<input type="hidden" name="code" value="{escape(code)}">{_hidden(language)}'
        f'<label for="kh">{escape(_text("customer", language))}</label>'
        '<input id="kh" name="kh" type="text" required maxlength="40" autocomplete="off" '
        'autocapitalize="characters" autocorrect="off" spellcheck="false" aria-describedby="kh-hint" '
        f'value="{escape(known.customer_code[:40])}">{name}'
        f'<button type="submit">{escape(_text("show", language))}</button></form>'
        f'<p class="note" id="kh-hint">{escape(_text("customer_hint", language))}</p></section>'
    )


def _code_form(language: Language, typed: str) -> str:
    return (
        f'<section><form method="get" action="{INVOICE_PATH}">{_hidden(language)}'
        f'<label for="code">{escape(_text("label", language))}</label>'
        f'<input id="code" name="code" type="text" required maxlength="200" value="{escape(typed)}" lang="en" '
        'placeholder="ABCD-EFGH-IJKL-MNOP" aria-describedby="hint" autocomplete="off" autocapitalize="characters" '
        'autocorrect="off" spellcheck="false" enterkeyhint="search">'
        f'<button type="submit">{escape(_text("look_up", language))}</button></form>'
        f'<p class="note" id="hint">{escape(_text("hint", language))}</p>'
        f'<p class="note"><a href="{CHECK_PATH}">{escape(_text("receipt", language))}</a></p></section>'
    )


def _hidden(language: Language) -> str:
    return '<input type="hidden" name="lang" value="en">' if language is Language.ENGLISH else ""


def _text(key: str, language: Language) -> str:
    return _TEXTS[key][language is Language.ENGLISH]
