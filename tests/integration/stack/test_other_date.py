"""A run on another date: every process has that date, with a broker and a database server of its own."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from shared.clock import now
from stack.local import AMQP_URL, POSTGRES_URL, LocalStack
from stack.state import PROJECT

PROBE = """
import asyncio, json, os, subprocess, time
import aio_pika, asyncpg

async def probe():
    broker = await aio_pika.connect(os.environ["THUNGAN_AMQP_URL"])
    await broker.close()
    database = await asyncpg.connect(os.environ["THUNGAN_POSTGRES_URL"])
    of_database = await database.fetchval("SELECT clock_timestamp()")
    await database.execute("SET statement_timeout = '10ms'")
    try:
        await database.execute("SELECT pg_sleep(100)")
    except asyncpg.QueryCanceledError:
        print(json.dumps([time.time(), float(subprocess.check_output(["date", "+%s"])), of_database.timestamp()]))
    await database.close()

time.sleep(0.001)
asyncio.run(probe())
"""
"""Says what time it is where it runs; timers and sleeps have to work there as everywhere."""


RUN = "import sys; from stack.commands import run_on_date; sys.exit(run_on_date(sys.argv[1], sys.argv[2:]))"


def test_every_process_of_a_run_has_the_date_and_leaves_nothing_running() -> None:
    date = now() + timedelta(days=400)
    # Servers that are given keep their own clock.
    environment = {name: value for name, value in os.environ.items() if name not in {AMQP_URL, POSTGRES_URL}}
    command = [sys.executable, "-c", RUN, date.isoformat(), sys.executable, "-c", PROBE]
    done = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, check=True)
    clocks = json.loads(done.stdout)
    assert [datetime.fromtimestamp(clock, UTC) - now() > timedelta(days=399) for clock in clocks] == [True] * 3
    assert not [name for name, _ in LocalStack().running() if name.startswith("other-date/")]
