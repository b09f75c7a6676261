"""Whoever may not reach the public registries names images and mirrors of their own, and changes no file."""

import re
from pathlib import Path

import yaml

_PROJECT = Path(__file__).resolve().parents[3]


def test_every_image_and_every_mirror_can_be_another() -> None:
    dockerfile = (_PROJECT / "Dockerfile").read_text(encoding="utf-8")
    declared = set(re.findall(r"^ARG (\w+)", dockerfile, re.MULTILINE))
    assert declared >= {"PIP_INDEX_URL", "PIP_CERT", "NPM_CONFIG_REGISTRY", "NODE_EXTRA_CA_CERTS"}
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert bases
    assert all(re.fullmatch(r"\$\{(\w+)\}", base) and base[2:-1] in declared for base in bases)
    services = yaml.safe_load((_PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert set(services["provision"]["build"]["args"]) == declared
    assert all(service["image"].startswith(("${THUNGAN_", "thungan:")) for service in services.values())
