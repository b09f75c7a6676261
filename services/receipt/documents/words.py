"""The words that are printed, Vietnamese and English side by side."""

from datetime import date, datetime

from shared.clock import VIETNAM
from shared.contracts.common import Language

NO_BREAK = "\u00a0"
"""A space at which no line ends."""

_PHRASES: dict[str, tuple[str, str]] = {
    # seller and customer
    "tax_code": ("MST: {value}", "Tax code: {value}"),
    "hotline": ("Tổng đài: {value}", "Hotline: {value}"),
    "customer": ("Khách hàng: {value}", "Customer: {value}"),
    "customer_code": ("Mã khách hàng: {value}", "Customer code: {value}"),
    "address": ("Địa chỉ: {value}", "Address: {value}"),
    "phone": ("Điện thoại: {value}", "Phone: {value}"),
    # bill
    "consumption": (
        "Điện tiêu thụ tháng {month} năm {year}",
        "Electricity used in {month}/{year}",
    ),
    "consumption_cycle": (
        "Điện tiêu thụ kỳ {cycle} tháng {month} năm {year}",
        "Electricity used in cycle {cycle} of {month}/{year}",
    ),
    "charge_reconnection_fee": ("Phí đóng điện trở lại {month}/{year}", "Reconnection fee {month}/{year}"),
    "charge_late_interest": ("Tiền lãi chậm trả {month}/{year}", "Interest on late payment {month}/{year}"),
    "pre_vat_charge": ("Cộng trước thuế", "Total before VAT"),
    "details_archived": ("Chi tiết đã đưa vào kho lưu trữ", "The details are in the archive"),
    "period": ("từ\u00a0ngày\u00a0{first} đến\u00a0ngày\u00a0{last}", "from\u00a0{first} to\u00a0{last}"),
    "bill": ("Kỳ {period}", "Period {period}"),
    "period_title": ("Kỳ", "Period"),
    "vat_title": ("Thuế", "VAT"),
    "older_bills": ("{count} kỳ cũ", "{count} older"),
    "meter": ("Công tơ {value}", "Meter {value}"),
    "households": ("Số hộ: {value}", "Households: {value}"),
    "old_reading": ("Số cũ", "Old"),
    "new_reading": ("Số mới", "New"),
    "multiplier": ("HSN", "Mult."),
    "kwh": ("kWh", "kWh"),
    "price": ("kWh × đơn giá", "kWh × price"),
    "amount": ("Thành tiền", "Amount"),
    "price_decision": ("Giá {decision} {first}–{last}", "Prices {decision} {first}–{last}"),
    "pre_vat": ("Cộng tiền điện", "Total before VAT"),
    "vat": ("Thuế GTGT {rate}%", "VAT {rate}%"),
    "total": ("Tổng cộng thanh toán", "Total to pay"),
    "total_of_bills": ("Tổng cộng {count} kỳ", "Total of {count} bills"),
    "in_words": ("Bằng chữ: {value}.", "In words: {value}."),
    # the same in fewer lines
    "seller_codes": ("MST: {code}  Tổng\u00a0đài:\u00a0{phone}", "Tax code: {code}  Hotline:\u00a0{phone}"),
    "customer_and_code": ("{name} – Mã KH: {code}", "{name} – Code: {code}"),
    "consumption_short": ("Điện {month}/{year}: {first}–{last}", "Electricity {month}/{year}: {first}–{last}"),
    "consumption_cycle_short": (
        "Điện kỳ {cycle} {month}/{year}: {first}–{last}",
        "Electricity, cycle {cycle} of {month}/{year}: {first}–{last}",
    ),
    "meter_short": (
        "Công tơ {meter}: {old}→{new} ×{multiplier} = {kwh}\u00a0kWh",
        "Meter {meter}: {old}→{new} ×{multiplier} = {kwh}\u00a0kWh",
    ),
    "households_short": ("{value} hộ", "{value} households"),
    "sums_short": ("Tiền điện {pre_vat}, thuế GTGT {rate}%: {vat}", "Before VAT {pre_vat}, VAT {rate}%: {vat}"),
    "sums_short_charge": ("Trước thuế {pre_vat}, thuế GTGT {rate}%: {vat}", "Before VAT {pre_vat}, VAT {rate}%: {vat}"),
    "invoice_quoted_short": (
        "HĐĐT\u00a0{period}: {symbol}\u00a0{number} {date}\u00a0{code}",
        "E-inv.\u00a0{period}: {symbol}\u00a0{number} {date}\u00a0{code}",
    ),
    "method_and_time": ("Thu: {method}, {time}", "Received: {method}, {time}"),
    "signed_short": ("Đơn vị trên ký số lúc {moment}", "Signed by the above at {moment}"),
    "lookup_short": ("Tra cứu {address}: {code}", "Look up {address}: {code}"),
    # receipt
    "receipt": ("BIÊN NHẬN THANH TOÁN TIỀN ĐIỆN", "ELECTRICITY PAYMENT RECEIPT"),
    "receipt_title": ("Biên nhận {number}", "Receipt {number}"),
    "template_and_series": ("Mẫu số: {template}  Ký hiệu: {series}", "Template: {template}  Series: {series}"),
    "number_and_date": ("Số:\u00a0{number} Ngày\u00a0{date}", "No:\u00a0{number} Date:\u00a0{date}"),
    "paid_before": ("Đã trả, đã trừ trước đó", "Paid or credited before"),
    "received_now": ("ĐÃ THU", "RECEIVED"),
    "partial": (
        "Trả một phần: kỳ {period} còn nợ {amount}",
        "Part payment. {amount} of {period} stays open",
    ),
    "vat_in_it": ("Trong đó thuế GTGT", "VAT in it"),
    "credit_kept": ("Tiền thừa giữ cho kỳ sau", "Credit kept for next bill"),
    "all_credit": (
        "Không có kỳ nào còn nợ: toàn bộ số tiền được giữ làm tiền thừa cho kỳ sau.",
        "No bill was open: the whole amount is kept as credit for the next bill.",
    ),
    "still_owed": ("Còn nợ sau lần thu này", "Still owed after this"),
    "nothing_owed": ("Không còn nợ tiền điện.", "Nothing is owed any more."),
    "method": ("Hình thức: {value}", "Paid by: {value}"),
    "cash": ("Tiền mặt", "Cash"),
    "transfer": ("Chuyển khoản", "Bank transfer"),
    "collection_point": ("Điểm thu", "Collection point"),
    "reference": ("Mã giao dịch: {value}", "Reference: {value}"),
    "collector": ("Thu ngân: {value}", "Collector: {value}"),
    "received_at": ("Thu lúc: {value}", "Received: {value}"),
    "stated_at": ("Nơi nhận ghi: {value}", "Stated by the receiver: {value}"),
    # the invoices of the bills
    "invoice_quoted": (
        "Hóa đơn điện tử kỳ\u00a0{period}: {symbol} số\u00a0{number} ngày\u00a0{date}",
        "E-invoice of\u00a0{period}: {symbol} no.\u00a0{number} of\u00a0{date}",
    ),
    "invoice_adjusts": ("(điều chỉnh)", "(adjusting)"),
    "invoice_replaces": ("(thay thế)", "(replacing)"),
    "invoice_code": ("Mã hóa đơn: {code}", "Invoice code: {code}"),
    "invoice_address": ("Tra cứu hóa đơn: {value}", "Invoices: {value}"),
    "invoices_more": (
        "Và {count} hóa đơn điện tử khác: quét mã QR dưới đây.",
        "And {count} more e-invoices: scan the QR code below.",
    ),
    "bills_count": ("{count} kỳ", "{count} bills"),
    "invoice_later": (
        "Hóa đơn điện tử kỳ {periods}: khi lập xong, xem bằng mã QR dưới đây.",
        "E-invoice of {periods}: once it is made, the QR code below leads to it.",
    ),
    # signature
    "signed_by": ("Ký số bởi: {value}", "Digitally signed by: {value}"),
    "not_signed": ("CHƯA KÝ SỐ", "NOT SIGNED YET"),
    "not_signed_text": (
        "Đã ghi sổ và có số; sẽ ký số sau. Quét mã để xem chữ ký.",
        "It is registered and numbered, and will be signed later. Scan the code to see the signature.",
    ),
    "signed_at": ("Ngày ký: {value}", "Signed at: {value}"),
    "lookup_address": ("Tra cứu: {value}", "Look up: {value}"),
    "lookup_code": ("Mã tra cứu: {value}", "Code: {value}"),
    "scan_to_check": ("Quét mã để kiểm tra biên nhận", "Scan to check this receipt"),
    "scan_to_check_void": ("Quét mã để kiểm tra phiếu hủy", "Scan to check this slip"),
    # copies and voids
    "copy": ("BẢN SAO lần {count}", "COPY no. {count}"),
    "view": ("BẢN XEM: KHÔNG PHẢI GIẤY IN", "FOR VIEWING: NOT A PRINTED RECEIPT"),
    "copied_at": ("In lại lúc {value}", "Printed again at {value}"),
    "was_voided": ("BIÊN NHẬN NÀY ĐÃ BỊ HỦY {when}", "THIS RECEIPT WAS VOIDED {when}"),
    "void": ("PHIẾU HỦY BIÊN NHẬN", "VOID SLIP"),
    "void_title": ("Phiếu hủy {number}", "Void slip {number}"),
    "voids": ("Hủy biên nhận {symbol} số {number} ngày {date}", "Voids receipt {symbol} no. {number} of {date}"),
    "voided_amount": ("Số tiền hủy", "Amount voided"),
    "reason": ("Lý do: {value}", "Reason: {value}"),
    "voided_by": ("Người hủy: {value}", "Voided by: {value}"),
    "voided_at": ("Hủy lúc: {value}", "Voided at: {value}"),
    "debt_again": (
        "Tiền điện đã trả bằng biên nhận này được ghi nợ lại. Biên nhận cũ không còn giá trị.",
        "What was paid with that receipt is owed again. The old receipt is no longer good.",
    ),
    "owed_now": ("Đang nợ", "Owed now"),
    # notice
    "notice": ("THÔNG BÁO TIỀN ĐIỆN", "ELECTRICITY PAYMENT NOTICE"),
    "notice_title": ("Thông báo {number}", "Notice {number}"),
    "older_debt": ("Nợ kỳ {period}", "Debt of {period}"),
    "more_debt": ("Nợ {count} kỳ khác", "Debt of {count} more"),
    "other_debt": ("Nợ khác", "Other debt"),
    "credit_to_use": ("Trừ tiền thừa", "Less credit"),
    "to_pay": ("PHẢI TRẢ", "TO PAY"),
    "overdue": ("Đã quá hạn trả: {date}", "Was due: {date}"),
    "pay_by": ("Hạn trả: {date}", "Pay by: {date}"),
    "not_a_receipt": (
        "Giấy này không phải biên nhận. Trả tiền xong, xin nhận biên nhận có mã QR.",
        "This is not a receipt. After paying, ask for the receipt with its QR code.",
    ),
    "disputed": (
        "Hóa đơn kỳ {periods} đang được giải quyết khiếu nại; không nhắc nợ hóa đơn này cho đến khi có trả lời.",
        "A complaint about the bill of {periods} is open; there are no reminders of it until you have an answer.",
    ),
    "check_it": (
        "Xin kiểm tra tên, địa chỉ, chỉ số và số tiền trước khi trả.",
        "Please check name, address, readings and amount before you pay.",
    ),
    "was_away": (
        "Thu ngân đã đến lúc {time} ngày {date} nhưng không gặp quý khách.",
        "The collector came at {time} on {date} and found nobody home.",
    ),
    "call_collector": ("Xin gọi thu ngân để hẹn giờ:", "Please call the collector:"),
    "comes_back": ("Thu ngân sẽ trở lại:", "The collector comes back:"),
    "appointment": ("Hẹn thu tiền:", "Appointment:"),
    "contact": ("Thu ngân:", "Collector:"),
    "take_it_to": (
        "Xin mang giấy này đến trả tại một trong các điểm thu:",
        "Please take this notice and pay at one of:",
    ),
    "no_points": ("Xin gọi tổng đài để biết điểm thu gần nhất.", "Please call the hotline for the nearest place."),
    "or_transfer": (
        "Hoặc quét để chuyển khoản {amount}",
        "Or scan to transfer {amount}",
    ),
    # warning of a cut
    "cut_warning": ("THÔNG BÁO NGỪNG CUNG CẤP ĐIỆN", "WARNING: SUPPLY WILL BE CUT OFF"),
    "cut_warning_title": ("Thông báo ngừng cấp điện {code}", "Warning of a cut {code}"),
    "printed_on": ("Ngày in: {date}", "Printed: {date}"),
    "owed": ("CÒN NỢ", "OWED"),
    "cut_begins": ("Sẽ ngừng cung cấp điện từ:", "Supply is cut off from:"),
    "cut_reason": (
        "Lý do: chưa trả tiền điện đã quá hạn, theo hợp đồng mua bán điện.",
        "Reason: overdue bills that are not paid, under the supply contract.",
    ),
    "cut_avoided": (
        "Trả đủ, hoặc thỏa thuận với điện lực trước giờ này thì không ngừng cấp điện. Đã trả rồi xin bỏ qua.",
        "Pay before that hour, or agree with the power company, and nothing is cut off. If you have paid, ignore this.",
    ),
    "cut_reconnected": (
        "Nếu đã ngừng: điện được đóng lại chậm nhất {hours} giờ sau khi trả đủ; có thể thu phí đóng điện.",
        "After a cut, supply is back at the latest {hours} hours after all is paid; there may be a fee.",
    ),
    "warning_signatures": ("Người giao|Người nhận", "Delivered by|Received by"),
    # agreement to pay in parts
    "agreement": ("THỎA THUẬN TRẢ DẦN TIỀN ĐIỆN", "AGREEMENT TO PAY IN PARTS"),
    "agreement_title": ("Thỏa thuận trả dần {paper}", "Agreement {paper}"),
    "agreement_of": ("Số giấy: {paper}, ngày {date}", "Paper: {paper}, {date}"),
    "agreement_bills": ("Các hóa đơn", "Bills"),
    "agreement_sum": ("TỔNG CỘNG", "IN ALL"),
    "agreement_parts": ("Các đợt trả", "Parts"),
    "agreement_part": ("Đợt {number}: {date}", "Part {number}: {date}"),
    "agreement_paid": ("   đã trả {amount}", "   paid {amount}"),
    "agreement_keeps": (
        "Trong thời gian thỏa thuận, điện lực không nhắc nợ và không ngừng cấp điện vì các hóa đơn này.",
        "While it is kept, there are no reminders of these bills, and supply is not cut off for them.",
    ),
    "agreement_breaks": (
        "Một đợt trả trễ quá {days} ngày thì thỏa thuận hết hiệu lực: phải trả ngay phần còn lại.",
        "A part that is more than {days} days late ends it: the rest is due at once.",
    ),
    "agreement_later_bills": (
        "Hóa đơn các kỳ sau trả đúng hạn như bình thường.",
        "Later bills are paid when they are due.",
    ),
    "agreement_signatures": ("Điện lực|Khách hàng", "Power company|Customer"),
    # shift slip
    "shift": ("PHIẾU KẾT CA THU TIỀN", "SHIFT CLOSING SLIP"),
    "shift_title": ("Phiếu kết ca {collector} {date}", "Shift slip {collector} {date}"),
    "opened_at": ("Mở ca: {value}", "Opened: {value}"),
    "closed_at": ("Kết ca: {value}", "Closed: {value}"),
    "opening_float": ("Tiền đầu ca", "Opening float"),
    "cash_payments": ("Thu tiền mặt ({count})", "Cash taken ({count})"),
    "reversals": ("Đã hủy ({count})", "Reversed ({count})"),
    "given_back": ("Trả lại tiền ca trước ({count})", "Given back, earlier shifts ({count})"),
    "handed_in": ("Đã nộp trong ca ({count})", "Handed in before ({count})"),
    "handed_in_cashier": ("Thủ quỹ, {time}", "Cashier, {time}"),
    "handed_in_bank": ("Ngân hàng, {time}", "Bank, {time}"),
    "handed_in_slip": ("Giấy nộp {number}", "Slip {number}"),
    "handed_in_slip_unproven": (
        "Giấy nộp {number}, ngân hàng chưa báo có",
        "Slip {number}, not confirmed by the bank",
    ),
    "handed_in_difference": ("Khai {stated}, đếm {counted}: {reason}", "Said {stated}, counted {counted}: {reason}"),
    "handover": ("Biên nhận và chuyển khoản", "Receipts and transfers"),
    "receipts_of_shift": ("Biên nhận đã lập", "Receipts"),
    "receipts_from_to": ("Từ số {first} đến số {last}", "From {first} to {last}"),
    "receipts_without_number": ("Chưa có số: {count}", "Without a number yet: {count}"),
    "transfers_of_shift": ("Chuyển khoản ({count})", "Transfers ({count})"),
    "cash_in_hand": ("Phải nộp", "Cash due"),
    "counted_cash": ("Thực nộp", "Cash counted"),
    "exact": ("Khớp: không thừa, không thiếu.", "It balances."),
    "cash_over": ("THỪA", "OVER"),
    "cash_short": ("THIẾU", "SHORT"),
    "explanation": ("Giải trình: {value}", "Explanation: {value}"),
    "denomination": ("Mệnh giá", "Note"),
    "pieces": ("Số tờ", "Pieces"),
    "sum": ("Cộng", "Sum"),
    "register_at": ("Sổ biên nhận: {value}", "Register: {value}"),
    "signatures": ("Thu ngân|Người nhận tiền", "Collector|Cashier"),
}

