"""The phone app's own unit tests, by Node.js's test runner."""

import os
import subprocess

from tests.unit.web.paths import DEV


def test_the_units_of_the_phone_app_pass() -> None:
    environment = {**os.environ, "NODE_DISABLE_COLORS": "1"}
    command = [str(DEV), "web", "test", "--test-reporter=spec", "tests/**/*.test.ts"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert "fail 0" in result.stdout
    assert "pass 0" not in result.stdout
