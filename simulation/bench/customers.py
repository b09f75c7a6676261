"""Very many synthetic customers, made inside the database, whose words repeat about as often as in the Mekong delta."""

from importlib.resources import files

from shared.db.migrate import SHARED
from shared.db.pool import Connection


def _words(text: str) -> list[str]:
    return text.split()


def _lines(text: str) -> list[str]:
    return text.split("|")


# Weighted roughly as in the delta: two people in five are called Nguyễn.
SURNAMES = [
    *(["Nguyễn"] * 38 + ["Trần"] * 11 + ["Lê"] * 9 + ["Phạm"] * 7 + ["Huỳnh"] * 5 + ["Võ"] * 4 + ["Đặng"] * 3),
    *_words("Bùi Đỗ Hồ Ngô Dương Lý Trương Lâm Thạch Danh Châu Tô Mai Quách"),
]
MIDDLE_NAMES = [
    *(["Thị"] * 30 + ["Văn"] * 22),
    *_words("Hữu Minh Ngọc Thanh Quốc Đức Hoàng Kim Tấn Công Chí Phước Trung Bảo Gia Thúy Diễm Hồng"),
    *_lines("Thị Mỹ|Thị Ngọc|Thị Kim|Thị Thanh|Thị Bích|Văn Hoàng"),
]
GIVEN_NAMES = _words(
    "An Anh Ánh Ân Bé Bích Bình Bảo Chi Châu Chiến Chung Cúc Cường Diễm Diệu Dung Dũng Duy Duyên Dương "
    "Đào Đạt Điệp Đông Đức Giang Hà Hạnh Hải Hằng Hân Hậu Hiền Hiếu Hiệp Hòa Hoa Hoàng Hồng Huệ Hùng Huy "
    "Huyền Hương Hường Kha Khải Khang Khánh Khoa Kiên Kiều Kiệt Lan Lành Lâm Liên Liễu Linh Loan Long Lộc "
    "Lợi Luân Lụa Lượm Ly Mai Mận Mẫn Minh My Mỹ Nam Nga Ngân Nghĩa Ngọc Nguyên Nguyệt Nhàn Nhân Nhi "
    "Nhung Như Nương Oanh Phát Phong Phú Phúc Phương Phượng Quang Quân Quí Quyên Quỳnh Sang Sáu Sen Sơn "
    "Sương Tài Tâm Tân Tấn Thạch Thanh Thành Thảo Thắm Thắng Thi Thiện Thọ Thoa Thu Thúy Thủy Thùy Thuận "
    "Thư Thương Tiên Tiến Tín Tính Toàn Tới Trang Trâm Trân Trí Trinh Trọng Trúc Trung Tú Tuấn Tùng Tuyền "
    "Tuyết Tươi Út Uyên Vân Vi Việt Vinh Vũ Vui Vy Xuân Xuyến Yến"
)
STREETS = _lines(
    "Lê Lợi|Trần Hưng Đạo|Nguyễn Trãi|Phan Ngọc Hiển|Lý Thường Kiệt|Ngô Quyền|Hùng Vương|Nguyễn Tất Thành|"
    "Lý Bôn|Đề Thám|Quang Trung|Bùi Thị Trường|Nguyễn Du|Hoàng Diệu|Phan Bội Châu|Lâm Thành Mậu|"
    "Trưng Trắc|Trưng Nhị|Nguyễn Hữu Lễ|Lê Hồng Phong"
)
COMMUNES = _lines(
    "Phường 1|Phường 2|Phường 4|Phường 5|Phường 6|Phường 7|Phường 8|Phường 9|Tân Thành|Tân Xuyên|"
    "Hòa Thành|Lý Văn Lâm|Tắc Vân|An Xuyên|Định Bình|Khánh An|Khánh Lâm|Nguyễn Phích|Trí Phải|Biển Bạch|"
    "Thới Bình|Tân Lộc|Hồ Thị Kỷ|Sông Đốc|Trần Hợi|Khánh Bình|Phú Tân|Cái Đôi Vàm|Năm Căn|Đất Mới|"
    "Tam Giang|Viên An|Đất Mũi|Tân Ân|Đầm Dơi|Tạ An Khương|Quách Phẩm|Thanh Tùng|Trần Phán"
)

FILL = """
INSERT INTO units SELECT 'PB14' || lpad(n::text, 2, '0'), 'Điện lực ' || n, 'Cà Mau', '0300942001', '19001006'
FROM generate_series(1, 10) AS n;
INSERT INTO collectors SELECT 'TN' || n, 'Thu ngân ' || n, '0900000000',
    'PB14' || lpad((n % 10 + 1)::text, 2, '0'), true
FROM generate_series(0, {collectors} - 1) AS n;
INSERT INTO routes SELECT 'R' || n, 'Tuyến ' || n, 'PB14' || lpad((n / 2 % 10 + 1)::text, 2, '0'), 'TN' || n / 2
FROM generate_series(0, 2 * {collectors} - 1) AS n;
INSERT INTO customers (customer_code, name, address, phone, unit_code, route_code, place_in_route, price_group,
    households, active)
SELECT 'PB14' || lpad((n / {per_route} / 2 % 10 + 1)::text, 2, '0') || lpad(n::text, 7, '0'),
    ($1::text[])[1 + floor(random() * array_length($1, 1))] || ' '
        || ($2::text[])[1 + floor(random() * array_length($2, 1))] || ' '
        || ($3::text[])[1 + floor(random() * array_length($3, 1))],
    (1 + floor(random() * 400))::int || CASE WHEN random() < 0.2 THEN '/' || (1 + floor(random() * 40))::int ELSE '' END
        || ' ' || ($4::text[])[1 + floor(random() * array_length($4, 1))] || ', khóm ' || (1 + floor(random() * 9))::int
        || ', ' || ($5::text[])[1 + floor(random() * array_length($5, 1))] || ', Cà Mau',
    '+8451' || lpad(floor(random() * 10000000)::int::text, 7, '0'),
    'PB14' || lpad((n / {per_route} / 2 % 10 + 1)::text, 2, '0'), 'R' || n / {per_route}, n % {per_route},
    'household', '1', true
FROM generate_series(0, {customers} - 1) AS n
"""
METERS = """
INSERT INTO meters SELECT lpad((row_number() OVER () * 7 % 99999989)::text, 8, '0'), customer_code, 1, 5, '2020-01-01'
FROM customers
"""


async def fill(connection: Connection, customers: int) -> None:
    """Make the tables of the customer service and ``customers`` synthetic customers, about 1,500 a collector."""
    for folder in (SHARED, files("services.customer").joinpath("migrations")):
        for migration in sorted(folder.iterdir(), key=lambda path: path.name):
            if migration.name.endswith(".sql"):
                await connection.execute(migration.read_text("utf-8"))
    collectors = max(1, customers // 1500)
    per_route = -(-customers // (2 * collectors))
    *setup, fill_customers = FILL.format(customers=customers, collectors=collectors, per_route=per_route).split(";")
    await connection.execute("SELECT setseed(0.5)")
    for statement in setup:
        await connection.execute(statement)
    await connection.execute(fill_customers, SURNAMES, MIDDLE_NAMES, GIVEN_NAMES, STREETS, COMMUNES, timeout=3600)
    await connection.execute(METERS, timeout=3600)
    await connection.execute("VACUUM ANALYZE", timeout=3600)
