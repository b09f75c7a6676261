"""The providers of SMS of a chaos run: stand-ins on HTTP and SMPP that answer late, twice, wrongly, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from asyncpg import Record

from simulation.bench.subjects import subject
from simulation.demo.sms_provider import sms_settings
from simulation.providers.process import stand_in

HTTP, SMPP = "nha_mang", "tong_dai"
"""The names of the providers; the first one recognises our references, the second one has none of ours."""

HTTP_FAULTS: Mapping[str, float] = {
    "answer_lost": 0.01,
    "late": 0.004,
    "never": 0.004,
    "doubled": 0.005,
    "wrong_json": 0.005,
    "server_error": 0.01,
    "proxy_error": 0.01,
    "throttle": 0.01,
    "report_first": 0.1,
    "report_twice": 0.1,
    "report_other_case": 0.05,
    "report_never": 0.05,
}
SMPP_FAULTS: Mapping[str, float] = {
    "throttle": 0.01,
    "queue_full": 0.005,
    "lost_answer": 0.005,
    "late_answer": 0.01,
    "late_seconds": 4,
    "cut_before": 0.0003,
    "cut_after": 0.0003,
    "report_first": 0.1,
    "report_twice": 0.1,
    "fragments": 0.01,
    "strange": 0.01,
}
_LATE_SECONDS = 4
_TIMEOUT_SECONDS = 3
"""What comes later than this counts as lost."""


@dataclass
class SmsProviders:
    """Running stand-ins; what each has accepted is in a file, so that a run can compare it with the attempts."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    """Notify's, once they run."""

    async def start(self, stack: AsyncExitStack, *, seed: int) -> None:
        """Start them until the stack ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in (self._of_http, self._of_smpp):
            file.unlink(missing_ok=True)
        shares = [word for name, share in HTTP_FAULTS.items() for word in ("--share", f"{name}={share}")]
        kept = ("--seed", str(seed), "--record", str(self._of_http), "--late-seconds", str(_LATE_SECONDS))
        self.http = await stack.enter_async_context(stand_in("generic", *shares, *kept))
        faults = [word for name, share in SMPP_FAULTS.items() for word in ("--fault", f"{name}={share}")]
        recorded = ("--seed", str(seed), "--record", str(self._of_smpp))
        smsc = await stack.enter_async_context(subject("simulation.providers.smsc", *faults, *recorded, settings={}))
        port = (await smsc.ask(command="port"))["port"]
        self.settings = {**sms_settings(self.folder, self.http.url), "CHAOS_SMPP_PASSWORD": "chaos"}
        _add_smpp(Path(self.settings["THUNGAN_SMS_CONFIGURATION"]), port)

    async def report_to(self, url: str) -> None:
        """Let the delivery reports over HTTP go to an address."""
        await self.http.report_to(url)

    @property
    def _of_http(self) -> Path:
        return (self.folder / "sent-over-http.jsonl").resolve()

    @property
    def _of_smpp(self) -> Path:
        return (self.folder / "sent-over-smpp.jsonl").resolve()

    def sent(self, attempts: Sequence[Attempted]) -> list[str]:
        """Return the reminder of each SMS that has left, as it is in references; of one that has none, its own id."""
        over_http = [one["client_reference"] for one in _lines(self._of_http)]
        whole = [one for one in submitted(_lines(self._of_smpp)) if one.is_whole]
        return over_http + list(reminders_of(whole, attempts))

    def sent_in_part(self, attempts: Sequence[Attempted]) -> list[str]:
        """Return the reminder of each SMS of which some parts have left."""
        broken = [one for one in submitted(_lines(self._of_smpp)) if not one.is_whole]
        return list(reminders_of(broken, attempts))


@dataclass(frozen=True)
class Attempted:
    """An attempt over SMPP, as notify has recorded it."""

    reminder: str
    """Its id without hyphens."""
    reference: str
    """The SMSC's id, as notify compares ids; empty where it never came."""
    phone: str
    text: str

    @classmethod
    def of(cls, row: Record) -> Self:
        """Read a row of :data:`ATTEMPTED`."""
        return cls(row["id"].replace("-", ""), row["reference"], row["phone"], row["text"])


