"""Cells that identify somebody: codes, phone numbers, tax codes. What was repaired is remarked."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from shared.csv_files.cells import BadCellError, note, words
from shared.phones import Change as PhoneChange
from shared.phones import InvalidPhoneError, as_dialled, read_phone
from shared.tax_codes import Change as TaxCodeChange
from shared.tax_codes import InvalidTaxCodeError, read_tax_code
from shared.text import plain_signs

_BUDGET_CODE = re.compile(r"[0-9]{7}", re.ASCII)
_WRITTEN = words(40)
_PHONE_CHANGES = {
    PhoneChange.OLD_MOBILE_PREFIX: "has a mobile prefix of before 2018",
    PhoneChange.OLD_AREA_CODE: "has an area code of before 2017",
    PhoneChange.LOST_ZERO: "lacks its leading zero",
}
_TAX_CODE_CHANGES = {
    TaxCodeChange.LOST_ZERO: "lacks its leading zero",
    TaxCodeChange.DASH: "lacks the dash before the branch",
}


def phone(text: str, info: ValidationInfo) -> str:
    """Return a phone number as E.164."""
    try:
        reading = read_phone(text)
    except InvalidPhoneError as error:
        found = f": {' or '.join(error.readings)}" if error.readings else ""
        raise BadCellError(error.slug, f"{error}{found}") from None
    if reading.change:
        read_as = as_dialled(reading.phone)
        note(info, reading.change.value, f"{_PHONE_CHANGES[reading.change]}: {text!r} is read as {read_as}")
    return reading.phone


def office_phone(text: str, info: ValidationInfo) -> str:
    """Return an office's number as it is printed; it may be a hotline, have an extension, or be several.

    One number of before 2017 or 2018 is replaced by that of today.
    """
    clean = _WRITTEN(text, info)
    try:
        reading = read_phone(clean)
    except InvalidPhoneError:
        return clean
    if reading.change not in {PhoneChange.OLD_AREA_CODE, PhoneChange.OLD_MOBILE_PREFIX}:
        return clean
    return as_dialled(phone(clean, info))


def tax_code(text: str, info: ValidationInfo) -> str:
    """Return a tax code as it is registered."""
    try:
        reading = read_tax_code(text)
    except InvalidTaxCodeError as error:
        raise BadCellError(error.slug, f"{error}: {text!r}") from None
    if reading.change:
        note(info, reading.change.value, f"{_TAX_CODE_CHANGES[reading.change]}: {text!r} is read as {reading.code}")
    return reading.code


def budget_code(text: str) -> str:
    """Return the code of a unit of the state budget (mã đơn vị có quan hệ với ngân sách): 7 digits.

    A leading zero that a spreadsheet has eaten is not put back: no check digit says that it was one.
    """
    digits = plain_signs(text).replace(" ", "").removeprefix("'")
    if not _BUDGET_CODE.fullmatch(digits):
        raise BadCellError("bad-budget-code", f"the code of a unit of the state budget has 7 digits: {text!r}")
    return digits


def _plain(text: object) -> object:
    return plain_signs(text) if isinstance(text, str) else text


def _code(text: object, info: ValidationInfo) -> object:
    if not isinstance(text, str):
        return text
    # Almost always a code is written as it is kept.
    plain = text if text.isascii() and text.isprintable() and " " not in text else plain_signs(text)
    if (code := plain.upper()) != plain:
        note(info, "small-letters", f"is written in small letters: {text!r} is read as {code}")
    return code


OfficePhone = Annotated[str, AfterValidator(office_phone)]
Phone = Annotated[str, AfterValidator(phone)]
BudgetCode = Annotated[str, AfterValidator(budget_code)]
TaxCode = Annotated[str, AfterValidator(tax_code)]
PlainSigns = BeforeValidator(_plain)
"""For numbers of meters: dashes of every kind and full-width letters are those of ASCII."""
Code = BeforeValidator(_code)
"""For codes, which are in capitals; blanks inside are left and refused: two codes may stand in one cell."""