_WEEKDAYS = (
    ("Thứ Hai", "Monday"),
    ("Thứ Ba", "Tuesday"),
    ("Thứ Tư", "Wednesday"),
    ("Thứ Năm", "Thursday"),
    ("Thứ Sáu", "Friday"),
    ("Thứ Bảy", "Saturday"),
    ("Chủ Nhật", "Sunday"),
)


_LINE_LABELS = {
    "Bậc": "Tier",
    "Giờ bình thường": "Normal hours",
    "Giờ cao điểm": "Peak hours",
    "Giờ thấp điểm": "Off-peak hours",
    "Công suất phản kháng": "Reactive power",
}


class Words:
    """The phrases of one language: ``words("customer", value="NGUYỄN VĂN AN")``."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._index = int(language is Language.ENGLISH)

    def __call__(self, key: str, **values: object) -> str:
        """Return a phrase with its values filled in."""
        return _PHRASES[key][self._index].format(**values)

    def line_label(self, label: str) -> str:
        """Return the label of a bill line, which billing gives in Vietnamese."""
        label = label.replace("φ", "phi")  # no printer's letter
        if self.language is Language.ENGLISH:
            for vietnamese, english in _LINE_LABELS.items():
                label = label.replace(vietnamese, english)
        return label

    def weekday(self, moment: datetime) -> str:
        """Return the name of the day in Vietnam."""
        return _WEEKDAYS[moment.astimezone(VIETNAM).weekday()][self._index]


def phrases() -> dict[str, tuple[str, str]]:
    """Return all phrases, for checking that no language lacks one."""
    return dict(_PHRASES)


def day(value: date) -> str:
    """Return a date as Vietnam writes it: ``12/11/2026``."""
    return value.strftime("%d/%m/%Y")


def short_day(value: date) -> str:
    """Return a date without its year: ``12/11``."""
    return value.strftime("%d/%m")


def clock_time(moment: datetime) -> str:
    """Return the time in Vietnam: ``14:05``."""
    return moment.astimezone(VIETNAM).strftime("%H:%M")


def day_of(moment: datetime) -> str:
    """Return the day in Vietnam: ``12/11/2026``."""
    return day(moment.astimezone(VIETNAM).date())


def day_and_time(moment: datetime) -> str:
    """Return time and day in Vietnam: ``14:05 12/11/2026``."""
    return f"{clock_time(moment)}{NO_BREAK}{day_of(moment)}"


def second_of_signing(moment: datetime) -> str:
    """Return a moment to the second: ``12/11/2026 14:05:09``."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
