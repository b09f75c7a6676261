"""Reads and checks the YAML files that hold the tariffs.

A file with a slip of the pen must not start a service: unknown keys, missing prices, gaps, and prices that contradict
their ratio are refused with the name of the file, the line and the field.

Decisions may lie in a further folder, too (``THUNGAN_DECISIONS_FOLDER``), so that a new one needs no new release.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from services.billing.tariffs.models import (
    REGISTERS,
    DecidingDayRule,
    Decision,
    PriceGroup,
    ReactiveRule,
    Register,
    Rules,
    Schedule,
    Tariffs,
    TimeOfUse,
    VatRate,
)
from services.billing.tariffs.schema import (
    DecisionFile,
    GroupsFile,
    Hours,
    Price,
    RulesFile,
    ScheduleEntry,
    SchedulesFile,
    TariffFile,
    TimeOfUseFile,
    VatFile,
)
from shared.money import round_half_up

DATA = Path(__file__).parent / "data"
FURTHER_DECISIONS = "THUNGAN_DECISIONS_FOLDER"
"""The environment variable that names the folder of further decisions; the same one is a setting of billing."""
FileT = TypeVar("FileT", bound=TariffFile)


class TariffFileError(Exception):
    """A tariff file is wrong: one line for each mistake, with the file and the place."""

    @property
    def mistakes(self) -> list[str]:
        """Each mistake by itself."""
        return str(self).split("\n")


def load_tariffs(folder: Path = DATA) -> Tariffs:
    """Return the tariffs of ``folder`` and the further decisions, read once per process.

    Raises :class:`TariffFileError` when a file is wrong.
    """
    further = os.environ.get(FURTHER_DECISIONS, "").strip()
    return _load(folder, Path(further) if further else None)


def with_decision(tariffs: Tariffs, path: Path) -> tuple[Tariffs, Decision]:
    """Return the tariffs as they will be with the decision in ``path``, and that; it may replace one of its day."""
    decision = _decision(path, tariffs.schedules, tariffs.groups)
    others = [known for known in tariffs.decisions if known.in_force_from != decision.in_force_from]
    _require(all(known.number != decision.number for known in others), path, f"{decision.number} is known already")
    return replace(tariffs, decisions=_in_order([*others, decision], path)), decision


@cache
def _load(folder: Path, further: Path | None) -> Tariffs:
    schedules = {
        name: _schedule(folder / "schedules.yaml", name, entry)
        for name, entry in _read(folder / "schedules.yaml", SchedulesFile).schedules.items()
    }
    groups, aliases = _groups(folder / "groups.yaml")
    if further is not None:
        _require(further.is_dir(), further, f"{FURTHER_DECISIONS} names no folder")
    places = [folder / "decisions", *([] if further is None else [further])]
    paths = [path for place in places for path in sorted(place.glob("*.yaml"))]
    decisions = _in_order([_decision(path, schedules, groups) for path in paths], folder)
    _require(bool(decisions), folder, "there is no price decision")
    vat = _read(folder / "vat.yaml", VatFile)
    rates = tuple(VatRate(entry.since, entry.percent, entry.basis) for entry in vat.rates)
    deciding = tuple(DecidingDayRule(entry.since, entry.day, entry.basis) for entry in vat.deciding_days)
    for days in ([rate.since for rate in rates], [rule.since for rule in deciding]):
        _require(days == sorted(set(days)), folder / "vat.yaml", "dates must increase")
    hours = _read(folder / "time_of_use.yaml", TimeOfUseFile).schedules
    return Tariffs(
        decisions=decisions,
        schedules=schedules,
        groups=groups,
        aliases=aliases,
        vat_rates=rates,
        vat_deciding_days=deciding,
        time_of_use=tuple(_time_of_use(entry) for entry in hours),
        rules=_rules(folder / "rules.yaml"),
    )


def _in_order(decisions: Sequence[Decision], place: Path) -> tuple[Decision, ...]:
    _require(len({d.in_force_from for d in decisions}) == len(decisions), place, "two decisions start on one day")
    _require(len({d.number for d in decisions}) == len(decisions), place, "two decisions have one number")
    return tuple(sorted(decisions, key=lambda decision: decision.in_force_from))


def _read(path: Path, model: type[FileT]) -> FileT:
    """Return the contents of ``path``; scalars are read as text, so that 0.90 never becomes a float."""
    try:
        text = path.read_text(encoding="utf-8")
        contents: Any = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 text only
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TariffFileError(f"{path}: {' '.join(str(error).split())}") from error
    try:
        return model.model_validate(contents)
    except ValidationError as error:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        found = error.errors(include_url=False)
        raise TariffFileError(
            "\n".join(f"{path}, {_place(root, item['loc'])}: {item['msg']}" for item in found)
        ) from None


def _place(node: yaml.Node | None, names: Sequence[int | str]) -> str:
    """Return where a field stands, or the nearest thing around it: ``line 12, household.tiers.0.price``."""
    line = 1
    for name in names:
        key, node = next(_inside(node, name), (None, None))
        if node is None:
            break
        line = (key or node).start_mark.line + 1
    return f"line {line}, {'.'.join(map(str, names))}" if names else f"line {line}"


def _inside(node: yaml.Node | None, name: int | str) -> Iterator[tuple[yaml.Node | None, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if key.value == str(name))
    if isinstance(node, yaml.SequenceNode) and isinstance(name, int):
        yield from ((None, value) for value in node.value[name : name + 1])


def _require(condition: bool, path: Path, message: str) -> None:
    if not condition:
        raise TariffFileError(f"{path}: {message}")


def _schedule(place: Path, name: str, entry: ScheduleEntry) -> Schedule:
    widths = tuple(tier.width for tier in entry.tiers[:-1] if tier.width is not None)
    _require([t.tier for t in entry.tiers] == list(range(1, len(entry.tiers) + 1)), place, f"{name}: tiers 1, 2, 3 …")
    _require(len(widths) == len(entry.tiers) - 1, place, f"{name}: only the last tier has no width")
    _require(entry.tiers[-1].width is None, place, f"{name}: the last tier has no width")
    undeclared = entry.undeclared_tenants_pay_tier
    _require(1 <= undeclared <= len(entry.tiers), place, f"{name}: there is no tier {undeclared}")
    return Schedule(name, entry.basis, widths, tuple(tier.ratio for tier in entry.tiers), undeclared)


def _groups(path: Path) -> tuple[dict[str, PriceGroup], dict[str, str]]:
    entries = _read(path, GroupsFile).groups
    aliases: dict[str, str] = {}
    for name, entry in entries.items():
        for alias in entry.aliases:
            _require(alias not in entries and alias not in aliases, path, f"{alias} names two groups")
            aliases[alias] = name
    groups = {name: PriceGroup(name, e.kind, e.reactive, e.vi, e.en, e.line) for name, e in entries.items()}
    return groups, aliases


def _decision(path: Path, schedules: Mapping[str, Schedule], groups: Mapping[str, PriceGroup]) -> Decision:
    file = _read(path, DecisionFile)
    household = file.household
    _require(household.schedule in schedules, path, f"there is no schedule {household.schedule}")
    schedule = schedules[household.schedule]
    tiers = household.tiers
    _require([t.tier for t in tiers] == list(range(1, len(schedule.ratios) + 1)), path, "one price per tier, in order")
    _require(tuple(t.ratio for t in tiers) == schedule.ratios, path, f"ratios are not those of {schedule.name}")
    for kind, priced in (("registers", file.registers), ("single", file.single)):
        expected = {group.name for group in groups.values() if group.kind == kind}
        _require(set(priced) == expected, path, f"{kind}: {sorted(set(priced) ^ expected)} lack a price or a group")
    for name, prices in file.registers.items():
        _require(set(prices) == set(REGISTERS), path, f"{name}: needs {', '.join(REGISTERS)}")
    ratios = _ratios(file)
    off = [
        f"{path}: {what}: {price} is not {ratio} x {file.average_price} = {by_ratio}"
        for what, (ratio, price) in ratios.items()
        if price != (by_ratio := round_half_up(ratio * file.average_price))
    ]
    if off:
        raise TariffFileError("\n".join(off))
    return Decision(
        number=file.decision,
        in_force_from=file.in_force_from,
        average_price=file.average_price,
        schedule=schedule,
        tier_prices=tuple(tier.price for tier in tiers),
        prepaid_price=household.prepaid.price,
        register_prices={
            name: {register: price.price for register, price in prices.items()}
            for name, prices in file.registers.items()
        },
        single_prices={name: price.price for name, price in file.single.items()},
        ratios=ratios,
    )


def _ratios(file: DecisionFile) -> dict[str, tuple[Decimal, int]]:
    prices: dict[str, Price] = {f"tier {tier.tier}": tier for tier in file.household.tiers}
    prices["prepaid"] = file.household.prepaid
    prices |= {f"{name} {register}": p for name, by in file.registers.items() for register, p in by.items()}
    prices |= file.single
    return {what: (price.ratio, price.price) for what, price in prices.items() if price.ratio is not None}


def _time_of_use(entry: Hours) -> TimeOfUse:
    hours: dict[Register, dict[str, tuple[str, ...]]] = {
        register: {days: tuple(spans) for days, spans in getattr(entry, register).items()} for register in REGISTERS
    }
    return TimeOfUse(entry.name, entry.bills_from, hours)


def _rules(path: Path) -> Rules:
    file = _read(path, RulesFile)
    power = file.reactive_power
    step = Decimal("0.01")
    cos_phi = power.free_from - step
    while cos_phi >= power.capped_below:
        percent = power.percent.get(cos_phi)
        by_formula = Decimal(round_half_up((power.free_from / cos_phi - 1) * 10_000)) / 100
        _require(percent == by_formula, path, f"cos phi {cos_phi}: {percent} per cent is not {by_formula}")
        cos_phi -= step
    return Rules(
        people_per_household=file.tenants.people_per_household,
        household_step=file.tenants.household_step,
        contract_months_for_own_tiers=file.tenants.contract_months_for_own_tiers,
        time_of_use_from_kva=file.time_of_use.mandatory_from_kva,
        time_of_use_from_kwh=file.time_of_use.mandatory_from_kwh_per_month,
        reactive_from_kw=power.applies_from_kw,
        reactive=ReactiveRule(power.free_from, power.capped_below, power.cap_percent, power.percent),
        longest_period_days=file.bounds.longest_period_days,
        most_kwh=file.bounds.most_kwh,
        most_households=file.bounds.most_households,
    )
