"""Broker and database together: the private ones, or those that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ops.stack.postgres import PostgreSQL
from ops.stack.rabbitmq import RabbitMQ
from ops.stack.state import LocalFolder

AMQP_URL = "THUNGAN_AMQP_URL"
POSTGRES_URL = "THUNGAN_POSTGRES_URL"


class LocalStack:
    """The broker and the database that this checkout works with."""

    def __init__(self, folder: LocalFolder | None = None, environment: Mapping[str, str] = os.environ) -> None:
        self.folder = folder or LocalFolder()
        self.rabbitmq = RabbitMQ(self.folder)
        self.postgres = PostgreSQL(self.folder)
        self._given = {name: environment[name] for name in (AMQP_URL, POSTGRES_URL) if environment.get(name)}

    def start(self) -> bool:
        """Start what is not given and does not run. Returns whether anything had to be started."""
        private = [
            server
            for name, server in ((POSTGRES_URL, self.postgres), (AMQP_URL, self.rabbitmq))
            if name not in self._given
        ]
        with self.folder.locked():
            return any([server.start() for server in private])  # noqa: C419 - each has to be started

    def stop(self) -> bool:
        """Stop the private servers that run. Returns whether any did."""
        with self.folder.locked():
            return any([self.rabbitmq.stop(), self.postgres.stop()])

    @property
    def amqp_url(self) -> str:
        """URL of the broker."""
        return self._given.get(AMQP_URL) or self.rabbitmq.url

    @property
    def postgres_url(self) -> str:
        """URL of the database server's administrator."""
        return self._given.get(POSTGRES_URL) or self.postgres.url

    def environment(self) -> dict[str, str]:
        """Return the variables by which every command finds broker and database."""
        return {AMQP_URL: self.amqp_url, POSTGRES_URL: self.postgres_url}
