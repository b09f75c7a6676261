"""``thungan readings`` shows what billing answers, and asks for what a person typed."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from typer.testing import CliRunner

from ops.commands import readings
from shared.contracts.billing import (
    CorrectedPeriod,
    CorrectReadings,
    Doubt,
    GetHeldReadings,
    HeldReadings,
    HeldReadingsPage,
    MeterReading,
    ReadingsReply,
)

PERIOD = UUID(int=7)
DOUBT = Doubt(rule="jump", detail="=9.999 kWh", english="9,999 kWh")
HELD = HeldReadings(
    period_id=PERIOD,
    customer_code="PB14010012345",
    unit_code="PB1401",
    year=2026,
    month=10,
    cycle=1,
    period_from=date(2026, 10, 1),
    period_to=date(2026, 10, 31),
    readings=[MeterReading(meter_number="M1", old_reading=1300, new_reading=11_299, multiplier=1, kwh=9999)],
    kwh=9999,
    doubts=[DOUBT],
    held_since=datetime(2026, 11, 22, 20, tzinfo=UTC),
    sent_back_at=None,
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Requests that the command has sent; the first page of the list is followed by an empty one."""
    sent: list[object] = []

    def answer(request: object) -> HeldReadingsPage | ReadingsReply:
        sent.append(request)
        if isinstance(request, GetHeldReadings):
            return HeldReadingsPage(held=[HELD] if request.after is None else [], next=None)
        return ReadingsReply(period_id=UUID(int=8), doubts=[DOUBT], judged_again=2)

    monkeypatch.setattr(readings, "send_request", answer)
    return sent


def test_the_list_as_csv_has_a_line_for_each_register_and_no_formula(asked: list[object]) -> None:
    result = CliRunner().invoke(readings.app, ["held", "--unit", "PB1401", "--rule", "jump", "--csv"])
    head, line = result.output.splitlines()
    assert head.removeprefix("\ufeff").startswith("period_id,unit_code,customer_code,")
    assert line == (
        f"{PERIOD},PB1401,PB14010012345,2026,10,1,2026-10-01,2026-10-31,M1,KT,1300,11299,1,9999,jump,"
        '\'=9.999 kWh,"9,999 kWh",2026-11-23 03:00:00,'
    )
    assert asked == [GetHeldReadings(unit_codes=["PB1401"], rule="jump", limit=500)]


def test_a_correction_says_when_the_readings_are_still_held(asked: list[object]) -> None:
    corrected = ["correct", str(PERIOD), "--register", "M1:kt::1400", "--reason", "đọc nhầm"]
    result = CliRunner().invoke(readings.app, corrected)
    assert "is still held: 9,999 kWh (jump)" in result.output
    assert "2 later periods" in result.output
    [request] = asked
    assert isinstance(request, CorrectReadings)
    [reading] = request.readings
    assert (reading.meter_register, reading.old_reading, reading.new_reading) == ("KT", None, 1400)


def test_days_and_power_factor_are_corrected_without_a_reading(asked: list[object]) -> None:
    days = ["--to", "2026-10-31", "--cut-days", "2", "--cos-phi", "0.8"]
    CliRunner().invoke(readings.app, ["correct", str(PERIOD), *days, "--reason", "sai ngày"])
    [request] = asked
    assert isinstance(request, CorrectReadings)
    assert request.readings == []
    assert request.period == CorrectedPeriod(period_to=date(2026, 10, 31), cut_days=2, cos_phi="0.8")


@pytest.mark.parametrize("wrong", [[], ["--new", "5", "--register", "M1:KT:1:2"], ["--register", "M1:KT:a:2"]])
def test_a_correction_without_clear_readings_is_refused(asked: list[object], wrong: list[str]) -> None:
    result = CliRunner().invoke(readings.app, ["correct", str(PERIOD), *wrong, "--reason", "đọc nhầm"])
    assert result.exit_code != 0
    assert asked == []
