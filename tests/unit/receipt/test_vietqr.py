import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receipt.documents.vietqr import BankAccount, VietQrError, crc16, payment_code
from tests.unit.receipt.vietqr_reader import parse_code

PUBLISHED = [
    (
        "00020101021238570010A00000072701270006970415011300110019324180208"
        "QRIBFTTA530370454061200005802VN62170813ung ho lu lut6304C15C"
    ),
    (
        "00020101021238540010A00000072701240006970436011010234567890208"
        "QRIBFTTA5303704540719430005802VN62120808TT0000696304A8E5"
    ),
    (
        "00020101021238500010A0000007270120000697041601065454460208"
        "QRIBFTTA53037045405801005802VN62250821Thanh toan anyLEARN 86304FA27"
    ),
    (
        "00020101021238600010A00000072701300006970403011697040311012345670208"
        "QRIBFTTC530370454061800005802VN62340107NPS68690819thanh toan don hang6304A203"
    ),
]
ACCOUNT = BankAccount("970436", "1023456789")


def test_the_checksum_is_ccitt_false() -> None:
    assert crc16("123456789") == 0x29B1


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_are_read(code: str) -> None:
    fields = parse_code(code)
    assert fields["53"] == "704"
    assert fields["58"] == "VN"
    assert fields["38.00"] == "A000000727"


def test_a_published_code_is_made_again_byte_for_byte() -> None:
    assert payment_code(ACCOUNT, 1_943_000, "TT000069") == PUBLISHED[1]


def test_a_right_checksum_over_wrong_lengths_is_refused() -> None:
    damaged = PUBLISHED[3].replace("0819thanh", "0823thanh")[:-4]
    with pytest.raises(VietQrError):
        parse_code(damaged + f"{crc16(damaged):04X}")


def test_a_damaged_code_is_refused() -> None:
    with pytest.raises(VietQrError):
        parse_code(PUBLISHED[0].replace("120000", "130000"))


@given(st.integers(1, 10**12), st.text(alphabet="ABCDEF 0123456789", min_size=1, max_size=25))
def test_what_is_written_is_what_is_read(amount: int, content: str) -> None:
    fields = parse_code(payment_code(ACCOUNT, amount, content, bill_number="HD1"))
    assert (fields["54"], fields["62.08"], fields["62.01"]) == (str(amount), content, "HD1")
    assert (fields["38.01.00"], fields["38.01.01"], fields["01"]) == ("970436", "1023456789", "12")


def test_content_is_written_without_accents() -> None:
    assert parse_code(payment_code(ACCOUNT, 1000, "Tiền điện Đẹt"))["62.08"] == "Tien dien Det"


def test_without_an_amount_the_payer_fills_it_in() -> None:
    fields = parse_code(payment_code(ACCOUNT, None, "TIEN DIEN"))
    assert "54" not in fields
    assert fields["01"] == "11"


@pytest.mark.parametrize(("amount", "content"), [(0, "A"), (-5, "A"), (10**13, "A"), (1, "A" * 26), (1, "")])
def test_what_a_bank_would_refuse_is_refused(amount: int, content: str) -> None:
    with pytest.raises(VietQrError):
        payment_code(ACCOUNT, amount, content)


@pytest.mark.parametrize(
    ("bank_bin", "account"),
    [("97041", "1"), ("123456", "1"), ("970999", "1"), ("963388x", "1"), ("970415", ""), ("970415", "1 2")],
)
def test_an_account_that_cannot_be_one_is_refused(bank_bin: str, account: str) -> None:
    with pytest.raises(VietQrError):
        BankAccount(bank_bin, account)
