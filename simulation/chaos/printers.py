"""Printers and phones that fail, and the person who looks at what has come out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from simulation.chaos.people import Command
from simulation.phone import Fault, VirtualPhone

if TYPE_CHECKING:
    from simulation.chaos.people import Person


class PrinterKeeper:
    """One phone's printer, in the hands of its collector."""

    def __init__(self, person: Person, phone: VirtualPhone) -> None:
        self._person = person
        self._phone = phone
        self.mishaps = 0
        self.reopened = 0
        """How often the app had to be opened again because the gateway had closed its stream for good."""

    async def mishap(self) -> None:
        """Something goes wrong with printer or phone."""
        rng, phone = self._person.rng, self._phone
        self.mishaps += 1
        match rng.choices(("printer", "tunnel", "app closed", "site data cleared"), (70, 15, 10, 5))[0]:
            case "printer":
                phone.printer.fail(rng.choice(list(Fault)))
            case "tunnel":
                phone.stream.cut()
            case "app closed":
                await phone.stream.stop()
                await asyncio.sleep(rng.uniform(0, 1))
                phone.stream.start()
            case "site data cleared":
                await phone.stream.stop()
                phone.stream.forget()
                phone.stream.start()

    async def decide(self) -> None:
        """Load paper, look at what has come out, and answer for every print job of which no machine is sure."""
        if self._phone.stream.close_code is not None:
            await self._open_again()
        if self._phone.printer.not_ready is not None:
            await self._phone.load_paper()
        jobs = await self._person.look("print jobs", self._phone.print_jobs("unconfirmed"))
        for job in (jobs or [])[:5]:
            job_id, attempt = UUID(job["job_id"]), int(job["attempt"])
            if self._is_out(job_id, attempt):
                await self._person.do(self._report_printed(job_id, attempt), self._phone)
            else:
                await self._person.do(self._print_again(job_id, attempt), self._phone)

    async def _open_again(self) -> None:
        """The gateway took another stream for the newer one and closed this for good: a person opens the app again."""
        self.reopened += 1
        await self._phone.stream.stop()
        self._phone.stream.start()

    async def end_of_day(self) -> None:
        """Everything works again, and the app is open."""
        self._phone.printer.faults.clear()
        await self._phone.load_paper()
        self._phone.stream.start()

    def _is_out(self, job_id: UUID, attempt: int) -> bool:
        return any(
            printout.complete and (printout.job_id, printout.attempt) == (job_id, attempt)
            for printout in self._phone.printouts
        )

    def _report_printed(self, job_id: UUID, attempt: int) -> Command:
        async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> dict[str, Any]:
            return await phone.confirm_printed(job_id, content["attempt"])

        return Command("confirm_printed", f"{job_id}/{attempt}", {"job_id": job_id, "attempt": attempt}, call)

    def _print_again(self, job_id: UUID, attempt: int) -> Command:
        async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> dict[str, Any]:
            return await phone.print_again(job_id, content["attempt"])

        return Command("print_again", f"{job_id}/{attempt}", {"job_id": job_id, "attempt": attempt}, call)
