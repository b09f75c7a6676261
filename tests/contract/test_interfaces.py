"""The generated descriptions in docs/ match the code."""

from pathlib import Path

import pytest

from dev_tools.interfaces import documents


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_a_generated_description_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == documents()[path], "run `python -m dev_tools.interfaces`"
