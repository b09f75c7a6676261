"""Every benchmark runs, with sizes that measure nothing."""

import asyncio
import json
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from simulation.bench.__main__ import BENCHMARKS
from simulation.bench.figures import Goal, Row, Sample, compare, percentile
from simulation.bench.percentile_picture import draw_percentiles
from stack.state import PROJECT

# The others start the same system and load it in the same way, only again and again; one needs rights, too.
_SHORT = [name for name in BENCHMARKS if name not in {"copies", "cores", "services", "phones", "beside", "history"}]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", _SHORT)
async def test_each_benchmark_gives_rows_with_figures(name: str, tmp_path: Path, postgres_url: str) -> None:
    report = tmp_path / "bench.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "simulation.bench", name, "--tiny", "--json", str(report)),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "THUNGAN_POSTGRES_URL": postgres_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode == 0, output.decode()
    written = json.loads(report.read_text())
    assert written["machine"]["cores"] > 0
    assert written["rows"]
    assert all(row["figure"] >= 0 for row in written["rows"])


def test_a_ratio_is_held_to_its_goal() -> None:
    ours, theirs = Sample.of([1.2, 1.3, 1.1]), Sample.of([1.0, 1.1, 0.9])
    row = compare("name", "what", "ms", ours, theirs, goal=Goal(1.25, "<=", "ratio"))
    assert row.ratio == pytest.approx(1.2)
    assert row.met is True
    assert compare("name", "what", "ms", ours, theirs, goal=Goal(1.1, "<=", "ratio")).met is False


def test_a_goal_that_was_not_measured_is_neither_met_nor_missed() -> None:
    row = Row(benchmark="name", what="what", unit="/s", figure=1.0, goal=Goal(3, ">=", "ratio"))
    assert row.met is None


def test_the_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert percentile(values, 0.99) == 99
    assert percentile(values, 0.5) == 50
    assert percentile([7.0], 0.99) == 7


def test_the_picture_of_latencies_has_a_curve_for_each_step_that_was_taken() -> None:
    picture = ET.fromstring(draw_percentiles({"search & find": [0.01, 0.2, 1.5], "visit": []}, "2 < 3 doors"))  # noqa: S314
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}polyline"))) == 1
    assert "search & find (3)" in texts
    assert "2 < 3 doors" in texts
