"""Schemathesis, as a program of its own: what it gets, and what it found."""

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.gateway.routes import describe

PROGRAM = "THUNGAN_FUZZER"
"""The variable that leads to it: ``./dev`` installs it in an environment of its own."""

LEFT_OUT = "positive_data_acceptance"
"""The only check that is not made: text that fits what the fuzzer gets may be refused, see `_FREE_TEXT`."""
_FREE_TEXT = r"^[^\x00-"
"""How the patterns of free text begin: they name what is not in it."""
_REAL_ID = 0.7
"""How often a parameter is real: invented ids end with "not found"."""
REVOCATION = "/v1/devices/{device_id}/revocation"
"""Tried by itself, at the end: the fuzzer finds ids of devices in answers, among them those with which it tries."""
_COUNTED = re.compile(r"^  (\d+) generated", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What came of one role."""

    requests: int
    findings: str
    """As the fuzzer printed them, with a curl command for each; empty where there are none."""


@dataclass(frozen=True)
class Fuzzer:
    """How it is run. ``examples``: random ones of each operation, and sequences, beside the limits of each field."""

    url: str
    real: Mapping[str, str]
    """Ids that exist, by the name of the parameter in the path."""
    examples: int
    seed: int

    async def run(self, token: str | None, folder: Path, *, revocation: bool = False) -> Outcome:
        """Try every operation but the revocation of devices, or only that, with this token (None: without one)."""
        self._configure(folder)
        process = await asyncio.create_subprocess_exec(
            os.environ[PROGRAM],
            *("--config-file", folder / "schemathesis.toml", "--no-color"),
            *("run", folder / "openapi.json", "--url", self.url),
            *(("--header", f"Authorization: Bearer {token}") if token else ()),
            *("--phases", "coverage,fuzzing,stateful", "--max-examples", str(self.examples), "--seed", str(self.seed)),
            *("--generation-database", "none", "--no-shrink", "--suppress-health-check", "all"),
            *("--checks", "all", "--exclude-checks", LEFT_OUT, "--warnings", "off"),
            *("--continue-on-failure", "--request-timeout", "30"),
            # The answer of the stream is a WebSocket.
            *(("--include-path", REVOCATION) if revocation else _all_but("/v1/stream", REVOCATION)),
            cwd=folder,
            # Tables of Unicode, which take seconds to make, are made once for all roles.
            env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder.parent / "hypothesis")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        printed = output.decode(errors="replace")
        (folder / "report.txt").write_text(printed, encoding="utf-8")
        counted = _COUNTED.search(printed)
        return Outcome(
            requests=int(counted[1]) if counted else 0,
            # Nothing tried is a finding, too.
            findings="" if process.returncode == 0 and counted else printed,
        )

    def _configure(self, folder: Path) -> None:
        lines = [f"[dictionaries.{name}]\nvalues = [{json.dumps(value)}]" for name, value in self.real.items()]
        lines.append("[parameters]")
        lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = {_REAL_ID} }}' for name in self.real]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "openapi.json").write_text(json.dumps(without_free_text(describe())), encoding="utf-8")
        (folder / "schemathesis.toml").write_text("\n".join(lines), encoding="utf-8")


def _all_but(*paths: str) -> list[str]:
    return [argument for path in paths for argument in ("--exclude-path", path)]


def without_free_text(description: Any) -> Any:
    """Leave out the patterns of free text: it takes seconds to make an example of each."""
    if isinstance(description, dict):
        return {
            name: without_free_text(value)
            for name, value in description.items()
            if not (name == "pattern" and isinstance(value, str) and _FREE_TEXT in value)
        }
    return [without_free_text(value) for value in description] if isinstance(description, list) else description
