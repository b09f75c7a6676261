"""What a benchmark is given, and what it gives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from simulation.bench.figures import Row
from stack.local import LocalStack

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to measure, and how much of it."""

    stack: LocalStack
    quick: bool = False
    tiny: bool = False
    """Sizes that only show that everything runs."""

    peers_python: str | None = None
    """Python of the environment that has the peers that we do not depend on; None where there is none."""

    payments: int | None = None
    """How many payments the audit is measured with; None: as goes with this run."""

    customers: int | None = None
    """How many customers are imported or billed; None: as goes with this run."""

    report: Callable[[str], None] = print

    def size(self, full: T, quick: T, tiny: T) -> T:
        """Return the size that goes with this run."""
        return tiny if self.tiny else quick if self.quick else full

    @property
    def repetitions(self) -> int:
        """How often each subject is measured, in turns."""
        return self.size(7, 3, 1)

    @property
    def folder(self) -> Path:
        """Where files may be put."""
        folder = self.stack.folder.root / "bench-files"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def settings(self, namespace: str) -> dict[str, str]:
        """Return the environment of a subject that needs the broker; the database URL is nobody's."""
        return {
            "THUNGAN_ENVIRONMENT": "development",
            "THUNGAN_AMQP_URL": self.stack.amqp_url,
            "THUNGAN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "THUNGAN_NAMESPACE": namespace,
        }


def new_namespace() -> str:
    """Return a name that nothing else on the broker and the database server has."""
    return f"bench_{uuid4().hex[:8]}"


Benchmark = Callable[[Bench], Awaitable[list[Row]]]
