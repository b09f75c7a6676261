"""Where the chaos tests run: broker, database server and services of their own, beside those of other tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.local import LocalStack
from stack.state import LocalFolder, default_folder

HOME = default_folder() / "chaos-tests"


@pytest.fixture(scope="session")
def chaos_home() -> Iterator[Path]:
    """A folder whose broker and database server run for all chaos tests and are stopped behind them."""
    stack = LocalStack(LocalFolder(HOME), environment={})
    stack.stop()  # left over from a run that was killed
    with stack.in_use():
        yield HOME
