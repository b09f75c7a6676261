"""The bills of materials name what is installed, and nothing else."""

import json
import re
from pathlib import Path

from dev_tools.sbom import write_services, write_web
from stack.state import PROJECT


def test_the_bill_of_the_services_has_each_package_of_the_lock_with_its_version_and_hashes(tmp_path: Path) -> None:
    locked = set(re.findall(r"^([\w.-]+)==([\w.+]+)", (PROJECT / "requirements.lock").read_text(), re.MULTILINE))

    write_services(tmp_path / "services.json")

    bill = json.loads((tmp_path / "services.json").read_text())
    assert {(each["name"], each["version"]) for each in bill["components"]} == locked
    assert bill["metadata"]["component"]["name"] == "thungan"
    assert all(each["externalReferences"][0]["hashes"] for each in bill["components"])


def test_the_bill_of_the_web_has_what_the_apps_are_bundled_with(tmp_path: Path) -> None:
    bundled = json.loads((PROJECT / "web" / "package.json").read_text())["dependencies"]

    write_web(tmp_path / "web.json")

    bill = json.loads((tmp_path / "web.json").read_text())
    assert bundled.items() <= {each["name"]: each["version"] for each in bill["components"]}.items()
