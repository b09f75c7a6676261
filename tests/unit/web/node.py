"""The phone app's own code, run by Node.js as the project installs it."""

import json
import subprocess
from types import TracebackType
from typing import Any, Self

from shared.printing import Document, PrinterProfile
from tests.unit.web.paths import DEV


class PhoneRenderer:
    """The renderer of the phone, kept running: one document in, what it makes of it out."""

    def __enter__(self) -> Self:
        command = [str(DEV), "web", "node", "tests/printing/render_lines.ts"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)

    def render(self, document: Document, profile: PrinterProfile, *, resync: bool = False) -> dict[str, Any]:
        """Return height and SHA-256 of the raster, and the bytes for the printer in base64."""
        return self.ask(
            {"document": json.loads(document.model_dump_json()), "profile": profile.model_dump(), "resync": resync}
        )

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Give it a job as it is."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
