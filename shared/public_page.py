"""The frame of the pages that anybody may open: the check of receipts, and what leads there.

Each is one self-contained document: no script, no picture, no font or style from elsewhere, so it opens on any phone
and leaks nothing. They are meant to be served with the headers in :data:`PUBLIC_PAGE_HEADERS`.
"""

from html import escape
from urllib.parse import quote

from shared.contracts.common import Language
from shared.contracts.invoice import INVOICE_PATH

PUBLIC_PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""The address may hold a token, so it is neither stored nor passed on."""

CHECK_PATH = "/R"
"""Where receipts are checked: printed on every receipt behind the host."""

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Kiểm tra biên nhận tiền điện", "Check an electricity receipt"),
    "label": ("Mã tra cứu", "Lookup code"),
    "hint": (
        "In ngay trên mã QR của biên nhận. Không cần gõ dấu gạch, gõ chữ thường cũng được.",
        "Printed above the QR code of the receipt. Dashes are not needed, small letters will do.",
    ),
    "check": ("Kiểm tra", "Check"),
    "other": ("English", "Tiếng Việt"),
    "scan": (
        "Nhanh hơn: mở máy ảnh của điện thoại và quét mã QR trên biên nhận.",
        "Quicker: open the camera of your phone and scan the QR code on the receipt.",
    ),
    "home_title": ("Thu tiền điện tại nhà", "Electricity bills paid at the door"),
    "home_check": ("Bạn có biên nhận tiền điện?", "Do you have a receipt?"),
    "home_invoices": ("Hóa đơn điện tử", "Electronic invoices"),
    "home_invoice": ("Tra cứu hóa đơn", "Look an invoice up"),
    "home_staff": ("Dành cho nhân viên", "For staff"),
    "home_app": ("Mở ứng dụng thu ngân", "Open the collectors' app"),
    "not_found": ("Không có trang này", "There is no such page"),
    "not_found_text": (
        "Địa chỉ có thể gõ nhầm. Nếu bạn muốn kiểm tra biên nhận, hãy gõ mã tra cứu vào ô dưới đây.",
        "The address may be mistyped. To check a receipt, type its lookup code below.",
    ),
    "unreadable": ("Không đọc được địa chỉ này", "This address cannot be read"),
    "unreadable_text": (
        "Mã quá dài, hoặc đường dẫn bị hỏng khi chép lại. Xin gõ mã như in trên giấy vào ô dưới đây.",
        "The code is too long, or the link was damaged when it was copied. Type the code as it is printed below.",
    ),
    "too_often": ("Quá nhiều lần trong một lúc", "Too often at once"),
    "too_often_text": ("Xin đợi một lúc rồi thử lại.", "Wait for a while, then try again."),
    "unavailable": ("Chưa kiểm tra được", "It could not be checked"),
    "unavailable_text": (
        "Hệ thống đang bận hoặc tạm gián đoạn. Điều này không nói gì về biên nhận. Xin thử lại sau ít phút.",
        "The system is busy or out of service for a moment. That says nothing about the receipt. Try again in a while.",
    ),
}

_STYLE = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif;color:#1b1f24;background:#f3f4f6}
main{max-width:38rem;margin:0 auto;padding:1rem min(1rem,4vw)}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 1rem}
h1{font-size:1rem;margin:.25rem 0;font-weight:600}
a{color:inherit;padding:.5rem 0;white-space:nowrap}
section{background:#fff;border-radius:.75rem;padding:1rem min(1rem,4vw);margin:.75rem 0}
h2{font-size:1.05rem;margin:0 0 .5rem}
.verdict{color:#fff}
.verdict h2{font-size:1.5rem;line-height:1.25;margin:0}
.verdict p{margin:.5rem 0 0}
.good{background:#14713d}.bad{background:#b3191f}.caution{background:#8a5300}
dl{margin:0}
dl div{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;padding:.4rem 0;
border-top:1px solid #d9dde2}
dl div:first-child{border-top:0}
dt{color:#56606b}
dd{margin:0 0 0 auto;text-align:right;font-weight:600;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding:0}
li{padding:.3rem 0 .3rem 1.75rem;position:relative}
li span{position:absolute;left:.25rem;font-weight:700}
.failed{color:#b3191f;font-weight:600}
.note{color:#56606b;margin:.5rem 0 0;font-size:.95rem}
label{display:block;font-weight:600;margin-bottom:.35rem}
input{width:100%;min-height:3rem;padding:.5rem min(.75rem,3vw);border:2px solid #56606b;border-radius:.5rem;
background:#fff;color:#1b1f24;font:600 min(1.125rem,6vw)/1.3 ui-monospace,monospace;text-transform:uppercase}
button{width:100%;min-height:3rem;margin-top:.75rem;border:0;border-radius:.5rem;background:#0b5cad;color:#fff;
font:600 1.0625rem/1.3 system-ui,sans-serif}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid #0b5cad;outline-offset:2px}
@media (prefers-color-scheme:dark){
body{color:#e7eaee;background:#14171a}section{background:#1f2429}
section.good{background:#14713d}section.bad{background:#b3191f}section.caution{background:#8a5300}
dl div{border-color:#39414a}dt,.note{color:#a5afba}.failed{color:#ff8a8a}
input{background:#14171a;color:#e7eaee;border-color:#a5afba}
input:focus-visible,button:focus-visible,a:focus-visible{outline-color:#7ab8f5}}
"""


