"""Two documents as the services make them: a payment notice and a receipt."""

from shared.printing import Cell, Columns, Document, Feed, QrCode, Rule, Text

RECEIPT_LINK = "HTTPS://THUNGAN.EXAMPLE/R/" + "2KCE3IQEUJAHG2LHOQQHIZLTOQQG63TFEB2GK43U" * 8 + "ABCDEFG2345"


def _fact(label: str, value: str) -> Columns:
    return Columns(cells=(Cell(text=label, width=11), Cell(text=value)))


def _amount(label: str, value: str, *, bold: bool = False) -> Columns:
    weight = "bold" if bold else "regular"
    return Columns(cells=(Cell(text=label, weight=weight), Cell(text=value, weight=weight, align="right", keep=True)))


def _tier(step: str, kwh: str, price: str, amount: str) -> Columns:
    return Columns(
        cells=(
            Cell(text=step, width=4),
            Cell(text=kwh, align="right", keep=True, width=5),
            Cell(text=price, align="right", keep=True, width=7),
            Cell(text=amount, align="right", keep=True),
        )
    )


_TIERS = (
    _tier("Bậc", "kWh", "Đơn giá", "Thành tiền"),
    _tier("1", "50", "1.984", "99.200"),
    _tier("2", "50", "2.050", "102.500"),
    _tier("3", "100", "2.380", "238.000"),
    _tier("4", "100", "2.998", "299.800"),
    _tier("5", "87", "3.350", "291.450"),
)

RECEIPT = Document(
    kind="receipt",
    title="Biên nhận K26TCM 0001234",
    blocks=(
        Text(text="CÔNG TY ĐIỆN LỰC CÀ MAU", align="center", weight="bold"),
        Text(text="Đội quản lý điện Trần Văn Thời", align="center"),
        Text(text="MST: 0300942001-018", align="center"),
        Feed(rows=10),
        Text(text="BIÊN NHẬN", align="center", weight="bold", size=2),
        Text(text="THANH TOÁN TIỀN ĐIỆN", align="center", weight="bold"),
        Text(text="Ký hiệu: K26TCM   Số: 0001234", align="center"),
        Rule(style="double"),
        _fact("Khách hàng:", "NGUYỄN THỊ TUYẾT ÁNH NGUYỆT"),
        _fact("Mã KH:", "PB05020034567"),
        _fact("Địa chỉ:", "Ấp Kênh Hãng C, xã Khánh Bình Tây Bắc, tỉnh Cà Mau"),
        _fact("Điện thoại:", "0900 000 123"),
        _fact("Công tơ:", "17283945 (HSN 1)"),
        _fact("Kỳ:", "10/2026, 22/09–21/10/2026"),
        _fact("Chỉ số:", "12.345 → 12.732 = 387 kWh"),
        Rule(style="dashed"),
        *_TIERS,
        Rule(style="dashed"),
        _amount("Cộng tiền hàng", "1.030.950"),
        _amount("Thuế GTGT 8 %", "82.476"),
        Columns(
            size=2,
            cells=(
                Cell(text="TỔNG", weight="bold"),
                Cell(text="1.113.426", weight="bold", align="right", keep=True),
            ),
        ),
        Text(text="Bằng chữ: Một triệu một trăm mười ba nghìn bốn trăm hai mươi sáu đồng."),
        Rule(),
        _fact("Thu ngân:", "Lê Văn Đệ, 0900 000 456"),
        _fact("Hình thức:", "Tiền mặt"),
        _fact("Lúc:", "22/11/2026 09:41"),
        QrCode(data=RECEIPT_LINK, caption="Quét mã để kiểm tra biên nhận"),
        Text(text="Đã thu đủ 1.113.426 ₫. Xin cảm ơn quý khách!", align="center", weight="bold"),
    ),
)

NOTICE = Document(
    kind="notice",
    title="Thông báo tiền điện 10/2026",
    blocks=(
        Text(text="CÔNG TY ĐIỆN LỰC CÀ MAU", align="center", weight="bold"),
        Text(text="THÔNG BÁO TIỀN ĐIỆN", align="center", weight="bold", size=2),
        Text(text="Kỳ 10/2026 (lần 2)", align="center"),
        Rule(),
        _fact("Khách hàng:", "TRẦN VĂN HỮU PHƯỢNG"),
        _fact("Mã KH:", "PB05020098765"),
        _fact("Địa chỉ:", "Khóm 8, thị trấn Sông Đốc"),
        Rule(style="dashed"),
        _amount("Tiền điện kỳ 10/2026", "417.096"),
        _amount("Nợ kỳ 09/2026", "388.412"),
        _amount("TỔNG PHẢI TRẢ", "805.508", bold=True),
        Rule(style="dashed"),
        Text(
            text="Quý khách vui lòng thanh toán trước ngày 30/11/2026 tại một trong các điểm thu:\n"
            "• Bưu điện Sông Đốc, 7:00–17:00\n• Agribank chi nhánh Trần Văn Thời"
        ),
        Text(text="Thu ngân viên: Lê Văn Đệ, điện thoại 0900 000 456."),
        Text(text="GIẤY NÀY KHÔNG PHẢI LÀ BIÊN NHẬN", align="center", weight="bold"),
    ),
)
