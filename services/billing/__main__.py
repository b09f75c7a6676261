from pathlib import Path

from services.billing.app import service
from services.billing.settings import BillingSettings
from services.billing.topology import TOPOLOGY
from shared.runtime import run_service

run_service("billing", BillingSettings, service, topology=TOPOLOGY, migrations=Path(__file__).parent / "migrations")
