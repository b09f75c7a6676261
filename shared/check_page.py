"""The page behind the link in a receipt's QR code: says whether it is genuine, and shows what was signed.

One self-contained document: no script, no picture, no font or style from elsewhere, so it opens on any phone and leaks
nothing. It is meant to be served with the headers in :data:`CHECK_PAGE_HEADERS`.
"""

from dataclasses import dataclass
from html import escape

from shared.check_wording import CHECKS, check_sentence, field_label, translated_kind, translated_label
from shared.clock import VIETNAM
from shared.contracts.common import Language
from shared.contracts.receipt import CheckState, ReceiptKind, Verification

CHECK_PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""The address holds the token, so it is neither stored nor passed on."""

_MARKS = {CheckState.PASSED: "✓", CheckState.FAILED: "✗", CheckState.NOT_CHECKED: "–"}

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Kiểm tra biên nhận tiền điện", "Check an electricity receipt"),
    "valid": ("Biên nhận hợp lệ", "This receipt is genuine"),
    "valid_text": (
        "So từng dòng dưới đây với tờ giấy trong tay: phải giống nhau.",
        "Compare each line below with the paper in your hand: they must be the same.",
    ),
    "void_slip": ("Phiếu hủy: không phải bằng chứng đã trả tiền", "A void slip: not a proof of payment"),
    "void_slip_text": (
        "Phiếu này là thật và cho biết một biên nhận đã bị hủy.",
        "This slip is genuine and says that a receipt was voided.",
    ),
    "voided": ("Biên nhận đã bị hủy", "This receipt has been voided"),
    "voided_text": (
        "Chữ ký là thật, nhưng khoản thanh toán đã bị hủy{when}. Biên nhận không còn giá trị.",
        "The signature is genuine, but the payment was taken back{when}. The receipt is no longer good.",
    ),
    "voided_when": (" lúc {when}", " at {when}"),
    "incomplete": ("Chưa kiểm tra được đầy đủ", "Not everything could be checked"),
    "incomplete_text": (
        "Không có điều gì sai trong những phần đã kiểm tra. Xem chi tiết bên dưới.",
        "Nothing was wrong in what was checked. See the details below.",
    ),
    "altered": ("KHÔNG hợp lệ", "NOT genuine"),
    "altered_text": (
        "Mã đã bị sửa, đọc sai hoặc không do đơn vị bán điện ký. Đừng dùng tờ giấy này; hãy gọi tổng đài.",
        "The code was changed, misread, or not signed by the seller. Do not rely on this paper; call the hotline.",
    ),
    "signed": ("Nội dung đã ký", "What was signed"),
    "claimed": ("Nội dung ghi trong mã (KHÔNG đáng tin)", "What the code says (NOT to be trusted)"),
    "checks": ("Các bước kiểm tra", "Checks"),
    "copies": ("Số bản sao đã in", "Copies printed"),
    "copies_text": (
        "Chữ ký không ngăn được việc photo: hãy so mã khách hàng, số tiền và ngày với tờ giấy.",
        "A signature cannot stop photocopying: compare customer code, amount and date with the paper.",
    ),
    "other": ("English", "Tiếng Việt"),
}

_STYLE = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif;color:#1b1f24;background:#f3f4f6}
main{max-width:38rem;margin:0 auto;padding:1rem}
header{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
h1{font-size:1rem;margin:.25rem 0;font-weight:600}
a{color:inherit;padding:.5rem 0;white-space:nowrap}
section{background:#fff;border-radius:.75rem;padding:1rem;margin:.75rem 0}
h2{font-size:1.05rem;margin:0 0 .5rem}
.verdict{color:#fff}
.verdict h2{font-size:1.5rem;line-height:1.25;margin:0}
.verdict p{margin:.5rem 0 0}
.good{background:#14713d}.bad{background:#b3191f}.caution{background:#8a5300}
dl{margin:0}
dl div{display:flex;justify-content:space-between;gap:1rem;padding:.4rem 0;border-top:1px solid #d9dde2}
dl div:first-child{border-top:0}
dt{color:#56606b;flex:none;max-width:45%}
dd{margin:0;text-align:right;font-weight:600;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding:0}
li{padding:.3rem 0 .3rem 1.75rem;position:relative}
li span{position:absolute;left:.25rem;font-weight:700}
.failed{color:#b3191f;font-weight:600}
.note{color:#56606b;margin:.5rem 0 0;font-size:.95rem}
@media (prefers-color-scheme:dark){
body{color:#e7eaee;background:#14171a}section{background:#1f2429}
section.good{background:#14713d}section.bad{background:#b3191f}section.caution{background:#8a5300}
dl div{border-color:#39414a}dt,.note{color:#a5afba}.failed{color:#ff8a8a}}
"""


