"""PostgreSQL: pools, transactions, migrations."""

from shared.db.migrate import MigrationError, migrate
from shared.db.pool import Connection, connect, open_pool
from shared.db.rows import add_once
from shared.db.transaction import acquired, repeat_on_conflict, single_statement, transaction

__all__ = [
    "Connection",
    "MigrationError",
    "acquired",
    "add_once",
    "connect",
    "migrate",
    "open_pool",
    "repeat_on_conflict",
    "single_statement",
    "transaction",
]
