"""The built app: the same from the same sources, small, and complete without a network."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.web.paths import DEV, WEB


def build(folder: Path) -> dict[str, bytes]:
    command = [str(DEV), "web", "node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]
    result = subprocess.run([*command, "--outDir", str(folder)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return build(tmp_path_factory.mktemp("first"))


def test_two_builds_of_the_same_sources_are_the_same(built: dict[str, bytes], tmp_path: Path) -> None:
    assert build(tmp_path) == built


NO_PART_OF_THE_APP = ("sw.js", "docs/")
"""The worker itself, and the API viewer: it is for people at a desk, and no phone keeps its 1.5 MB."""


def test_the_service_worker_keeps_every_file_of_the_app(built: dict[str, bytes]) -> None:
    listed = re.search(r"\[(\"[^\]]+\")\]", built["sw.js"].decode())
    assert listed is not None
    files = set(json.loads(f"[{listed[1]}]"))
    own = {name for name in built if not name.startswith(NO_PART_OF_THE_APP) and not name.endswith((".br", ".gz"))}
    assert files == own
    assert any(name.endswith(".json") for name in files), "the glyph atlas is missing"


def test_the_lock_file_names_no_server() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all("resolved" not in one for one in packages.values())
    assert all("integrity" in one for name, one in packages.items() if name)
