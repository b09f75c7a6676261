from pathlib import Path

from services.receipt.app import service
from services.receipt.keys.changes import prepare_keys
from services.receipt.settings import ReceiptSettings
from services.receipt.topology import TOPOLOGY
from shared.runtime import run_service

run_service(
    "receipt",
    ReceiptSettings,
    service,
    topology=TOPOLOGY,
    migrations=Path(__file__).parent / "migrations",
    prepare=prepare_keys,
)
