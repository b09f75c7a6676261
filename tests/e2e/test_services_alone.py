"""Each service is a thing of its own: it needs the other services' folders neither to migrate nor to serve."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from services.invoice.signatures.key_file import make_development_key
from shared.clock import now
from shared.testing import wait_until
from stack.ports import free_ports
from stack.state import PROJECT

SERVICES = ("billing", "customer", "gateway", "invoice", "notify", "receipt")


def _lone_copy(service: str, folder: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "shared", folder / "shared", ignore=ignore)
    (folder / "services").mkdir()
    shutil.copy(PROJECT / "services" / "__init__.py", folder / "services")
    shutil.copytree(PROJECT / "services" / service, folder / "services" / service, ignore=ignore)


async def _ready(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_starts_with_the_other_services_absent(
    service: str,
    tmp_path: Path,
    amqp_url: str,
    namespace: str,
    database: Callable[..., Awaitable[str]],
) -> None:
    _lone_copy(service, tmp_path)
    port = free_ports(1)[0]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("THUNGAN_", "PYTHONPATH"))},
        "THUNGAN_ENVIRONMENT": "development",
        "THUNGAN_NAMESPACE": namespace,
        "THUNGAN_AMQP_URL": amqp_url,
        "THUNGAN_DATABASE_URL": await database(),
        "THUNGAN_HTTP_PORT": str(port),
        "THUNGAN_SMS_FOLDER": str(tmp_path / "sms"),
        "THUNGAN_RECEIPT_KEYS_FOLDER": str(tmp_path / "keys"),
        "THUNGAN_RECEIPT_WITNESS_FOLDER": str(tmp_path / "witness"),
        "THUNGAN_INVOICE_KEY_FOLDER": str(tmp_path / "invoice-key"),
    }
    if service == "invoice":
        make_development_key(tmp_path / "invoice-key", now())
    log = tmp_path / "log"
    with log.open("wb") as output:
        for command in ("migrate", "serve"):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"services.{service}",
                command,
                cwd=tmp_path,
                env=environment,
                stdout=output,
                stderr=output,
            )
            if command == "migrate":
                assert await process.wait() == 0, log.read_text()
        try:
            await wait_until(
                lambda: _ready(f"http://127.0.0.1:{port}"), 60, every=0.1, message=f"{service} is not ready"
            )
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0, log.read_text()
