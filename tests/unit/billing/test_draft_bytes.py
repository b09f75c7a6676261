"""A draft is stored byte for byte as the versions before stored it, and whatever its process has computed before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from uuid import UUID

import pytest

from services.billing.bills.bill import bill_values
from services.billing.bills.metered_period import ONE_PRICE, REACTIVE, TIME_OF_USE, MeteredPeriod, RegisterReading
from services.billing.engine.terms import forget_terms
from services.billing.errors import BillingError
from services.billing.runs.rules import bill_id_of
from services.billing.store.bill_runs import draft_row
from services.billing.tariffs.files import load_tariffs
from services.billing.tariffs.models import Tariffs, VatRate
from shared.contracts.uses import Households, Uses

TARIFFS = load_tariffs()
GROUPS = sorted(TARIFFS.groups)
BY_REGISTER = [name for name in GROUPS if TARIFFS.groups[name].by_register]
CHANGES = [decision.in_force_from for decision in TARIFFS.decisions[1:]]
HOUSEHOLDS = ("1", "1", "1.00", "2", "2.25", "3", "8", "0", "0.3")
FIRST_DAY = date(2017, 11, 20)
RUN = UUID(int=7)

CASES_OF_A_DIGEST = 100
DIGESTS = (
    "c23044695bcc23785a5e7ae677cd161754f2c458577b79ed13a7d42837c879d8",
    "e0ef5fa89396fba0132c9780e16448ece9ed95fbdf6f9b1d9b652a70c9676972",
    "cb39b5530248b4eacc4cd51d4b643a3c6c2332bda733740634059be3b7785784",
    "fd71a298b01682c48824d4d659af4cb506813a64961ddda96f820f2b9862c91c",
    "e0da7cb512ae750d9bcef4aa2b435a1d7bfabdb8777f11615d5927682df506fd",
    "7d6506fce2645bc816df685a78daa6b85fabfcba94af6b86e407819bfdd9ce9b",
    "075fcd8e8d56c7054d96d8f4a2228f832ed223b8e7fd467f82fcb0ca81bb6f52",
    "6810d3f2df7d418cb6d73019dd6398abf66245c14b56f15af05d62165a1db170",
    "a82def537dba7730afdccdd9ff2e4308e31533fa2dfeb025bd7f79478e643321",
    "0182454180fc61616a61c1cdbbdd726e0db8f10831fabd363a277b4a71b5aaed",
    "153f88f6f58a3e43553a5ec9bfe2b6e6066f3bd735840a1d3725171af0ca8ed8",
    "f6dc06a07c085d9d72a322198eed25f492581db5da24499fb010ac47ad3a8c1b",
    "819aa351bee827b8763d99b2849c729342fe862c7a2e1ead00854eb4bb8009fe",
    "98fd89f370a3d55b9682c65ba13ff632929de735a929dfae9a33c04e5cb0b617",
    "b6169a4ab33b1ae1ff25df47baa257b62f7fcc10b8e1d2c25d7691c40f25f4a4",
    "8a20a5ec528142635889ab303179f8be5459e7e5961cce9b9dfb22d81f79e64a",
    "8433b822928e3050a463fd310c7bda8bda05ca9a1b13e354a737b3be8550a46f",
    "b70173e041f166736bd57375f107be435ccd652ae1dcfbd94b4bf1333f17af46",
    "80b0cb0a08202508a23ce3753b884bfe85f44b9e8b49841c3fac9f14db0015b1",
    "73002d7e91163ff6b952e90b34a84ddb7dd56d9f71d8eb4c5746b4d083f3c476",
    "37a47b166520b06e212c643f9e5b8e34568184f6892a5a802258e12cf5990ab5",
    "8f79553bf29967dfb8da8b76cb3fa1ac952d83409fad29633f24a75395066274",
    "408957e8188c3c38cc2a39a31558b12e160591f57f4cbf87c0c0fb505a148985",
    "71e7ebff9ac9856e8e83a1c6f223206fd4d4911bfddcaad579594c3c5ac8bf52",
)
"""By the seed of the cases: of drafts and refusals as they were before anything was kept from bill to bill."""


def cases(seed: int) -> Iterator[tuple[MeteredPeriod, Uses, Households, date]]:
    """Yield what bills are asked for, right and wrong, with the same contracts and periods again and again."""
    random = Random(seed)
    days = [_days(random) for _ in range(6)]
    contracts = [(_uses(random), Households(random.choice(HOUSEHOLDS))) for _ in days]
    for number in range(CASES_OF_A_DIGEST):
        (first, last), (uses, households) = random.choice(days), random.choice(contracts)
        cut_days, cut_from, cut_to = 0, None, None
        if random.randrange(6) == 0:
            cut_days = random.randrange(40)
        elif random.randrange(8) == 0:
            cut_from = first + timedelta(days=random.randrange(10))
            cut_to = cut_from + timedelta(days=random.randrange(10))
        changes = len([day for day in CHANGES if first < day <= last])
        if random.randrange(3):
            changes = 0
        yield (
            MeteredPeriod(
                f"PB1401{number:07d}",
                last.year,
                last.month,
                random.choice((1, 1, 2)),
                first,
                last,
                last + timedelta(days=10),
                _readings(random, number, changes),
                cut_days,
                cut_from,
                cut_to,
                Decimal(random.randrange(30, 102)) / 100 if random.randrange(8) == 0 else None,
                random.randrange(10) == 0,
            ),
            uses,
            households,
            last + timedelta(days=random.randrange(90)),
        )


def _days(random: Random) -> tuple[date, date]:
    kind = random.randrange(3)
    if kind == 0:
        first = date(random.randrange(2018, 2028), random.randrange(1, 13), 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if kind == 1:
        change = random.choice(CHANGES)
        return change - timedelta(days=random.randrange(1, 30)), change + timedelta(days=random.randrange(30))
    first = FIRST_DAY + timedelta(days=random.randrange(4000))
    return first, first + timedelta(days=random.randrange(70))


def _uses(random: Random) -> Uses:
    kind = random.randrange(6)
    if kind == 0:
        return Uses(f"household:{random.randrange(1, 200)}kWh;{random.choice(BY_REGISTER)}")
    if kind == 1:
        share = random.randrange(1, 100)
        return Uses(f"{random.choice(GROUPS)}:{share};{random.choice(GROUPS)}:{100 - share}")
    if kind == 2:
        return Uses(f"household:{random.randrange(1, 200)}kWh;{random.choice(GROUPS)}")
    return Uses("household" if kind == 3 else random.choice([*GROUPS, *BY_REGISTER]))


def _readings(random: Random, number: int, changes: int) -> tuple[RegisterReading, ...]:
    registers = random.choice((*((ONE_PRICE,),) * 6, *(TIME_OF_USE,) * 5, TIME_OF_USE[:2]))
    if random.randrange(4) == 0:
        registers = (*registers, REACTIVE)
    readings = []
    for register in registers:
        old = random.choice((0, 1_000, 99_900, random.randrange(100_000)))
        new = (old + random.choice((0, random.randrange(60), random.randrange(1_500)))) % 100_000
        between = tuple(old + (new - old) * place // (changes + 1) for place in range(1, changes + 1))
        multiplier = random.choice((1, 1, 1, 40))
        estimated = random.randrange(9) == 0
        readings.append(RegisterReading(f"M{number}", register, old, new, multiplier, 5, between, estimated))
    return tuple(readings)


def digest(seed: int) -> str:
    """Return the digest of what each case is stored as, or why it is refused."""
    whole = sha256()
    for number, (period, uses, households, day) in enumerate(cases(seed)):
        period_id = UUID(int=(1_790_000_000_000 << 80) + number)
        try:
            values = bill_values(period, uses, households, TARIFFS, day)
        except BillingError as error:
            whole.update(f"{error.slug}: {error}\n".encode())
        else:
            whole.update(repr(draft_row(RUN, 3, period_id, bill_id_of(period_id), values)).encode())
    return whole.hexdigest()


@pytest.mark.parametrize("seed", range(len(DIGESTS)))
def test_drafts_are_stored_as_the_versions_before_stored_them(seed: int) -> None:
    assert digest(seed) == DIGESTS[seed]


def test_a_draft_does_not_depend_on_what_was_computed_before() -> None:
    warm = digest(1), digest(2)
    forget_terms()
    assert (digest(1), digest(2)) == warm
    others = replace(TARIFFS, vat_rates=(VatRate(date(2000, 1, 1), Decimal(5), "a test"),))
    period, uses, households, day = next(case for case in cases(1) if _total(case, TARIFFS))
    assert bill_values(period, uses, households, TARIFFS, day)["vat_rate"] in ("8", "10")
    assert bill_values(period, uses, households, others, day)["vat_rate"] == "5"


def _total(case: tuple[MeteredPeriod, Uses, Households, date], tariffs: Tariffs) -> int:
    period, uses, households, day = case
    try:
        total: int = bill_values(period, uses, households, tariffs, day)["total"]
    except BillingError:
        return 0
    return total
