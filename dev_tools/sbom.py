"""``./dev sbom``: what the images are made of besides our own code, as CycloneDX."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from dev_tools.console import DevError, report, run_logged
from dev_tools.node import find_node
from dev_tools.side_environments import side_environment
from dev_tools.web_app import WEB
from stack.state import PROJECT, installation_folder

SERVICES_FILE = "services.cdx.json"
WEB_FILE = "web.cdx.json"


def main(argv: Sequence[str]) -> int:
    """Write both bills of materials: of ``requirements.lock``, and of what the web apps are bundled with."""
    parser = ArgumentParser(prog="./dev sbom", description="Write the bills of materials of the services and the web.")
    parser.add_argument("folder", nargs="?", type=Path, help="where to (.local/sbom)")
    folder: Path = parser.parse_args(argv).folder or installation_folder().root / "sbom"
    folder.mkdir(parents=True, exist_ok=True)
    write_services(folder / SERVICES_FILE)
    write_web(folder / WEB_FILE)
    sys.stdout.write(f"{folder / SERVICES_FILE}\n{folder / WEB_FILE}\n")
    return 0


def write_services(file: Path) -> None:
    """Write what the services are installed with, with the hashes that pip checks. Raises :class:`DevError`."""
    programs = side_environment("sbom-venv", "requirements-sbom.lock", "what writes bills of materials")
    command = [
        *(str(programs / "cyclonedx-py"), "requirements", str(PROJECT / "requirements.lock")),
        *("--pyproject", str(PROJECT / "pyproject.toml"), "--output-reproducible"),
        *("--spec-version", "1.6", "--output-file", str(file)),
    ]
    log = installation_folder().logs / "sbom.log"
    log.unlink(missing_ok=True)
    run_logged(command, log, failure="could not write the bill of materials of the services")
    components = json.loads(file.read_text())["components"]
    report(f"{len(components)} components of the services")


def write_web(file: Path) -> None:
    """Write what the web apps are bundled with, which npm knows by itself. Raises :class:`DevError`."""
    node = find_node()
    done = subprocess.run(
        [*node.npm, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"],
        cwd=WEB,
        env=node.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise DevError("could not write the bill of materials of the web")
    file.write_bytes(done.stdout)
    report(f"{len(json.loads(done.stdout)['components'])} components of the web")
