"""Wards in addresses, as web/tests/app/wards.test.ts has them too."""

import pytest

from shared.wards import full_ward, names_ward, ward_of


@pytest.mark.parametrize(
    ("address", "ward"),
    [
        ("Số 7, đường Lý Bôn, khóm 2, phường Tân Thành, tỉnh Cà Mau", "tan thanh"),
        ("12 Lê Lợi, P.5, TP Cà Mau", "5"),
        ("12 Lê Lợi, TT. Đầm Dơi", "dam doi"),
        ("Khu phố 5, đặc khu Phú Quốc", "phu quoc"),
        ("12 Lê Lợi, phường 05", "5"),
        ("12 Phường Chí Kiên", None),
        ("", None),
    ],
)
def test_the_ward_of_an_address_is_the_part_that_names_its_kind(address: str, ward: str | None) -> None:
    assert ward_of(address) == ward


@pytest.mark.parametrize(
    ("address", "ward", "expected"),
    [
        ("12 Lê Lợi, An Xuyên, Cà Mau", "an xuyen", True),
        ("12 Lê Lợi, An Xuyên, Cà Mau", "le loi", False),
        ("An Xuyên, phường Tân Thành", "an xuyen", False),
        ("Lê Lợi, Cà Mau", "le loi", False),
    ],
)
def test_an_address_without_kinds_of_places_is_in_the_ward_that_a_part_names(
    address: str, ward: str, expected: bool
) -> None:
    assert names_ward(address, ward) is expected


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("Phường An Xuyên", "Phường An Xuyên"),
        ("phường An Xuyên", "Phường An Xuyên"),
        ("P. An Xuyên", "Phường An Xuyên"),
        ("P.5", "Phường 5"),
        ("p5", "Phường 5"),
        ("Phuong An Xuyen", "Phường An Xuyen"),
        ("X. Đất Mũi", "Xã Đất Mũi"),
        ("xã Đất Mũi", "Xã Đất Mũi"),
        ("ĐẶC KHU Phú Quốc", "Đặc khu Phú Quốc"),
        ("An Xuyên", None),
        ("Thị trấn Đầm Dơi", None),
        ("Phường An Xuyên, tỉnh Cà Mau", None),
        ("Phường", None),
        ("Pan Xuyên", None),
    ],
)
def test_a_ward_is_written_with_its_kind(written: str, full: str | None) -> None:
    assert full_ward(written) == full
