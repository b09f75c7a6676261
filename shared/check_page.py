"""The page behind the link in a receipt's QR code: whether it is genuine, and what was signed.

A code that was typed wrong, or a token that cannot be read, is no finding about the receipt.
"""

from dataclasses import dataclass
from html import escape

from shared.check_wording import CHECKS, check_sentence, field_label, kind_name, translated_kind, translated_label
from shared.clock import VIETNAM
from shared.contracts.common import Language
from shared.contracts.receipt import CheckState, CodeFault, FollowedCorrection, QuotedInvoice, ReceiptKind, Verification
from shared.invoices.page import invoice_address
from shared.public_page import code_form, page_title, render_page, verdict_section

_MARKS = {CheckState.PASSED: "✓", CheckState.FAILED: "✗", CheckState.NOT_CHECKED: "–"}

_TEXTS: dict[str, tuple[str, str]] = {
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
    "entered_again_text": (
        "Số trên tờ giấy bị mất sau sự cố; khoản thanh toán này đứng trong sổ dưới số {number}. Xin giữ tờ giấy.",
        "The number on the paper was lost; this payment stands in the register under {number}. Keep the paper.",
    ),
    "restoring": ("Biên nhận thật, sổ đang được khôi phục", "Genuine; the register is being restored"),
    "restoring_text": (
        "Chữ ký đúng: đơn vị bán điện đã ký biên nhận này. Sổ đang được khôi phục sau sự cố; xin giữ tờ giấy.",
        "The signature is right: the seller signed this receipt. The register is being restored; keep the paper.",
    ),
    "unrecorded": ("Chữ ký thật, nhưng không có trong sổ", "The signature is genuine; it is not in the register"),
    "unrecorded_text": (
        "Khóa của đơn vị bán điện đã ký, nhưng sổ không có biên nhận này. Xin giữ tờ giấy và gọi tổng đài.",
        "The seller's key signed it, but the register does not have it. Keep the paper and call the hotline.",
    ),
    "unknown_restoring": ("Chưa tìm thấy: sổ đang được khôi phục", "Not found: the register is being restored"),
    "unknown_restoring_text": (
        "Sổ biên nhận đang được khôi phục sau sự cố. Xin quét mã QR để kiểm tra chữ ký, và giữ tờ giấy.",
        "The register is being restored after a loss. Scan the QR code to check the signature, and keep the paper.",
    ),
    "unsigned": ("Có trong sổ, chưa ký số", "In the register, not signed yet"),
    "unsigned_text": (
        "Biên nhận có số, nối đúng với các biên nhận khác, nhưng lúc cấp chưa ký được. Xin giữ tờ giấy, xem lại sau.",
        "It is numbered and chained to others, but nothing could sign when it was issued. Keep the paper; look again.",
    ),
    "signed_later_text": (
        "Lúc cấp chưa ký được; đã ký số cùng các biên nhận liền nhau lúc {when}. So từng dòng với tờ giấy trong tay.",
        "Nothing could sign when it was issued; it was signed with its neighbours at {when}. Compare each line.",
    ),
    "incomplete": ("Chưa kiểm tra được đầy đủ", "Not everything could be checked"),
    "incomplete_text": (
        "Không có điều gì sai trong những phần đã kiểm tra. Xem chi tiết bên dưới.",
        "Nothing was wrong in what was checked. See the details below.",
    ),
    "altered": ("KHÔNG hợp lệ", "NOT genuine"),
    "altered_text": (
        "Nội dung đã bị sửa hoặc không do đơn vị bán điện ký. Đừng dùng biên nhận này; hãy gọi tổng đài.",
        "The content was changed, or was not signed by the seller. Do not rely on this receipt; call the hotline.",
    ),
    "followed": ("Hóa đơn sau đó", "The bills since then"),
    "followed_adjustment": (
        "Hóa đơn {bill} được điều chỉnh giảm ngày {day}. Biên nhận này vẫn đúng; phần thừa đứng trong sổ là tiền dư.",
        "Bill {bill} was adjusted downwards on {day}. This receipt stays true; what is too much is kept as credit.",
    ),
    "followed_adjustment_new": (
        "Hóa đơn {bill} được điều chỉnh tăng ngày {day} bằng hóa đơn {new}. Biên nhận này vẫn đúng.",
        "Bill {bill} was adjusted upwards on {day} by bill {new}. This receipt stays true.",
    ),
    "followed_replacement_new": (
        "Hóa đơn {bill} được thay thế ngày {day} bằng hóa đơn {new}. Biên nhận này vẫn đúng; tiền đã trả còn trong sổ.",
        "Bill {bill} was replaced on {day} by bill {new}. This receipt stays true; the money is kept on the account.",
    ),
    "invoices": ("Hóa đơn điện tử", "Electronic invoices"),
    "invoice_new": (
        "Mẫu số {template}, ký hiệu {symbol}, số {number}, ngày {day}, của hóa đơn tiền điện {bill}.",
        "Template {template}, symbol {symbol}, no. {number} of {day}, for bill {bill}.",
    ),
    "invoice_adjusts": (
        "Mẫu số {template}, ký hiệu {symbol}, số {number}, ngày {day}, hóa đơn điều chỉnh, của {bill}.",
        "Template {template}, symbol {symbol}, no. {number} of {day}, an adjusting invoice, for bill {bill}.",
    ),
    "invoice_replaces": (
        "Mẫu số {template}, ký hiệu {symbol}, số {number}, ngày {day}, hóa đơn thay thế, của {bill}.",
        "Template {template}, symbol {symbol}, no. {number} of {day}, a replacing invoice, for bill {bill}.",
    ),
    "invoice_shown": ("Xem hóa đơn", "Show the invoice"),
    "signed": ("Nội dung đã ký", "What was signed"),
    "claimed": ("Nội dung ghi trong mã (KHÔNG đáng tin)", "What the code says (NOT to be trusted)"),
    "checks": ("Các bước kiểm tra", "Checks"),
    "copies": ("Số bản sao đã in", "Copies printed"),
    "prints": ("Bản chính đã in", "The receipt itself was printed"),
    "times": ("{count} lần", "{count} times"),
    "copies_text": (
        "Chữ ký không ngăn được việc photo: hãy so mã khách hàng, số tiền và ngày với tờ giấy.",
        "A signature cannot stop photocopying: compare customer code, amount and date with the paper.",
    ),
    "mistyped": ("Mã gõ nhầm", "The code is mistyped"),
    "mistyped_text": (
        "Có ký tự sai, thiếu hoặc thừa. Xin so từng nhóm với biên nhận rồi gõ lại. Biên nhận không vì thế mà sai.",
        "A character is wrong, missing or too many. Compare each group and try again. The receipt may be right.",
    ),
    "unknown": ("Không tìm thấy mã này: có thể gõ nhầm", "No such code: it may be mistyped"),
    "unknown_text": (
        "Xin so từng ký tự, hoặc quét mã QR. Đúng từng ký tự mà không thấy, hãy gọi tổng đài in trên biên nhận.",
        "Compare each character, or scan the QR code. If each is right, call the hotline printed on the receipt.",
    ),
    "unreadable": ("Không đọc được mã", "The code cannot be read"),
    "unreadable_text": (
        "Mã bị cắt hoặc gõ nhầm. Xin quét lại mã QR hoặc gõ mã tra cứu; vẫn không được, hãy gọi tổng đài.",
        "It is cut off or mistyped. Scan the QR code again or type the lookup code; if in vain, call the hotline.",
    ),
}


