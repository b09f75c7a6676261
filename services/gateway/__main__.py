"""``python -m services.gateway``: serve; ``python -m services.gateway migrate``: bring the database up to date."""

from pathlib import Path

from services.gateway.app import service
from services.gateway.settings import GatewaySettings
from services.gateway.topology import TOPOLOGY
from shared.runtime import run_service

run_service("gateway", GatewaySettings, service, topology=TOPOLOGY, migrations=Path(__file__).parent / "migrations")
