"""Names of people and organisations as they are common in Cà Mau: family, middle and given names with their weights."""

from simulation.sample.randomness import SeededRandom, Table

FAMILY = Table(
    {
        "Nguyễn": 310, "Trần": 120, "Lê": 95, "Phạm": 65, "Huỳnh": 62, "Võ": 50, "Phan": 45, "Trương": 32,
        "Đặng": 24, "Bùi": 20, "Đỗ": 16, "Ngô": 16, "Hồ": 16, "Dương": 18, "Lý": 16, "Lâm": 18, "Đinh": 8,
        "Trịnh": 9, "Mai": 8, "Cao": 9, "Tô": 7, "Châu": 7, "Quách": 6, "Tăng": 5, "Hà": 6, "Lưu": 6, "Thái": 5,
        "Đoàn": 8, "Danh": 6, "Thạch": 4, "Kim": 3, "Sơn": 3, "Hữu": 3, "Tiêu": 2, "Từ": 2, "Khưu": 2, "Mã": 2,
    }
)  # fmt: skip
"""Weights per thousand; Danh, Thạch, Kim and Sơn are Khmer, Lâm, Quách, Tăng, Khưu often Hoa."""

MALE_MIDDLE = Table(
    {
        "Văn": 330, "Hoàng": 70, "Minh": 70, "Thanh": 60, "Quốc": 55, "Hữu": 50, "Công": 35, "Chí": 35, "Đức": 30,
        "Trung": 28, "Tấn": 30, "Thành": 28, "Ngọc": 25, "Phước": 22, "Hải": 18, "Nhật": 16, "Duy": 24, "Anh": 16,
        "Bảo": 16, "Trọng": 14, "Út": 8, "": 50,
    }
)  # fmt: skip
FEMALE_MIDDLE = Table(
    {
        "Thị": 420, "Ngọc": 90, "Kim": 75, "Thanh": 50, "Mỹ": 45, "Thúy": 45, "Hồng": 45, "Bích": 30, "Tuyết": 28,
        "Cẩm": 26, "Thu": 24, "Diễm": 20, "Phương": 20, "Huỳnh": 14, "Như": 14, "Thùy": 18, "Ánh": 10, "Mộng": 10,
        "": 22,
    }
)  # fmt: skip
MALE_GIVEN = Table(
    {
        "Hùng": 30, "Dũng": 26, "Tuấn": 30, "Minh": 26, "Hải": 26, "Long": 18, "Sơn": 20, "Thành": 24, "Tâm": 18,
        "Phúc": 20, "Lộc": 16, "Tài": 18, "Đạt": 20, "Khang": 16, "Khánh": 14, "Nam": 18, "Bình": 18, "An": 16,
        "Hiếu": 18, "Nghĩa": 18, "Nhân": 14, "Trí": 14, "Tín": 12, "Vinh": 16, "Quang": 16, "Phong": 16, "Đông": 8,
        "Thắng": 16, "Chiến": 8, "Lâm": 12, "Toàn": 14, "Thuận": 14, "Kiệt": 16, "Đức": 16, "Út": 14, "Hận": 3,
        "Đời": 4, "Chương": 6, "Tường": 8, "Đệ": 5, "Khởi": 5, "Hậu": 12, "Giang": 10, "Kha": 8, "Cường": 18,
    }
)  # fmt: skip
FEMALE_GIVEN = Table(
    {
        "Hoa": 18, "Lan": 22, "Hồng": 20, "Mai": 18, "Hương": 20, "Thủy": 20, "Nga": 16, "Loan": 16, "Phượng": 18,
        "Tuyết": 14, "Diễm": 14, "Ngân": 20, "Trang": 20, "Linh": 20, "Thảo": 20, "Trinh": 16, "Vân": 16, "Yến": 18,
        "Nhung": 16, "Nhi": 18, "Như": 16, "My": 14, "Duyên": 14, "Quyên": 14, "Tiên": 14, "Kiều": 14, "Oanh": 14,
        "Xuân": 12, "Đào": 8, "Bé": 8, "Út": 12, "Lành": 6, "Lệ": 10, "Thơ": 10, "Cúc": 8, "Liễu": 10, "Mười": 5,
        "Huệ": 8, "Hạnh": 16, "Liên": 12, "Dung": 12, "Hằng": 14, "Ánh": 8, "Đẹp": 4, "Sương": 8, "Lượm": 2,
    }
)  # fmt: skip

SHOP = (
    "Tạp hóa", "Quán cà phê", "Tiệm vàng", "Nhà thuốc", "Cửa hàng vật tư nông nghiệp", "Quán ăn", "Nhà trọ",
    "Cửa hàng điện máy", "Tiệm may", "Cơ sở nước mắm", "Vựa tôm", "Vựa cua", "Karaoke", "Tiệm sửa máy nổ",
)  # fmt: skip
FACTORY = (
    "Nhà máy nước đá", "Nhà máy xay xát", "Công ty TNHH Chế biến thủy sản", "Trại tôm giống", "Xưởng đóng tàu",
    "Lò sấy tôm khô", "Hợp tác xã nuôi tôm",
)  # fmt: skip
SCHOOL = ("Trường Mẫu giáo", "Trường Tiểu học", "Trường THCS", "Trạm y tế")
OFFICE = ("Trụ sở sinh hoạt cộng đồng", "Trạm bơm thoát nước", "Đèn đường", "Nhà văn hóa")
AUSPICIOUS = ("Phát", "Thành", "Hưng", "Lợi", "Phú", "Vinh", "An", "Tâm", "Đạt", "Thịnh", "Lộc", "Tiến", "Hòa", "Ngọc")


def person(rng: SeededRandom) -> str:
    """Return a full name: family, perhaps one or two middle names, given."""
    family = rng.draw(FAMILY)
    if rng.chance(0.48):
        middle, given = rng.draw(FEMALE_MIDDLE), rng.draw(FEMALE_GIVEN)
        if middle == "Thị" and rng.chance(0.25):
            middle = f"Thị {rng.pick(('Mỹ', 'Kim', 'Ngọc', 'Thanh', 'Hồng', 'Bé', 'Cẩm', 'Thúy'))}"
    else:
        middle, given = rng.draw(MALE_MIDDLE), rng.draw(MALE_GIVEN)
    return " ".join(filter(None, (family, middle, given)))


def organisation(rng: SeededRandom, kinds: tuple[str, ...]) -> str:
    """Return the name of a shop or factory: what it is and a word that promises luck."""
    return f"{rng.pick(kinds)} {rng.pick(AUSPICIOUS)} {rng.pick(AUSPICIOUS)}"
