from pathlib import Path

from services.invoice.app import service
from services.invoice.settings import InvoiceSettings
from services.invoice.topology import TOPOLOGY
from shared.runtime import run_service

run_service("invoice", InvoiceSettings, service, topology=TOPOLOGY, migrations=Path(__file__).parent / "migrations")
