"""What a build of the phone app reads: a change of it, and of nothing else, makes a new build."""

from pathlib import Path

import pytest

from dev_tools.stamp import digest
from dev_tools.web_app import build_inputs

READ = (
    "web/index.html",
    "web/package.json",
    "web/package-lock.json",
    "web/.npmrc",
    "web/tsconfig.json",
    "web/tsconfig.base.json",
    "web/tsconfig.worker.json",
    "web/vite.config.ts",
    "web/src/app/app.ts",
    "web/public/icons/icon.svg",
    "web/build/offline_files.ts",
    "shared/printing/glyphs.json",
    "shared/printing/document.schema.json",
)
NOT_READ = (
    "web/dist/index.html",
    "web/node_modules/preact/package.json",
    "web/tests/app/app.test.ts",
    "shared/printing/raster.py",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (*READ, *NOT_READ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("before")
    return tmp_path


@pytest.mark.parametrize("name", READ)
def test_a_change_in_what_a_build_reads_makes_a_new_build(project: Path, name: str) -> None:
    before = digest(build_inputs(project), root=project)
    (project / name).write_text("after")
    assert digest(build_inputs(project), root=project) != before


def test_a_new_source_file_makes_a_new_build(project: Path) -> None:
    before = digest(build_inputs(project), root=project)
    (project / "web/src/app/new.ts").write_text("before")
    assert digest(build_inputs(project), root=project) != before


@pytest.mark.parametrize("name", NOT_READ)
def test_a_change_in_anything_else_makes_none(project: Path, name: str) -> None:
    before = digest(build_inputs(project), root=project)
    (project / name).write_text("after")
    assert digest(build_inputs(project), root=project) == before
