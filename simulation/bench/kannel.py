"""Kannel as a peer: its two programs from Debian's package, unpacked, with a spool on the disk."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from simulation.bench.bench import Bench
from simulation.bench.subjects import Subject, SubjectFailed
from stack.debian import Unavailable, unpack_packages
from stack.ports import free_ports

_PACKAGES = ("kannel", "libct4", "libhiredis0.14", "libmariadb3", "libpcre3")
_CONNECTIONS = 16
_LONGEST = 240.0

_CONFIGURATION = """\
group = core
admin-port = {admin}
smsbox-port = {smsbox}
admin-password = bench
box-allow-ip = "127.0.0.1"
log-file = "{folder}/bearerbox.log"
log-level = 3
store-type = spool
store-location = "{folder}/spool"

group = smsc
smsc = smpp
smsc-id = smsc
host = 127.0.0.1
port = {smsc}
smsc-username = kannel
smsc-password = bench
system-type = ""
transceiver-mode = true
max-pending-submits = 64
throughput = 0

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
log-file = "{folder}/smsbox.log"
log-level = 3

group = sendsms-user
username = bench
password = bench
max-messages = 3
"""


@dataclass
class Kannel:
    """A running bearerbox with its smsbox."""

    sendsms_port: int
    serial: int = 0

    @staticmethod
    def programs(bench: Bench) -> Path | None:
        """Return the folder with the unpacked programs; None where this machine offers none."""
        folder = bench.stack.folder.root / "kannel"
        if (found := folder / "usr" / "sbin" / "bearerbox").exists():
            return folder
        if bench.tiny:
            return None
        bench.report("fetching Kannel from Debian")
        try:
            unpack_packages(_PACKAGES, into=folder)
        except Unavailable as error:
            bench.report(f"{error}: rows with Kannel are left out")
            return None
        return folder if found.exists() else None

    @classmethod
    @asynccontextmanager
    async def running(cls, programs: Path, folder: Path, smsc_port: int) -> AsyncIterator[Self]:
        """Run both programs, bound to an SMSC."""
        home = folder / "kannel"
        shutil.rmtree(home, ignore_errors=True)
        (home / "spool").mkdir(parents=True)
        admin, smsbox, sendsms = free_ports(3)
        written = home / "kannel.conf"
        written.write_text(
            _CONFIGURATION.format(admin=admin, smsbox=smsbox, sendsms=sendsms, smsc=smsc_port, folder=home),
            encoding="utf-8",
        )
        libraries = _libraries(programs)
        processes = []
        try:
            for program, port in (("bearerbox", smsbox), ("smsbox", sendsms)):
                process = await asyncio.create_subprocess_exec(
                    str(programs / "usr" / "sbin" / program),
                    str(written),
                    cwd=home,
                    env={"LD_LIBRARY_PATH": libraries, "PATH": "/usr/bin:/bin"},
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                )
                processes.append(process)
                await _until_listening(port, process)
            yield cls(sendsms)
        finally:
            for process in reversed(processes):
                if process.returncode is None:
                    process.terminate()
                try:
                    async with asyncio.timeout(10):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()

    async def measure(self, count: int, smsc: Subject) -> float:
        """Give it so many SMS; return the seconds from the first that the SMSC has to the last."""
        numbers = iter(range(count))
        before = await _accepted(smsc)

        async def feed() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.sendsms_port)
            try:
                for _ in numbers:
                    self.serial += 1
                    path = (
                        f"/cgi-bin/sendsms?username=bench&password=bench&to=%2B84953{self.serial % 1_000_000:06d}"
                        "&from=DIENLUC&text=DL+Ca+Mau+TB:+KH+PB14010012345+no+tien+dien+871.020d."
                        "+Xin+thanh+toan+truoc+25/11.+LH+0951000001"
                    )
                    writer.write(f"GET {path} HTTP/1.1\r\nHost: kannel\r\n\r\n".encode())
                    head = await reader.readuntil(b"\r\n\r\n")
                    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                    await reader.readexactly(int(lengths[0].split(b":")[1]) if lengths else 0)
                    if b" 202 " not in head.split(b"\r\n")[0]:
                        raise SubjectFailed(f"Kannel refuses: {head[:100]!r}")
            finally:
                writer.close()

        started = time.perf_counter()
        await asyncio.gather(*(feed() for _ in range(_CONNECTIONS)))
        async with asyncio.timeout(_LONGEST):
            while await _accepted(smsc) - before < count:  # noqa: ASYNC110 - it is in another process
                await asyncio.sleep(0.02)
        return time.perf_counter() - started


def _libraries(programs: Path) -> str:
    return ":".join(sorted({str(found.parent) for found in programs.glob("**/lib*.so*")}))


async def _accepted(smsc: Subject) -> int:
    return int((await smsc.ask(command="state")).get("accepted", 0))


async def _until_listening(port: int, process: asyncio.subprocess.Process) -> None:
    for _ in range(300):
        if process.returncode is not None:
            raise SubjectFailed(f"Kannel has ended with {process.returncode}")
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise SubjectFailed("Kannel does not listen")
