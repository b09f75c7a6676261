"""What a meter is used for by its contract: purposes with their shares, and the number of households.

Both travel and are stored as the text of the contract and are read here, nowhere else. Any text can be carried: a
contract that was written badly must not stop a payment or a receipt, so it is refused where it comes in (the import)
and where a bill needs it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_QUOTA = re.compile(r"([0-9]{1,9})\s*kwh", re.IGNORECASE | re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%?", re.ASCII)
_HOUSEHOLDS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,4})?", re.ASCII)
_LONGEST = 500


class BadUsesError(ValueError):
    """The text is no price group and no mix of price groups; the message is the reason."""

    slug = "bad-shares"


class BadHouseholdsError(ValueError):
    """The text is no number of households."""

    slug = "bad-households"


@dataclass(frozen=True, slots=True)
class Use:
    """One purpose of use behind a meter: a percentage of the kWh, or a fixed quota of kWh per month.

    A contract with one purpose needs neither. With several, quotas are taken first, in the order of the contract, and
    the percentages (together 100) divide the rest; one use without either takes all that is left.
    """

    group: str
    percent: Decimal | None = None
    quota_kwh: int | None = None


def shares_problem(uses: Sequence[Use]) -> str | None:
    """Return why ``uses`` do not divide the kWh of a meter among them; None when they do."""
    if len(uses) == 1:
        return _remainder_problem(uses)
    groups = [use.group for use in uses]
    if twice := next((group for group in groups if groups.count(group) > 1), None):
        return f"{twice} stands twice: its kWh may be counted together or apart; write it once"
    return _remainder_problem(uses)


def _remainder_problem(uses: Sequence[Use]) -> str | None:
    if len(uses) == 1 and uses[0].percent is None and uses[0].quota_kwh is None:
        return None
    percents = [use.percent for use in uses if use.percent is not None]
    open_ended = [use for use in uses if use.percent is None and use.quota_kwh is None]
    if any(not percent.is_finite() or not 0 < percent <= 100 for percent in percents):
        return "each share must be above 0 and at most 100 per cent"
    if any(use.quota_kwh is not None and use.quota_kwh <= 0 for use in uses):
        return "a quota must be above 0 kWh"
    if percents and (open_ended or sum(percents) != 100):
        return f"the shares add up to {sum(percents)} per cent, not 100"
    if not percents and len(open_ended) != 1:
        return "exactly one price group takes what the quotas leave"
    return None


class _ContractText(str):
    """A text that pydantic takes for a string and hands on as this type."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class Uses(_ContractText):
    """The price group of a contract, or several with their shares.

    ``household``; ``household:70;business_lt6kv:30`` in per cent; ``household:120kWh;business_lt6kv`` with a quota of
    kWh per month.
    """

    __slots__ = ()

    @property
    def parts(self) -> tuple[Use, ...]:
        """Each purpose of use, in the order of the contract; raises :class:`BadUsesError`."""
        return _parts(str(self))

    @property
    def has_households(self) -> bool:
        """Whether a household is among the purposes of use."""
        return any(part.strip().casefold().startswith("household") for part in self.split(";"))

    def checked(self) -> Self:
        """Return the text when it is written plainly and its shares are whole; else raise :class:`BadUsesError`.

        Which price groups there are is billing's to know.
        """
        _check(str(self))
        return self


class Households(_ContractText):
    """The number of households on a meter as text, for example ``1`` or ``2.25``."""

    __slots__ = ()

    STEP: ClassVar[Decimal] = Decimal("0.25")
    """Four declared tenants count for one household."""

    NONE: ClassVar["Households"]
    """Of a contract outside the household groups."""

    @property
    def number(self) -> Decimal:
        """The number; raises :class:`BadHouseholdsError`."""
        return _households(str(self))

    @classmethod
    def of(cls, number: Decimal) -> Self:
        """Return the text of a number in steps of 0.25 (0: no households); else raise :class:`BadHouseholdsError`."""
        if not number.is_finite() or number < 0 or number % cls.STEP or number >= 10**5:
            raise BadHouseholdsError("is not a number of households in steps of 0.25")
        return cls(format(number.normalize(), "f"))


Households.NONE = Households("0")


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[Use, ...]:
    return tuple(_use(part) for part in text.split(";"))


@lru_cache(maxsize=1024)
def _households(text: str) -> Decimal:
    if not _HOUSEHOLDS.fullmatch(text):
        raise BadHouseholdsError(f"{text!r} is not a number of households")
    return Decimal(text)


@lru_cache(maxsize=1024)
def _check(text: str) -> None:
    parts = _parts(text)
    if len(text) > _LONGEST or not all(_NAME.fullmatch(use.group) for use in parts):
        raise _no_uses()
    if problem := shares_problem(parts):
        raise BadUsesError(problem)


def _use(text: str) -> Use:
    group, colon, share = (piece.strip() for piece in text.partition(":"))
    if not group or (colon and not share):
        raise _no_uses()
    if not share:
        return Use(group)
    if quota := _QUOTA.fullmatch(share):
        return Use(group, quota_kwh=int(quota[1]))
    if percent := _PERCENT.fullmatch(share):
        return Use(group, percent=Decimal(percent[1]))
    raise _no_uses()


def _no_uses() -> BadUsesError:
    return BadUsesError("is neither a price group nor a mix like household:70;business_lt6kv:30")
