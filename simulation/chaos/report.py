"""The report of a chaos run."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ops.console import print_line, print_table
from shared.audit import AuditViolation
from simulation.chaos.final_state import DeadLetter
from simulation.chaos.history import History, Outcome

MOST_LINES = 40
"""Lines of history that are printed of one violation; all are in the file."""

MOST_OF_A_RULE = 2
"""Violations of one rule that are printed; all are in the JSON report."""

LONGEST_LINE = 600


@dataclass(frozen=True)
class Recovery:
    """How long the system took after a storm; seconds since its last fault was healed."""

    at: float
    """Seconds since the beginning of the run, of the healing."""
    kinds: tuple[str, ...]
    faults: tuple[str, ...]
    """In words, as many as kinds."""
    ready: float | None
    """Until every copy was ready; None: that never happened."""
    works: float | None
    """Until a transfer was recorded and its receipt signed as well."""

    def as_dict(self) -> dict[str, Any]:
        """Return the recovery for JSON."""
        return {"at": self.at, "faults": list(self.faults), "ready": self.ready, "works": self.works}


@dataclass(frozen=True)
class OperationCount:
    """What became of the operations of one kind; an operation is requested once or more often."""

    operations: int
    requests: int
    confirmed: int
    refused: int
    lost: int
    """Requests without a definite answer."""


@dataclass
class ChaosReport:
    """Everything that a run has found; times in seconds."""

    seed: int
    minutes: float
    phones: int
    copies: dict[str, int]
    history_file: str
    faults: dict[str, int] = field(default_factory=dict)
    not_done: list[str] = field(default_factory=list)
    recoveries: list[Recovery] = field(default_factory=list)
    operations: dict[str, OperationCount] = field(default_factory=dict)
    reads: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    unanswered: dict[str, int] = field(default_factory=dict)
    """Why requests had no definite answer → how many; what people lost themselves, too."""
    repeats: int = 0
    messages: dict[str, int] = field(default_factory=dict)
    """Events delivered again, in another order, and unreadable ones."""
    restarts: int = 0
    """Copies that ended without the run having done it and were started again."""
    internal_errors: dict[str, int] = field(default_factory=dict)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    settled_in: float = 0.0
    """From the last healing until nothing was under way any more."""
    violations: list[AuditViolation] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations

    def count(self, history: History) -> None:
        """Take over the figures of a history."""
        kinds = sorted({kind for kind, _ in history.operations})
        refusals: Counter[str] = Counter()
        unanswered: Counter[str] = Counter()
        for kind in kinds:
            operations = list(history.of(kind))
            outcomes = Counter(attempt.outcome for operation in operations for attempt in operation.attempts)
            last = Counter(operation.last_answer.outcome for operation in operations if operation.last_answer)
            self.operations[kind] = OperationCount(
                operations=len(operations),
                requests=sum(outcomes.values()),
                confirmed=last[Outcome.DONE],
                refused=last[Outcome.REFUSED],
                lost=outcomes[Outcome.UNKNOWN],
            )
            unanswered.update(
                a.slug for operation in operations for a in operation.attempts if a.outcome is Outcome.UNKNOWN
            )
            for operation in operations:
                if operation.last_answer and operation.last_answer.outcome is Outcome.REFUSED:
                    refusals[f"{kind}: {operation.last_answer.slug}"] += 1
        self.refusals = dict(sorted(refusals.items()))
        self.unanswered = dict(unanswered.most_common())
        self.reads = dict(history.reads)

    def recovery_times(self) -> list[float]:
        """Return how long each recovery took until everything worked."""
        return [recovery.works for recovery in self.recoveries if recovery.works is not None]

    def recovery_times_by_kind(self) -> dict[str, list[float]]:
        """Return the recovery times of the storms in which each kind of fault was done."""
        found: dict[str, list[float]] = {}
        for recovery in self.recoveries:
            for kind in set(recovery.kinds):
                if recovery.works is not None:
                    found.setdefault(kind, []).append(recovery.works)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        times = self.recovery_times()
        return {
            "ok": self.ok,
            "seed": self.seed,
            "minutes": self.minutes,
            "phones": self.phones,
            "copies": self.copies,
            "faults": self.faults,
            "faults_not_done": self.not_done,
            "recovery": {
                "storms": len(self.recoveries),
                **_median_and_worst(times),
                "by_fault": {kind: _median_and_worst(of) for kind, of in self.recovery_times_by_kind().items()},
                "each": [recovery.as_dict() for recovery in self.recoveries],
            },
            "operations": {kind: vars(count) for kind, count in self.operations.items()},
            "reads": self.reads,
            "refusals": self.refusals,
            "unanswered": self.unanswered,
            "repeats": self.repeats,
            "messages": self.messages,
            "restarts": self.restarts,
            "internal_errors": self.internal_errors,
            "dead_letters": [vars(letter) for letter in self.dead_letters],
            "figures": self.figures,
            "settled_in": self.settled_in,
            "violations": [violation.as_dict() for violation in self.violations],
            "history": self.history_file,
        }

    def print(self, history: History) -> None:
        """Print the report for people."""
        self._print_faults()
        print_table(
            "What people did",
            ["what", "operations", "requests", "yes", "no", "no answer"],
            [[kind, c.operations, c.requests, c.confirmed, c.refused, c.lost] for kind, c in self.operations.items()],
            right=["operations", "requests", "yes", "no", "no answer"],
        )
        figures = [[name, f"{value:,}"] for name, value in {**self.figures, **self.messages}.items()]
        print_table("Found by the audit", ["what", "figure"], figures, right=["figure"])
        self._print_lines()
        if self.ok:
            print_line(f"Nothing is wrong. (seed {self.seed})")
        else:
            self._print_violations(history)

    def _print_faults(self) -> None:
        times = self.recovery_times_by_kind()
        rows = [
            [
                kind,
                count,
                *(f"{seconds:.1f} s" for seconds in _median_and_worst(times.get(kind, [])).values() if seconds),
            ]
            for kind, count in sorted(self.faults.items())
        ]
        columns = ["fault", "times", "recovery, median", "worst"]
        print_table("Faults", columns, rows, right=columns[1:], empty="No faults.")

    def _print_lines(self) -> None:
        times = self.recovery_times()
        if times:
            worst = max(self.recoveries, key=lambda recovery: recovery.works or 0)
            print_line(
                f"Recovery after {len(self.recoveries)} storms: median {statistics.median(times):.1f} s, worst"
                f" {max(times):.1f} s ({'; '.join(worst.faults)})"
            )
        reasons = ", ".join(f"{why} {count}" for why, count in self.unanswered.items())
        print_line(f"No answer to {sum(self.unanswered.values())} requests: {reasons or 'none'}")
        print_line(f"{self.repeats} requests were made again under the same id; settled in {self.settled_in:.1f} s")
        ours = sum(letter.is_ours for letter in self.dead_letters)
        print_line(f"{len(self.dead_letters)} dead letters, {ours} of them made unreadable by this run")
        if self.restarts:
            print_line(f"{self.restarts} copies ended by themselves and were started again")
        for what, times_seen in self.internal_errors.items():
            print_line(f"internal error, {times_seen} times: {what}")
        for what in self.not_done:
            print_line(f"not done: {what}")

    def _print_violations(self, history: History) -> None:
        print_line(f"\n{len(self.violations)} violations with seed {self.seed}; history: {self.history_file}")
        for rule, count in Counter(violation.rule for violation in self.violations).items():
            print_line(f"  {count:>4} × {rule}")
        for violation in self._some_of_each_rule():
            print_line(f"\n{violation.rule}: {violation.subject}\n  {violation.service}: {violation.detail}")
            lines = history.about(violation.subject)
            for line in lines[:MOST_LINES]:
                print_line(f"  {line[:LONGEST_LINE]}{' …' if len(line) > LONGEST_LINE else ''}")
            if len(lines) > MOST_LINES:
                print_line(f"  … and {len(lines) - MOST_LINES} lines more")

    def _some_of_each_rule(self) -> list[AuditViolation]:
        seen: Counter[str] = Counter()
        some = []
        for violation in self.violations:
            seen[violation.rule] += 1
            if seen[violation.rule] <= MOST_OF_A_RULE:
                some.append(violation)
        return some


def _median_and_worst(times: list[float]) -> dict[str, float | None]:
    return {
        "median": round(statistics.median(times), 2) if times else None,
        "worst": round(max(times), 2) if times else None,
    }
