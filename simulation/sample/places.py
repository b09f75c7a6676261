"""Units of Cà Mau with the communes that they supply, hamlets and streets."""

from dataclasses import dataclass

STREETS = (
    "Nguyễn Trãi", "Phan Ngọc Hiển", "Lý Thường Kiệt", "Trần Hưng Đạo", "Ngô Quyền", "Hùng Vương", "Quang Trung",
    "Lý Bôn", "Phan Bội Châu", "Nguyễn Tất Thành", "Bùi Thị Trường", "Tôn Đức Thắng", "Nguyễn Du", "Lê Lợi",
    "Lâm Thành Mậu", "Huỳnh Thúc Kháng", "Nguyễn Công Trứ", "Trần Quang Khải", "An Dương Vương", "30 Tháng 4",
    "Trần Văn Thời", "Lê Hồng Phong", "Nguyễn Việt Khái", "Hoàng Diệu",
)  # fmt: skip
HAMLETS = (
    "Cái Rô", "Kinh Mới", "Rạch Gốc", "Cây Khô", "Cái Keo", "Xóm Lớn", "Rạch Chèo", "Cái Nai", "Ông Trang", "Kinh Ba",
    "Tân Điền", "Tân Hòa", "Tân Lợi", "Thuận Thành", "Bà Điều", "Nhà Vi", "Cái Ngay", "Đường Kéo", "Kinh Hòn",
    "Lung Tràm", "Vàm Đầm", "Cái Bát", "Đất Biển", "Mũi Tràm", "Kinh Đứng", "Cái Tàu", "Sào Lưới", "Rạch Thọ",
    "Chà Là", "Giáp Nước", "Tắc Biển", "Xẻo Đước",
)  # fmt: skip


@dataclass(frozen=True)
class UnitPlace:
    """One managing unit: how many of a hundred customers it has, and what it supplies."""

    unit_code: str
    name: str
    short_name: str
    """The place without ``Điện lực``, for post offices and banks."""
    address: str
    share: int
    wards: tuple[str, ...]
    """Phường: town streets with house numbers."""
    communes: tuple[str, ...]
    """Xã: hamlets (ấp) along canals, houses without numbers."""


UNITS = (
    UnitPlace("PB1401", "Điện lực Cà Mau", "Cà Mau", "Số 118 đường Nguyễn Tất Thành, phường Lý Văn Lâm, tỉnh Cà Mau",
              23, ("phường An Xuyên", "phường Lý Văn Lâm", "phường Hòa Thành"), ("xã Hồ Thị Kỷ",)),
    UnitPlace("PB1402", "Điện lực Cái Nước", "Cái Nước", "Số 27 đường Lê Lợi, xã Cái Nước, tỉnh Cà Mau",
              10, (), ("xã Cái Nước", "xã Hưng Mỹ", "xã Lương Thế Trân", "xã Tân Hưng")),
    UnitPlace("PB1403", "Điện lực Năm Căn", "Năm Căn", "Số 64 đường Nguyễn Tất Thành, xã Năm Căn, tỉnh Cà Mau",
              7, (), ("xã Năm Căn", "xã Đất Mới", "xã Tam Giang")),
    UnitPlace("PB1404", "Điện lực Trần Văn Thời", "Trần Văn Thời", "Khóm 9, xã Trần Văn Thời, tỉnh Cà Mau",
              14, (), ("xã Trần Văn Thời", "xã Sông Đốc", "xã Khánh Bình", "xã Khánh Hưng", "xã Đá Bạc")),
    UnitPlace("PB1405", "Điện lực U Minh", "U Minh", "Khóm 3, xã U Minh, tỉnh Cà Mau",
              8, (), ("xã U Minh", "xã Nguyễn Phích", "xã Khánh Lâm", "xã Khánh An")),
    UnitPlace("PB1406", "Điện lực Đầm Dơi", "Đầm Dơi", "Số 12 đường Trần Văn Thời, xã Đầm Dơi, tỉnh Cà Mau",
              12, (), ("xã Đầm Dơi", "xã Tân Thuận", "xã Tạ An Khương", "xã Trần Phán", "xã Quách Phẩm")),
    UnitPlace("PB1407", "Đội Quản lý khu vực Tắc Vân", "Tắc Vân", "Quốc lộ 1, phường Tân Thành, tỉnh Cà Mau",
              5, ("phường Tân Thành",), ()),
    UnitPlace("PB1408", "Điện lực Thới Bình", "Thới Bình", "Khóm 1, xã Thới Bình, tỉnh Cà Mau",
              10, (), ("xã Thới Bình", "xã Trí Phải", "xã Biển Bạch", "xã Tân Lộc")),
    UnitPlace("PB1409", "Điện lực Phú Tân", "Phú Tân", "Khóm 2, xã Cái Đôi Vàm, tỉnh Cà Mau",
              7, (), ("xã Phú Tân", "xã Phú Mỹ", "xã Cái Đôi Vàm", "xã Nguyễn Việt Khái")),
    UnitPlace("PB1410", "Điện lực Ngọc Hiển", "Ngọc Hiển", "Khóm 5, xã Phan Ngọc Hiển, tỉnh Cà Mau",
              4, (), ("xã Phan Ngọc Hiển", "xã Đất Mũi", "xã Tân Ân")),
)  # fmt: skip


def tax_code(serial: int) -> str:
    """Return a tax code (mã số thuế) of ten digits with a right check digit that belongs to nobody.

    The first two digits name a province; 99 is none.
    """
    while True:
        digits = f"99{serial:07d}"
        weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
        check = 10 - sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if 0 <= check <= 9:
            return f"{digits}{check}"
        serial += 5_000_000  # such a number is never given out