ATTEMPTED = f"""
SELECT reminder_id::text AS id, coalesce(parts.reference, '') AS reference, phone, text
FROM attempts LEFT JOIN attempt_parts AS parts USING (reminder_id, number)
WHERE attempts.provider = '{SMPP}' AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
"""


@dataclass(frozen=True)
class Submitted:
    """What an SMSC has accepted of one SMS: it has a part, all of them, or some of them more than once."""

    phone: str
    parts: Mapping[int, Sequence[str]]
    """Number of the part → the SMSC's id of each time that it was accepted."""
    text: str
    """Of the parts that are there, one after the other."""
    count: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether the telephone can put it together."""
        return len(self.parts) == self.count

    @property
    def ids(self) -> Sequence[str]:
        """The ids of its parts, each part once."""
        return [ids[0] for ids in self.parts.values()]

    @property
    def copies(self) -> int:
        """How often the part came that came most often."""
        return max(map(len, self.parts.values()))

    def fits(self, attempt: Attempted) -> bool:
        """Whether number and text are those of an attempt."""
        if self.phone != attempt.phone.lstrip("+"):
            return False
        return self.text in attempt.text if self.count > 1 else self.text == attempt.text


def submitted(lines: Iterable[Mapping[str, Any]]) -> list[Submitted]:
    """Put together what an SMSC has accepted, as a telephone does by the header of the parts."""
    singles: list[Submitted] = []
    several: dict[tuple[str, int, int], dict[int, list[Mapping[str, Any]]]] = {}
    for line in lines:
        if line.get("header") is None:
            singles.append(Submitted(line["phone"], {1: [line["message_id"].lower()]}, line["text"]))
        else:
            reference, count, number = line["header"]
            several.setdefault((line["phone"], reference, count), {}).setdefault(number, []).append(line)
    return singles + [
        Submitted(
            phone,
            {number: [one["message_id"].lower() for one in ones] for number, ones in sorted(parts.items())},
            "".join(parts[number][0]["text"] for number in sorted(parts)),
            count,
        )
        for (phone, _, count), parts in several.items()
    ]


def reminders_of(sms: Iterable[Submitted], attempts: Sequence[Attempted]) -> Iterable[str]:
    """Find the reminder of each SMS, once for each copy: by the SMSC's ids; where notify got none, by number and text.

    SMPP has no reference of ours. An SMS that no attempt accounts for has its own id in place of a reminder.
    """
    by_id = {one.reference: one for one in attempts if one.reference}
    without_id: dict[str, list[Attempted]] = {}
    for one in attempts:
        if not one.reference:
            without_id.setdefault(one.phone.lstrip("+"), []).append(one)
    used: set[str] = set()
    for left in sms:
        known = next((by_id[one] for one in left.ids if one in by_id and one not in used), None)
        if known is None and (waiting := [one for one in without_id.get(left.phone, []) if left.fits(one)]):
            known = waiting[-1]
            without_id[left.phone].remove(known)
        used.update(left.ids)
        yield from [known.reminder if known else f"smsc-{left.ids[0]}"] * left.copies


def _add_smpp(written: Path, port: int) -> None:
    """Add the second provider to the file, and let the work be shared."""
    content = yaml.safe_load(written.read_text(encoding="utf-8"))
    [http] = content["providers"]
    smpp = {
        "kind": "smpp",
        "name": SMPP,
        "host": "127.0.0.1",
        "port": port,
        "system_id": "chaos",
        "password": {"env": "CHAOS_SMPP_PASSWORD"},
        "source": "DIENLUC",
        "reconnect_seconds": 0.2,
        "reconnect_longest_seconds": 2,
    }
    common = {"timeout_seconds": _TIMEOUT_SECONDS}
    content |= {"providers": [http | common, smpp | common], "chains": [{"steps": [{HTTP: 1, SMPP: 1}]}]}
    written.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _lines(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
