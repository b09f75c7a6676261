"""Running a command's asynchronous part, with one line for the errors of a missing system."""

import asyncio
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

from ops.console import fail
from ops.operators import operator
from shared.messaging.context import correlated
from shared.rare_collections import collect_rarely

T = TypeVar("T")

_ERROR_NUMBER = re.compile(r"\[Errno -?\d+\] ")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as an act of the operator; what is wrong with a connection becomes one line."""
    collect_rarely()
    try:
        with correlated(actor=operator()):
            return asyncio.run(work)
    except (OSError, TimeoutError) as error:
        reason = _ERROR_NUMBER.sub("", str(error)) or type(error).__name__
        fail(f"cannot connect: {reason}; is the system running? (./dev up)")
    except (asyncpg.InvalidCatalogNameError, asyncpg.UndefinedTableError) as error:
        fail(f"the database is not ready: {error}; ./dev up prepares it")
    except asyncpg.PostgresError as error:
        fail(f"the database refuses: {error}")
