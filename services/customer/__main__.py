"""``python -m services.customer`` serves, ``python -m services.customer migrate`` brings the database up to date."""

from pathlib import Path

from services.customer.app import service
from services.customer.settings import CustomerSettings
from services.customer.topology import TOPOLOGY
from shared.runtime import run_service

if __name__ == "__main__":
    run_service(
        "customer", CustomerSettings, service, topology=TOPOLOGY, migrations=Path(__file__).parent / "migrations"
    )
