"""Lanes keep the order of each key, work side by side, and take what has gathered together."""

import asyncio
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.lanes import Lanes


class Worker:
    """Notes the batches that it is given, and holds each until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, items: list[int]) -> None:
        self.batches.append(items)
        await self.gate.wait()


async def test_items_of_different_keys_are_worked_on_side_by_side_while_somebody_is_free() -> None:
    worker = Worker()
    lanes = Lanes(worker, 3, together=16)
    for item in range(3):
        lanes.put(str(item), item)
    await asyncio.sleep(0)

    assert worker.batches == [[0], [1], [2]]
    worker.gate.set()
    await lanes.wait_idle()


async def test_what_gathers_while_all_are_busy_is_taken_together_up_to_the_limit() -> None:
    worker = Worker()
    lanes = Lanes(worker, 1, together=4)
    for item in range(7):
        lanes.put(None, item)
    worker.gate.set()
    await lanes.wait_idle()

    assert worker.batches == [[0], [1, 2, 3, 4], [5, 6]]


async def test_items_of_one_key_are_never_taken_together() -> None:
    worker = Worker()
    lanes = Lanes(worker, 1, together=4)
    for item, key in enumerate("aabab"):
        lanes.put(key, item)
    worker.gate.set()
    await lanes.wait_idle()

    assert worker.batches == [[0], [2, 1], [4, 3]]


async def test_what_is_gathered_of_one_key_is_taken_together_alone_and_by_one_worker() -> None:
    worker = Worker()
    lanes = Lanes(worker, 2, together=4)
    for item in range(7):
        lanes.put("gathered", item, gathered=True)
    lanes.put("other", 7)
    for item in range(8, 10):
        lanes.put(None, item)
    await asyncio.sleep(0)
    # One of the two has all that is gathered, so far the first; the other one is free for what else comes.
    assert worker.batches == [[0], [7]]
    worker.gate.set()
    await lanes.wait_idle()

    assert worker.batches == [[0], [7], [8, 9], [1, 2, 3, 4], [5, 6]]


async def test_a_failure_of_the_work_stops_neither_its_lane_nor_the_others() -> None:
    done: list[int] = []

    async def work(items: list[int]) -> None:
        if 0 in items:
            raise ZeroDivisionError
        done.extend(items)

    lanes = Lanes(work, 1)
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
    for item in range(4):
        lanes.put("ab"[item % 2], item)
    await lanes.wait_idle()

    assert sorted(done) == [1, 2, 3]
    asyncio.get_running_loop().set_exception_handler(None)


async def test_a_cancelled_worker_leaves_nothing_under_way() -> None:
    worker = Worker()
    lanes = Lanes(worker, 2, together=2)
    for item in range(9):
        lanes.put(str(item % 3), item)
    await asyncio.sleep(0)
    await lanes.cancel()

    assert lanes.is_idle
    assert worker.batches == [[0], [1]]


@given(
    keys=st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=60),
    concurrency=st.integers(1, 4),
    together=st.integers(1, 5),
)
@pytest.mark.parametrize("gathered", ["", "a", "bd"])
def test_every_item_is_worked_on_once_in_the_order_of_its_key(
    keys: list[str | None], concurrency: int, together: int, gathered: str
) -> None:
    order: dict[str | None, list[int]] = defaultdict(list)
    most = running = 0
    at_work: set[str | None] = set()

    async def run() -> None:
        nonlocal most, running

        async def work(items: list[int]) -> None:
            nonlocal most, running
            running += 1
            most = max(most, running)
            assert len(items) <= together
            of_gathered = {keys[item] for item in items} & set(gathered)
            assert not of_gathered or len({keys[item] for item in items}) == 1
            assert at_work.isdisjoint(of_gathered)
            at_work.update(of_gathered)
            await asyncio.sleep(0)
            for item in items:
                order[keys[item]].append(item)
            running -= 1
            at_work.difference_update(of_gathered)

        lanes = Lanes(work, concurrency, together=together)
        for item, key in enumerate(keys):
            lanes.put(key, item, gathered=key is not None and key in gathered)
            if item % 3 == 0:
                await asyncio.sleep(0)
        await lanes.wait_idle()

    asyncio.run(run())
    assert most <= concurrency
    for key in set(keys) - {None}:
        assert order[key] == [item for item, its in enumerate(keys) if its == key]
    assert sorted(order[None]) == [item for item, its in enumerate(keys) if its is None]


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_nothing_is_under_way_once_all_is_done(concurrency: int) -> None:
    worker = Worker()
    worker.gate.set()
    lanes = Lanes(worker, concurrency)
    lanes.put("a", 1)
    assert not lanes.is_idle
    await lanes.wait_idle()
    assert lanes.is_idle
