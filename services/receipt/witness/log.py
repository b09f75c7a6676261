"""Adds receipts to the tree, in the order of their series and numbers since the last time."""

from collections.abc import Mapping
from itertools import groupby, pairwise
from operator import itemgetter

from services.receipt.checkpoints.checkpoint import Checkpoint, Mark
from services.receipt.checkpoints.tree import Edge, leaf_hash
from services.receipt.store.checkpoints import (
    Segment,
    grow_log,
    lock_log,
    present_log,
    progress,
    tokens_after,
    tokens_that_came_back,
)
from shared.db import Connection

AT_ONCE = 20_000
"""Receipts of a series that are added in one transaction."""


async def catch_up(connection: Connection, epoch: int) -> tuple[Edge, tuple[Mark, ...]]:
    """Add everything that was issued; return the edge, and where each series stands with it."""
    while True:
        async with connection.transaction(isolation="repeatable_read"):
            edge, complete = await _add(connection, epoch, limits=None)
            marks = tuple(mark for mark, _ in await progress(connection, epoch))
        if complete:
            return edge, marks


async def adopt(connection: Connection, witness: Checkpoint) -> bool:
    """Add what a witness has beyond the tree, in its order, if that gives its root; return whether it does."""
    transaction = connection.transaction(isolation="repeatable_read")
    await transaction.start()
    limits = {mark.series: mark.number for mark in witness.marks}
    edge, complete = await _add(connection, witness.epoch, limits=limits, up_to=witness.size)
    adopted = complete and (edge.size, edge.root) == (witness.size, witness.root)
    await (transaction.commit() if adopted else transaction.rollback())
    return adopted


async def _add(
    connection: Connection, epoch: int, *, limits: Mapping[str, int] | None, up_to: int = 0
) -> tuple[Edge, bool]:
    """Add the next receipts of each series; return the edge, and whether nothing is left.

    With ``limits`` nothing behind these numbers is added, and what came back into a gap only for a tree of ``up_to``.
    """
    await lock_log(connection, epoch)
    edge = (await present_log(connection)).edge
    complete = True
    segments: list[Segment] = []
    for mark, logged in await progress(connection, epoch):
        last = mark.number if limits is None else limits.get(mark.series, 0)
        if logged >= last:
            continue
        found = await tokens_after(connection, mark.series, logged, AT_ONCE)
        complete = complete and len(found) < AT_ONCE
        tokens = [(number, token) for number, token in found if number <= last]
        segments += _segments(mark.series, [number for number, _ in tokens], edge.size)
        edge = edge.extended(leaf_hash(token) for _, token in tokens)
    # Only behind all others: the greatest number of a series in the tree says how far the series is in it.
    if complete and (limits is None or edge.size < up_to):
        back = await tokens_that_came_back(connection, epoch, AT_ONCE)
        complete = len(back) < AT_ONCE
        for series, found_again in groupby(back, key=itemgetter(0)):
            came = list(found_again)
            segments += _segments(series, [number for _, number, _ in came], edge.size)
            edge = edge.extended(leaf_hash(token) for _, _, token in came)
    if segments:
        await grow_log(connection, epoch, edge, segments)
    return edge, complete


def _segments(series: str, numbers: list[int], position: int) -> list[Segment]:
    """Return the runs of numbers that follow one another."""
    if not numbers:
        return []
    starts = [0, *(index for index, (a, b) in enumerate(pairwise(numbers), 1) if b != a + 1), len(numbers)]
    return [Segment(position + a, series, numbers[a], numbers[b - 1]) for a, b in pairwise(starts)]