@dataclass(frozen=True, slots=True)
class _Verdict:
    style: str
    headline: str
    text: str


def render_check_page(verification: Verification, language: Language = Language.VIETNAMESE) -> str:
    """Return the page for a verification as HTML; everything that comes from the token is escaped."""
    verdict = _verdict(verification, language)
    trusted = _state_of(verification, "signature") is CheckState.PASSED
    other = Language.VIETNAMESE if language is Language.ENGLISH else Language.ENGLISH
    title, switch = escape(_text("title", language)), escape(_text("other", language))
    fields = _fields(verification, language)
    parts = [
        "<!doctype html>",
        f'<html lang="{language.value}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<meta name="robots" content="noindex"><title>{title}</title><style>{_STYLE}</style></head>',
        f"<body><main><header><h1>{title}</h1>",
        f'<a href="?lang={other.value}" hreflang="{other.value}" lang="{other.value}">{switch}</a></header>',
        f'<section class="verdict {verdict.style}" role="status"><h2>{escape(verdict.headline)}</h2>',
        f"<p>{escape(verdict.text)}</p></section>",
    ]
    if fields:
        heading = _text("signed" if trusted else "claimed", language)
        rows = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in fields.items()
        )
        parts.append(
            f"<section><h2>{escape(heading)}</h2><dl>{rows}</dl>"
            f'<p class="note">{escape(_text("copies_text", language))}</p></section>'
        )
    checks = "".join(
        f'<li class="{check.state.value}"><span aria-hidden="true">{_MARKS[check.state]}</span>'
        f"{escape(_sentence(check.check, check.state, check.detail, language))}</li>"
        for check in verification.checks
    )
    parts.append(f"<section><h2>{escape(_text('checks', language))}</h2><ul>{checks}</ul></section>")
    parts.append("</main></body></html>")
    return "\n".join(parts) + "\n"


def _verdict(verification: Verification, language: Language) -> _Verdict:
    receipt = verification.receipt
    failed = {check.check for check in verification.checks if check.state is CheckState.FAILED}
    if failed - {"not_voided"} or (not verification.valid and not verification.voided):
        return _say("bad", "altered", language)
    if verification.voided:
        when = ""
        if receipt is not None and receipt.voided_at is not None:
            moment = receipt.voided_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
            when = _text("voided_when", language).format(when=moment)
        return _Verdict("bad", _text("voided", language), _text("voided_text", language).format(when=when))
    if receipt is None or _state_of(verification, "signature") is not CheckState.PASSED:
        return _say("caution", "incomplete", language)
    if receipt.kind is ReceiptKind.VOID:
        return _say("caution", "void_slip", language)
    return _say("good", "valid", language)


def _fields(verification: Verification, language: Language) -> dict[str, str]:
    fields = {translated_label(label, language): value for label, value in verification.fields.items()}
    kind = field_label("kind", language)
    if kind in fields:
        fields[kind] = translated_kind(fields[kind], language)
    if verification.receipt is not None:
        fields[_text("copies", language)] = str(verification.copies)
    return fields


def _sentence(check: str, state: CheckState, detail: str, language: Language) -> str:
    """Return the English sentence of a check, or what the receipt service itself said in Vietnamese."""
    known = language is Language.ENGLISH and check in CHECKS  # a newer receipt service may make more checks
    return check_sentence(check, state, language) if known else detail


def _state_of(verification: Verification, name: str) -> CheckState:
    for check in verification.checks:
        if check.check == name:
            return check.state
    return CheckState.NOT_CHECKED


def _say(style: str, key: str, language: Language) -> _Verdict:
    return _Verdict(style, _text(key, language), _text(f"{key}_text", language))


def _text(key: str, language: Language) -> str:
    return _TEXTS[key][language is Language.ENGLISH]
