"""Reading the file that services write their traces to, and drawing one."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class TracedSpan:
    """One thing that a service did."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    service: str
    instance: str
    start_ns: int
    end_ns: int
    error: str | None
    facts: dict[str, Any]

    @property
    def milliseconds(self) -> float:
        """How long it took."""
        return (self.end_ns - self.start_ns) / 1e6


def read_spans(path: Path) -> Iterator[TracedSpan]:
    """Yield the spans of a file; a last line that is still being written is left out."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield TracedSpan(**json.loads(line))


def traces_of(spans: Iterable[TracedSpan], wanted: str) -> list[list[TracedSpan]]:
    """Return the traces in which anything has ``wanted`` as a fact or as its id, each in the order of time."""
    known = list(spans)
    named = {span.trace_id for span in known if wanted in {span.trace_id, span.span_id, *map(str, span.facts.values())}}
    found = sorted(
        (span for span in known if span.trace_id in named),
        key=lambda span: (span.trace_id, span.start_ns, span.span_id),
    )
    traces = [list(group) for _, group in groupby(found, key=lambda span: span.trace_id)]
    return sorted(traces, key=lambda trace: trace[0].start_ns)


def drawn(trace: list[TracedSpan]) -> Iterator[tuple[str, TracedSpan]]:
    """Yield the spans of a trace as a tree, each with the lines that lead to it; what lost its parent is a root."""
    ids = {span.span_id for span in trace}
    children: dict[str | None, list[TracedSpan]] = {}
    for span in trace:
        children.setdefault(span.parent_id if span.parent_id in ids else None, []).append(span)

    def below(parent: str | None, indent: str) -> Iterator[tuple[str, TracedSpan]]:
        for number, span in enumerate(members := children.get(parent, [])):
            last = number == len(members) - 1
            root = parent is None
            yield indent + ("" if root else "└ " if last else "├ "), span
            yield from below(span.span_id, indent + ("" if root else "  " if last else "│ "))

    yield from below(None, "")
