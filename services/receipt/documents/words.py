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
    # signature
    "signed_by": ("Ký số bởi: {value}", "Digitally signed by: {value}"),
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
    # shift slip
    "shift": ("PHIẾU KẾT CA THU TIỀN", "SHIFT CLOSING SLIP"),
    "shift_title": ("Phiếu kết ca {collector} {date}", "Shift slip {collector} {date}"),
    "opened_at": ("Mở ca: {value}", "Opened: {value}"),
    "closed_at": ("Kết ca: {value}", "Closed: {value}"),
    "opening_float": ("Tiền đầu ca", "Opening float"),
    "cash_payments": ("Thu tiền mặt ({count})", "Cash taken ({count})"),
    "reversals": ("Đã hủy ({count})", "Reversed ({count})"),
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
