"""Prints the demo for people as it goes on, and keeps each step with its facts for ``--json``."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from stack.supervisor import FIRST_ADMINISTRATOR


class StepFailed(Exception):
    """Something that the demo claims did not happen."""


class Step:
    """One step: what is printed, what was checked, what was seen."""

    def __init__(self, name: str, title: str, console: Console) -> None:
        self.name = name
        self.title = title
        self.ok = False
        self.facts: dict[str, Any] = {}
        self.checks: list[str] = []
        self.seconds = 0.0
        self.error = ""
        self._console = console

    def print(self, text: str) -> None:
        """Print a sentence."""
        self._console.print(f"   {escape(text)}", highlight=False)

    def record(self, **facts: Any) -> None:
        """Keep facts for the record."""
        self.facts.update(facts)

    def check(self, claim: str, holds: object) -> None:
        """State what must be so; the demo ends with an error when it is not. Raises :class:`StepFailed`."""
        if not holds:
            raise StepFailed(f"this does not hold: {claim}")
        self.checks.append(claim)
        self._console.print(f"   [green]✓[/] {escape(claim)}", highlight=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the step for JSON."""
        return {
            "step": self.name,
            "title": self.title,
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
            "checks": self.checks,
            "facts": self.facts,
            **({"error": self.error} if self.error else {}),
        }


class DemoReport:
    """All steps; one that fails ends the demo."""

    def __init__(self, record: Path | None = None) -> None:
        self._console = Console(soft_wrap=True)
        self._record = record
        self._started = time.monotonic()
        self.steps: list[Step] = []

    @property
    def ok(self) -> bool:
        """Whether every step so far held."""
        return all(step.ok for step in self.steps)

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        """Begin a step; its end is recorded whatever happens."""
        step = Step(name, title, self._console)
        self.steps.append(step)
        self._console.print(f"\n[bold cyan]{len(self.steps):2}  {escape(title)}[/]", highlight=False)
        started = time.monotonic()
        try:
            yield step
            step.ok = True
        except BaseException as error:
            step.error = f"{type(error).__name__}: {error}"
            self._console.print(f"   [bold red]✗ {escape(step.error)}[/]", highlight=False)
            raise
        finally:
            step.seconds = time.monotonic() - started
            self._write()

    def end(self, printouts: Path) -> None:
        """Print how it went and where the printouts are."""
        verdict = "every step held" if self.ok else "NOT every step held"
        seconds = time.monotonic() - self._started
        self._console.print(f"\n[bold]{len(self.steps)} steps in {seconds:.0f} s: {verdict}.[/]", highlight=False)
        self._console.print(
            f"Printouts, receipts' tokens and the public key: {escape(str(printouts))}", highlight=False
        )
        self._console.print(
            "To look around yourself: ./dev up prints the addresses of the phone app and of the office;\n"
            f"{escape(FIRST_ADMINISTRATOR)}\n"
            "prints the one-time code by which the first person signs in there.",
            highlight=False,
        )

    def _write(self) -> None:
        if self._record is None:
            return
        content = {
            "ok": self.ok,
            "seconds": round(time.monotonic() - self._started, 3),
            "steps": [step.as_dict() for step in self.steps],
        }
        # In one step, for those who read it while the demo goes on.
        draft = self._record.with_name(f".{self._record.name}.{os.getpid()}")
        draft.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
        draft.replace(self._record)