def render_page(
    title: str, sections: list[str], language: Language, *, code: str | None = None, switch: str = ""
) -> str:
    """Return a page of sections of HTML; ``code`` stays in the address when the reader switches the language.

    ``switch`` is the address of the other language, of pages that are not about receipts.
    """
    other = Language.VIETNAMESE if language is Language.ENGLISH else Language.ENGLISH
    if not switch:
        typed = "" if code is None else f"{CHECK_PATH}?code={quote(code, safe='')}&"
        switch = f"{typed or '?'}lang={other.value}"
    heading = escape(title)
    parts = [
        "<!doctype html>",
        f'<html lang="{language.value}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<meta name="robots" content="noindex"><title>{heading}</title><style>{_STYLE}</style></head>',
        f"<body><main><header><h1>{heading}</h1>",
        f'<a href="{escape(switch)}" hreflang="{other.value}" lang="{other.value}">{_text("other", language)}</a>',
        "</header>",
        *sections,
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def verdict_section(style: str, headline: str, text: str) -> str:
    """Return the section with the verdict."""
    return f'<section class="verdict {style}" role="status"><h2>{escape(headline)}</h2><p>{escape(text)}</p></section>'


def code_form(language: Language, typed: str = "", *, heading: str = "") -> str:
    """Return the section with the form for a lookup code; what was typed stays in it."""
    title = f"<h2>{escape(heading)}</h2>" if heading else ""
    hidden = '<input type="hidden" name="lang" value="en">' if language is Language.ENGLISH else ""
    return (
        f'<section>{title}<form method="get" action="{CHECK_PATH}">'
        f'<label for="code">{_text("label", language)}</label>'
        f'<input id="code" name="code" type="text" required maxlength="1000" value="{escape(typed)}" lang="en" '
        'placeholder="ABCD-EFGH-IJKL-MNOPQ" aria-describedby="hint" autocomplete="off" autocapitalize="characters" '
        f'autocorrect="off" spellcheck="false" enterkeyhint="search">{hidden}'
        f'<button type="submit">{_text("check", language)}</button></form>'
        f'<p class="note" id="hint">{escape(_text("hint", language))}</p>'
        f'<p class="note">{escape(_text("scan", language))}</p></section>'
    )


def render_form_page(language: Language = Language.VIETNAMESE) -> str:
    """Return the page where a lookup code is typed."""
    return render_page(_text("title", language), [code_form(language)], language)


def render_home_page(language: Language = Language.VIETNAMESE) -> str:
    """Return the page at the root: what people can do here."""
    app = f'<a href="/app/">{escape(_text("home_app", language))}</a>'
    invoices = f'<a href="{INVOICE_PATH}">{escape(_text("home_invoice", language))}</a>'
    bought = f"<section><h2>{_text('home_invoices', language)}</h2>{invoices}</section>"
    staff = f"<section><h2>{_text('home_staff', language)}</h2>{app}</section>"
    sections = [code_form(language, heading=_text("home_check", language)), bought, staff]
    return render_page(_text("home_title", language), sections, language)


def render_not_found_page(language: Language = Language.VIETNAMESE) -> str:
    """Return the page for an address that leads nowhere."""
    verdict = verdict_section("caution", _text("not_found", language), _text("not_found_text", language))
    return render_page(_text("home_title", language), [verdict, code_form(language)], language)


def refused_section(status: int, language: Language) -> str:
    """Return the section that says why a request of a browser is not answered, by the status of the problem."""
    key = "too_often" if status == 429 else "unreadable"
    return verdict_section("caution", _text(key, language), _text(f"{key}_text", language))


def render_refused_page(status: int, language: Language = Language.VIETNAMESE) -> str:
    """Return the page for a request that is not answered: it cannot be read, or comes too often."""
    return render_page(_text("title", language), [refused_section(status, language), code_form(language)], language)


def render_unavailable_page(typed: str = "", language: Language = Language.VIETNAMESE) -> str:
    """Return the page for a check that could not be made."""
    verdict = verdict_section("caution", _text("unavailable", language), _text("unavailable_text", language))
    return render_page(_text("title", language), [verdict, code_form(language, typed)], language)


def page_title(language: Language) -> str:
    """Return the title of the check page."""
    return _text("title", language)


def _text(key: str, language: Language) -> str:
    return _TEXTS[key][language is Language.ENGLISH]
