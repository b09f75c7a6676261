"""Phone numbers that nobody can answer, yet pass for mobile numbers.

All are 095x xxx xxx. The block 095 was S-Fone's; its network was switched off in 2012 and the block has not been given
to another operator. Libraries of number plans still take it for Vietnamese mobile numbers (and name no operator for
it), so the numbers go through the same checks as real ones and reach nobody if they ever leave the sandbox.

0950 is for units, 0951 for collectors, 0952 for collection points, 0953 to 0959 for customers.
"""

UNITS, COLLECTORS, COLLECTION_POINTS, CUSTOMERS = 0, 1_000_000, 2_000_000, 3_000_000
_CUSTOMER_NUMBERS = 7_000_000
_STEP = 2_654_437  # no common factor with 7 000 000: each serial below it gets another number, neighbours far apart


def unreachable(serial: int, block: int = CUSTOMERS) -> str:
    """Return the E.164 number of a serial (from 0) in one of the blocks above.

    Serials of customers repeat their numbers after seven million.
    """
    number = block + (serial * _STEP % _CUSTOMER_NUMBERS if block == CUSTOMERS else serial % 1_000_000)
    return f"+8495{number:07d}"


def as_written(phone: str, way: int) -> str:
    """Return an E.164 number as people write it down; ``way`` chooses how (any whole number)."""
    national = "0" + phone.removeprefix("+84")
    match way % 8:
        case 0:
            return phone
        case 1:
            return f"{national[:4]} {national[4:7]} {national[7:]}"
        case 2:
            return f"{national[:4]}.{national[4:7]}.{national[7:]}"
        case _:
            return national
