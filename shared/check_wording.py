"""The sentences for a person who checks a receipt: one for each outcome of a check, in Vietnamese and English."""

from shared.contracts.common import Language
from shared.contracts.receipt import CheckState

_PASSED, _FAILED, _NOT_CHECKED = CheckState.PASSED, CheckState.FAILED, CheckState.NOT_CHECKED

CHECKS = ("canonical", "signature", "key_known", "key_valid_then", "recorded", "chain", "not_voided")
"""The checks in the order in which they are made."""

_SENTENCES: dict[tuple[str, CheckState], tuple[str, str]] = {
    ("canonical", _PASSED): ("Mã đọc được, đúng dạng.", "The code is readable and in its proper form."),
    ("canonical", _FAILED): (
        "Mã không đúng dạng: đã bị sửa, thiếu hoặc đọc sai ký tự.",
        "The code is not in its proper form: changed, cut off or misread.",
    ),
    ("canonical", _NOT_CHECKED): (
        "Chỉ có mã tra cứu, chưa có mã đầy đủ để kiểm tra.",
        "Only a lookup code was given, not the full code.",
    ),
    ("signature", _PASSED): (
        "Chữ ký số đúng: nội dung không bị sửa.",
        "The digital signature is right: nothing was changed.",
    ),
    ("signature", _FAILED): (
        "Chữ ký số SAI: nội dung đã bị sửa hoặc là giả.",
        "The digital signature is WRONG: the content was changed or is forged.",
    ),
    ("signature", _NOT_CHECKED): ("Chưa kiểm tra được chữ ký số.", "The digital signature could not be checked."),
    ("key_known", _PASSED): (
        "Khóa nêu trong mã là của đơn vị bán điện.",
        "The key that the code names is the seller's.",
    ),
    ("key_known", _FAILED): (
        "Không biết khóa đã ký: không phải của đơn vị bán điện, hoặc danh sách khóa đã cũ.",
        "The signing key is unknown: not the seller's, or the list of keys is old.",
    ),
    ("key_known", _NOT_CHECKED): ("Chưa kiểm tra được khóa ký.", "The signing key could not be checked."),
    ("key_valid_then", _PASSED): (
        "Khóa ký còn hiệu lực vào lúc ký.",
        "The signing key was in use at the time of signing.",
    ),
    ("key_valid_then", _FAILED): (
        "Khóa ký KHÔNG có hiệu lực vào lúc ký.",
        "The signing key was NOT in use at the time of signing.",
    ),
    ("key_valid_then", _NOT_CHECKED): (
        "Không rõ thời hạn của khóa ký.",
        "The time in which the signing key was in use is not known here.",
    ),
    ("recorded", _PASSED): ("Có trong sổ biên nhận.", "It is in the register of receipts."),
    ("recorded", _FAILED): (
        "KHÔNG có trong sổ biên nhận.",
        "It is NOT in the register of receipts.",
    ),
    ("recorded", _NOT_CHECKED): (
        "Chưa đối chiếu với sổ biên nhận (kiểm tra ngoại tuyến).",
        "Not compared with the register of receipts (checked offline).",
    ),
    ("chain", _PASSED): ("Nối đúng với biên nhận liền trước.", "It follows the receipt before it."),
    ("chain", _FAILED): (
        "KHÔNG nối với biên nhận liền trước trong sổ.",
        "It does NOT follow the receipt before it in the register.",
    ),
    ("chain", _NOT_CHECKED): (
        "Chưa đối chiếu với biên nhận liền trước.",
        "Not compared with the receipt before it.",
    ),
    ("not_voided", _PASSED): ("Chưa bị hủy.", "It has not been voided."),
    ("not_voided", _FAILED): (
        "ĐÃ BỊ HỦY: khoản thanh toán đã được hoàn lại sổ nợ.",
        "VOIDED: the payment was taken back.",
    ),
    ("not_voided", _NOT_CHECKED): (
        "Chưa kiểm tra được biên nhận có bị hủy hay không.",
        "Whether it was voided could not be checked.",
    ),
}

FIELD_LABELS: dict[str, tuple[str, str]] = {
    "kind": ("Loại chứng từ", "Kind"),
    "series": ("Ký hiệu", "Series"),
    "symbol": ("Mẫu số, ký hiệu", "Template and series"),
    "number": ("Số", "Number"),
    "issued_at": ("Ngày giờ ký", "Signed at"),
    "issuer": ("MST đơn vị bán", "Seller's tax code"),
    "customer_code": ("Mã khách hàng", "Customer code"),
    "total": ("Số tiền đã thu", "Amount received"),
    "vat": ("Trong đó thuế GTGT", "VAT in it"),
    "vat_rates": ("Thuế suất GTGT", "VAT rate"),
    "periods": ("Kỳ tiền điện", "Billing period"),
    "collector": ("Mã thu ngân", "Collector"),
    "voids": ("Hủy biên nhận", "Voids receipt"),
    "key_id": ("Mã khóa ký", "Signing key"),
    "lookup_code": ("Mã tra cứu", "Lookup code"),
}
"""Labels of the signed fields, in the order in which they are shown."""

_KIND_NAMES: dict[str, tuple[str, str]] = {
    "original": ("Biên nhận thanh toán", "Payment receipt"),
    "void": ("Phiếu hủy biên nhận", "Void slip"),
}


def check_sentence(check: str, state: CheckState, language: Language = Language.VIETNAMESE) -> str:
    """Return what a check's outcome means."""
    return _SENTENCES[check, state][language is Language.ENGLISH]


def field_label(name: str, language: Language = Language.VIETNAMESE) -> str:
    """Return the label of a signed field."""
    return FIELD_LABELS[name][language is Language.ENGLISH]


def kind_name(kind: str, language: Language = Language.VIETNAMESE) -> str:
    """Return the name of a kind of receipt."""
    return _KIND_NAMES[kind][language is Language.ENGLISH]


def translated_kind(vietnamese: str, language: Language) -> str:
    """Return a kind's Vietnamese name in ``language``; a name that is not known stays as it is."""
    kind = next((kind for kind, names in _KIND_NAMES.items() if names[0] == vietnamese), None)
    return kind_name(kind, language) if kind else vietnamese


def translated_label(vietnamese: str, language: Language) -> str:
    """Return a field's Vietnamese label in ``language``; a label that is not known stays as it is."""
    names = (name for name, (label, _) in FIELD_LABELS.items() if label == vietnamese)
    name = next(names, None)
    return field_label(name, language) if name else vietnamese