@dataclass(frozen=True, slots=True)
class _Verdict:
    style: str
    headline: str
    text: str


def render_check_page(
    verification: Verification, language: Language = Language.VIETNAMESE, *, typed: str | None = None
) -> str:
    """Return the page for a verification as HTML; everything that comes from outside is escaped.

    ``typed`` is what was typed into the form; it stays there when it has to be corrected.
    """
    verdict = _verdict(verification, language)
    sections = [verdict_section(verdict.style, verdict.headline, verdict.text)]
    if _to_type_again(verification):
        sections.append(code_form(language, typed or ""))
    if verification.code_fault is None:
        sections += _followed_section(verification, language)
        sections += _invoices_section(verification, language)
        sections += [*_fields_section(verification, language), _checks_section(verification, language)]
    return render_page(page_title(language), sections, language, code=typed)


def _followed_section(verification: Verification, language: Language) -> list[str]:
    if not verification.followed_by:
        return []
    lines = "".join(f"<p>{escape(_followed(each, language))}</p>" for each in verification.followed_by)
    return [f"<section><h2>{escape(_text('followed', language))}</h2>{lines}</section>"]


def _invoices_section(verification: Verification, language: Language) -> list[str]:
    if not verification.invoices:
        return []
    customer_code = "" if verification.receipt is None else verification.receipt.customer_code
    lines = "".join(
        f"<p>{escape(_invoice(each, language))}{_link(each, customer_code, language)}</p>"
        for each in verification.invoices
    )
    return [f"<section><h2>{escape(_text('invoices', language))}</h2>{lines}</section>"]


def _link(invoice: QuotedInvoice, customer_code: str, language: Language) -> str:
    """Return the link to an invoice: whoever holds the receipt's code holds its paper, which names the customer."""
    if not invoice.lookup_code:
        return ""
    address = escape(invoice_address(invoice.lookup_code, customer_code))
    return f' <a href="{address}">{escape(_text("invoice_shown", language))}</a>'


def _invoice(invoice: QuotedInvoice, language: Language) -> str:
    return _text(f"invoice_{invoice.state.value}", language).format(
        template=invoice.template,
        symbol=invoice.symbol,
        number=invoice.number,
        day=invoice.made_on.strftime("%d/%m/%Y"),
        bill=invoice.bill_number,
    )


def _followed(correction: FollowedCorrection, language: Language) -> str:
    key = f"followed_{correction.kind.value}" + ("_new" if correction.new_bill_number else "")
    return _text(key, language).format(
        bill=correction.bill_number,
        day=correction.corrected_at.astimezone(VIETNAM).strftime("%d/%m/%Y"),
        new=correction.new_bill_number,
    )


