"""What supervisors look after while a day goes; SMS as notify knows them, kept for a moment."""

import asyncio
from dataclasses import dataclass, field

import structlog

from services.gateway.edge.types import Outgoing
from services.gateway.figure_sources import FigureSources
from services.gateway.store.day_signs import signs_of_units
from shared.contracts.notify import GetDueSms, UnitSms
from shared.problems import Problem

log = structlog.get_logger()

SMS_SECONDS = 15.0
"""So long what notify has said is shown: a campaign's messages are counted one by one."""
SMS_PATIENCE = 1.0
"""Without an answer in this time the day is shown without its SMS."""


class UnitSigns(Outgoing):
    """What to look after in one unit, at present."""

    unit_code: str
    phones: int = 0
    connected: int = 0
    failing_printers: int = 0
    unconfirmed_papers: int = 0
    sms_due: int | None = None
    """SMS still to leave today; None while it is not known."""
    sms_late: int | None = None
    """Those whose time has come."""


@dataclass(slots=True)
class _KeptSms:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    units: list[UnitSms] | None = None
    until: float = float("-inf")


class SignReader:
    """Reads what to look after; what notify has said is kept for a while, whoever asks."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], _KeptSms] = {}

    async def signs(self, units: list[str], services: FigureSources) -> list[UnitSigns]:
        """Return the signs of these units or, for none, of all, in the order of their codes."""
        async with services.database() as connection:
            rows = await signs_of_units(connection, units)
        sms = await self._sms(units, services)
        found = {row["unit_code"]: dict(row) for row in rows}
        for one in sms or ():
            found.setdefault(one.unit_code, {"unit_code": one.unit_code}).update(sms_due=one.due, sms_late=one.late)
        if sms is not None:
            for signs in found.values():
                signs.setdefault("sms_due", 0)
                signs.setdefault("sms_late", 0)
        return [UnitSigns.model_validate(found[code]) for code in sorted(found)]

    async def _sms(self, units: list[str], services: FigureSources) -> list[UnitSms] | None:
        key = tuple(units)
        now = asyncio.get_running_loop().time
        for old in [other for other, kept in self._kept.items() if other != key and kept.until < now()]:
            if not self._kept[old].lock.locked():
                del self._kept[old]
        kept = self._kept.setdefault(key, _KeptSms())
        async with kept.lock:
            if kept.until <= now():
                try:
                    kept.units = (await services.request(GetDueSms(unit_codes=units), within=SMS_PATIENCE)).units
                except Problem as problem:
                    # The day goes on without the SMS; that notify is gone, others tell.
                    log.info("due_sms_not_read", slug=problem.slug)
                    kept.units = None
                kept.until = now() + SMS_SECONDS
            return kept.units
