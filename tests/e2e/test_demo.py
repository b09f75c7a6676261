"""The whole procedure, as ``./dev demo`` shows it: separate processes, the public API, paper and SMS."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from simulation.demo.scenario import STEPS
from stack.state import PROJECT


@pytest.mark.timeout(240)
def test_every_step_of_the_demo_holds(tmp_path: Path) -> None:
    record = tmp_path / "demo.json"
    namespace = f"demo_{uuid4().hex[:8]}"
    command = [
        sys.executable,
        "-m",
        "simulation.demo",
        "--namespace",
        namespace,
        "--json",
        str(record),
        "--out",
        str(tmp_path),
    ]
    ended = subprocess.run(command, cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=False)
    recorded = json.loads(record.read_text()) if record.exists() else {"steps": []}
    failed = [step for step in recorded["steps"] if not step["ok"]]
    assert ended.returncode == 0, f"{failed}\n{ended.stderr}"
    assert [step["step"] for step in recorded["steps"]] == ["start", *(name for name, _, _ in STEPS)]
    assert failed == []
    pictures = sorted(path.name for path in tmp_path.glob("*.png"))
    assert [name[:1] for name in pictures] == ["1", "2", "3", "4", "5", "6", "7"]
