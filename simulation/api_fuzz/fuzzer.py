"""Schemathesis, as a program of its own: what it gets, and what it found."""

import asyncio
import copy
import json
import os
import re
from collections.abc import Mapping, Sequence
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
SHUTTING_OUT = (
    "/v1/devices/{device_id}/revocation",
    "/v1/staff/{staff_id}/deactivation",
    "/v1/staff/{staff_id}/password-reset",
    "/v1/staff/{staff_id}/roles",
    "/v1/staff/{staff_id}/sessions-revocation",
)
"""Tried by themselves, at the end: the fuzzer finds ids of devices and people in answers, among them those as which it
tries."""
REFUSALS = (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429)
"""What wrong data may be answered with. Too large a body (413) is refused before it is read, and so before its fields
are: a list of more items than are allowed may be both."""
_SIGNING_OUT = "/v1/staff/sessions/current"
_STREAM = "/v1/stream"
"""Its answer is a WebSocket."""
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

    async def run(self, headers: Mapping[str, str], folder: Path, *, shutting_out: bool = False) -> Outcome:
        """Try every operation but those that shut somebody out, or only these, with these headers in each request."""
        self._configure(folder, by_cookie="Cookie" in headers)
        process = await asyncio.create_subprocess_exec(
            os.environ[PROGRAM],
            *("--config-file", folder / "schemathesis.toml", "--no-color"),
            *("run", folder / "openapi.json", "--url", self.url),
            *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
            *("--phases", "coverage,fuzzing,stateful", "--max-examples", str(self.examples), "--seed", str(self.seed)),
            *("--generation-database", "none", "--no-shrink", "--suppress-health-check", "all"),
            *("--checks", "all", "--exclude-checks", LEFT_OUT, "--warnings", "off"),
            *("--continue-on-failure", "--request-timeout", "30"),
            *(
                _each("--include-path", SHUTTING_OUT)
                if shutting_out
                else _each("--exclude-path", (*SHUTTING_OUT, _SIGNING_OUT, _STREAM))
            ),
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

    def _configure(self, folder: Path, *, by_cookie: bool) -> None:
        lines = [f"[dictionaries.{name}]\nvalues = [{json.dumps(value)}]" for name, value in self.real.items()]
        lines.append("[parameters]")
        lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = {_REAL_ID} }}' for name in self.real]
        refusals = ", ".join(f'"{status}"' for status in (*REFUSALS, "5xx"))
        lines.append(f"[checks.negative_data_rejection]\nexpected-statuses = [{refusals}]")
        folder.mkdir(parents=True, exist_ok=True)
        description = without_free_text(describe())
        (folder / "openapi.json").write_text(
            json.dumps(for_people(description) if by_cookie else description), encoding="utf-8"
        )
        (folder / "schemathesis.toml").write_text("\n".join(lines), encoding="utf-8")


def _each(option: str, paths: Sequence[str]) -> list[str]:
    return [argument for path in paths for argument in (option, path)]


def for_people(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description with the session, as the header that it is sent in, for all that is not open to everybody.

    The fuzzer takes away what a description calls for, and expects to be refused: beside a cookie that it is given it
    would not take anything away, and a person who sends no device's token is not refused for that.
    """
    described: dict[str, Any] = copy.deepcopy(dict(description))
    described["components"]["securitySchemes"]["session"] = {"type": "apiKey", "in": "header", "name": "Cookie"}
    for methods in described["paths"].values():
        for operation in methods.values():
            if {"device", "session"} & {name for way in operation["security"] for name in way}:
                operation["security"] = [{"session": []}]
    return described


def without_free_text(description: Any) -> Any:
    """Leave out the patterns of free text: it takes seconds to make an example of each."""
    if isinstance(description, dict):
        return {
            name: without_free_text(value)
            for name, value in description.items()
            if not (name == "pattern" and isinstance(value, str) and _FREE_TEXT in value)
        }
    return [without_free_text(value) for value in description] if isinstance(description, list) else description
