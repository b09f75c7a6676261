"""Latencies as a picture: a curve of percentiles for each step, the tail as wide as the rest (SVG)."""

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from simulation.bench.figures import percentile

_WIDTH, _HEIGHT = 900, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 220, 50, 50
_MARKS = (0.0, 0.5, 0.9, 0.99, 0.999)
_COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#7b4b94", "#b8860b", "#4a4e69", "#d1495b", "#00798c")
_POINTS = 200


def draw_percentiles(of_step: Mapping[str, Sequence[float]], title: str) -> str:
    """Return a picture of the latencies (seconds) of each step; the vertical axis is logarithmic, in milliseconds."""
    steps = {step: times for step, times in of_step.items() if times}
    slowest = max((max(times) for times in steps.values()), default=1.0) * 1000
    decades = max(1, math.ceil(math.log10(max(slowest, 10.0))))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-size="13">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        "<style>text { font-family: sans-serif }</style>",
        f'<text x="{_LEFT}" y="28" font-size="17">{escape(title)}</text>',
    ]
    for decade in range(decades + 1):
        y = _y(10.0**decade, decades)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10**decade:,} ms</text>')
    for mark in _MARKS:
        x = _x(mark)
        parts.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{mark * 100:g} %</text>')
    for number, (step, times) in enumerate(steps.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = ((part, percentile(times, part) * 1000) for part in map(_part, range(_POINTS + 1)))
        line = " ".join(f"{_x(part):.1f},{_y(milliseconds, decades):.1f}" for part, milliseconds in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = _TOP + 14 + number * 20
        parts.append(f'<text x="{_WIDTH - _RIGHT + 14}" y="{y}" fill="{colour}">{escape(step)} ({len(times):,})</text>')
    return "\n".join((*parts, "</svg>")) + "\n"


def _part(point: int) -> float:
    """Return the part of the values at a point of the axis: nines are equally far from each other."""
    nines = point / _POINTS * 3
    return 1.0 - math.pow(10.0, -nines)


def _x(part: float) -> float:
    nines = -math.log10(max(1.0 - part, 1e-3))
    return _LEFT + nines / 3 * (_WIDTH - _LEFT - _RIGHT)


def _y(milliseconds: float, decades: int) -> float:
    height = _HEIGHT - _TOP - _BOTTOM
    return _HEIGHT - _BOTTOM - math.log10(max(milliseconds, 1.0)) / decades * height