def _fields_section(verification: Verification, language: Language) -> list[str]:
    fields = _fields(verification, language)
    if not fields:
        return []
    trusted = _state_of(verification, "signature") is CheckState.PASSED
    heading = _text("signed" if trusted else "claimed", language)
    rows = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in fields.items())
    note = f'<p class="note">{escape(_text("copies_text", language))}</p>'
    return [f"<section><h2>{escape(heading)}</h2><dl>{rows}</dl>{note}</section>"]


def _checks_section(verification: Verification, language: Language) -> str:
    checks = "".join(
        f'<li class="{check.state.value}"><span aria-hidden="true">{_MARKS[check.state]}</span>'
        f"{escape(_sentence(check.check, check.state, check.detail, language))}</li>"
        for check in verification.checks
    )
    return f"<section><h2>{escape(_text('checks', language))}</h2><ul>{checks}</ul></section>"


def _to_type_again(verification: Verification) -> bool:
    return verification.code_fault is not None or _state_of(verification, "canonical") is CheckState.FAILED


def _verdict(verification: Verification, language: Language) -> _Verdict:
    failed = {check.check for check in verification.checks if check.state is CheckState.FAILED}
    if verification.voided and not failed - {"not_voided"}:
        return _voided(verification, language)
    if verification.entered_again and verification.receipt is not None and not failed:
        number = f"{verification.receipt.series} {verification.receipt.number:08d}"
        text = _text("entered_again_text", language).format(number=number)
        return _Verdict("good", _text("valid", language), text)
    if verification.signed_later_at is not None and not failed and _is_receipt(verification):
        moment = verification.signed_later_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
        return _Verdict("good", _text("valid", language), _text("signed_later_text", language).format(when=moment))
    return _worded(*_style_and_key(verification, failed), language)


def _is_receipt(verification: Verification) -> bool:
    return verification.receipt is not None and verification.receipt.kind is not ReceiptKind.VOID


def _style_and_key(verification: Verification, failed: set[str]) -> tuple[str, str]:
    receipt = verification.receipt
    if _to_type_again(verification):
        return "caution", _fault(verification)
    if _is_missing(verification, failed):
        return "caution", _missing(verification)
    if failed or not verification.valid:
        return "bad", "altered"
    if receipt is not None and verification.unsigned and verification.signed_later_at is None:
        return "caution", "unsigned"
    if receipt is None or _state_of(verification, "signature") is not CheckState.PASSED:
        return "caution", "incomplete"
    return ("caution", "void_slip") if receipt.kind is ReceiptKind.VOID else ("good", "valid")


def _voided(verification: Verification, language: Language) -> _Verdict:
    when, receipt = "", verification.receipt
    if receipt is not None and receipt.voided_at is not None:
        moment = receipt.voided_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
        when = _text("voided_when", language).format(when=moment)
    return _Verdict("bad", _text("voided", language), _text("voided_text", language).format(when=when))


def _fault(verification: Verification) -> str:
    """Return why a code has to be typed or scanned again."""
    if verification.code_fault is None:
        return "unreadable"
    lost = verification.code_fault is CodeFault.UNKNOWN and verification.restoring
    return "unknown_restoring" if lost else verification.code_fault.value


def _is_missing(verification: Verification, failed: set[str]) -> bool:
    """Return whether nothing is wrong but that the register does not have it."""
    signed = _state_of(verification, "signature") is CheckState.PASSED
    return (
        signed and verification.receipt is None and (failed == {"recorded"} or (verification.restoring and not failed))
    )


def _missing(verification: Verification) -> str:
    if verification.fields.get(field_label("kind")) == kind_name("void"):
        return "void_slip"
    return "restoring" if verification.restoring else "unrecorded"


def _fields(verification: Verification, language: Language) -> dict[str, str]:
    fields = {translated_label(label, language): value for label, value in verification.fields.items()}
    kind = field_label("kind", language)
    if kind in fields:
        fields[kind] = translated_kind(fields[kind], language)
    if verification.receipt is not None:
        if verification.prints:
            fields[_text("prints", language)] = _text("times", language).format(count=verification.prints)
        fields[_text("copies", language)] = str(verification.copies)
    return fields


def _sentence(check: str, state: CheckState, detail: str, language: Language) -> str:
    """Return the English sentence of a check, or the Vietnamese one of the receipt service."""
    known = language is Language.ENGLISH and check in CHECKS  # a newer receipt service may make more checks
    return check_sentence(check, state, language) if known else detail


def _state_of(verification: Verification, name: str) -> CheckState:
    for check in verification.checks:
        if check.check == name:
            return check.state
    return CheckState.NOT_CHECKED


def _worded(style: str, key: str, language: Language) -> _Verdict:
    return _Verdict(style, _text(key, language), _text(f"{key}_text", language))


def _text(key: str, language: Language) -> str:
    return _TEXTS[key][language is Language.ENGLISH]
