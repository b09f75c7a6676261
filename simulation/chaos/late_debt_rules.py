"""Rules of a chaos run for debts that are paid late: they ask for everything that the shipped ones leave out."""

from pathlib import Path

LEAST_PART = 1_000
"""đồng"""

FEES = """\
rules:
  - from: 2018-01-01
    reconnection_household: 98000
    reconnection_other: 120500
    basis: TT 23/2020/TT-BCT
"""
INTEREST = """\
rules:
  - from: 2018-01-01
    percent_a_year: "20"
    legal_basis: Hop dong
"""
AGREEMENTS = f"""\
rules:
  - from: 2018-01-01
    allowed: true
    least: {LEAST_PART}
"""
DUNNING = """\
rules:
  - from: 2018-01-01
    switched_on: true
    steps: [{ name: notice_visit, by: visit, outcomes: [met, cannot_pay, away], days: 0 }]
    warning: { days: 0, hours_before: 24, planned_hours: 48, by: [paper] }
    cut:
      days_after_first_notice: 0
      weekdays: [mon, tue, wed, thu, fri, sat, sun]
      opens: "00:00:00"
      closes: "23:59:59.999999"
      valid_days: 3
    reconnection: { hours: 24 }
"""


def configure(folder: Path) -> dict[str, str]:
    """Write rules that ask for everything, and return the settings that name them."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, rules in (("FEES", FEES), ("INTEREST", INTEREST), ("AGREEMENTS", AGREEMENTS)):
        file = folder / f"{name.lower()}.yaml"
        file.write_text(rules, "utf-8")
        found[f"THUNGAN_{name}_FILE"] = str(file)
    return found


def configure_dunning(folder: Path) -> dict[str, str]:
    """Write steps that lead to cutting off whenever it is, and return the setting that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "steps.yaml"
    file.write_text(DUNNING, "utf-8")
    return {"THUNGAN_DUNNING_FILE": str(file)}
