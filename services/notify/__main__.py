"""``python -m services.notify``: serve; ``python -m services.notify migrate``: bring the database up to date."""

from pathlib import Path

from services.notify.app import service
from services.notify.settings import NotifySettings
from services.notify.topology import TOPOLOGY
from shared.runtime import run_service

run_service("notify", NotifySettings, service, topology=TOPOLOGY, migrations=Path(__file__).parent / "migrations")
