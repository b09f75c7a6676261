"""A command that is stopped leaves nothing behind that it has started."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from shared.testing import wait_until
from stack.local import LocalStack
from stack.state import PROJECT


def services_of(namespace: str) -> list[str]:
    return [name for name, _ in LocalStack().running() if name.startswith(namespace + "/")]


def steps_reported(record: Path) -> int:
    return len(json.loads(record.read_text())["steps"]) if record.exists() else 0


@pytest.mark.timeout(240)
@pytest.mark.parametrize("steps", [0, 3])
async def test_a_demo_that_is_stopped_after_some_steps_stops_its_services(tmp_path: Path, steps: int) -> None:
    namespace = f"demo_{uuid4().hex[:8]}"
    record = tmp_path / "demo.json"
    command = (sys.executable, "-m", "simulation.demo", "--namespace", namespace, "--out", str(tmp_path))
    demo = await asyncio.create_subprocess_exec(
        *command, "--json", str(record), cwd=PROJECT, env=dict(os.environ), stdout=asyncio.subprocess.DEVNULL
    )
    # Before the first step has ended, services are being started.
    await wait_until(lambda: services_of(namespace) and steps_reported(record) >= steps, timeout=100)

    demo.send_signal(signal.SIGTERM)

    assert await asyncio.wait_for(demo.wait(), 100) == 130
    assert services_of(namespace) == []
