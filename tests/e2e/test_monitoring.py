"""Alert rules, dashboard and documents speak of the metrics that running services really have."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import promql_parser
import pytest
import yaml

from ops.system import SERVICES
from stack.services import LocalSystem
from stack.state import PROJECT

ALERTS = PROJECT / "ops" / "monitoring" / "alerts.yaml"
DASHBOARD = PROJECT / "ops" / "monitoring" / "dashboard.json"
RUNBOOK = PROJECT / "docs" / "runbooks" / "alerts.md"
DOCUMENT = PROJECT / "docs" / "monitoring.md"

_METRIC = re.compile(r"\bthungan_[a-z_]+\b")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def dashboard_expressions() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def documented() -> dict[str, set[str]]:
    """Return the metrics of the document's tables with their labels."""
    rows = re.findall(r"^\| `(thungan_[a-z_]+)` \| ([a-z, ]*) ?\|", DOCUMENT.read_text(), re.MULTILINE)
    return {name: {label for label in labels.replace(" ", "").split(",") if label} for name, labels in rows}


@pytest.fixture(scope="module")
def shown() -> Iterator[dict[str, set[str]]]:
    """Sample names on /metrics of all services, each with the labels that it has there."""
    found: dict[str, set[str]] = {}
    with LocalSystem(f"monitoring_{uuid4().hex[:8]}", keep=False) as system:
        for service in SERVICES:
            with urlopen(f"{system.metrics_url(service)}/metrics", timeout=10) as answer:  # noqa: S310 - our own
                text: str = answer.read().decode()
            for name, labels in re.findall(r"^(thungan_[a-z_]+)(?:\{(.*)\})? ", text, re.MULTILINE):
                found.setdefault(name, set()).update(re.findall(r'([a-z]+)="', labels))
            # A family that has no line yet (no SMS was ever sent) is announced all the same.
            for name, kind in re.findall(r"^# TYPE (thungan_[a-z_]+) (\w+)", text, re.MULTILINE):
                found.setdefault(name, set())
                if kind == "histogram":
                    found.setdefault(f"{name}_bucket", set())
        yield found


@pytest.mark.timeout(240)
def test_every_metric_that_an_alert_names_is_on_a_running_service(shown: dict[str, set[str]]) -> None:
    named = {metric for rule in rules() for metric in _METRIC.findall(rule["expr"])}

    assert named
    assert named <= shown.keys()


def test_every_metric_on_the_dashboard_is_on_a_running_service(shown: dict[str, set[str]]) -> None:
    named = {metric for expression in dashboard_expressions() for metric in _METRIC.findall(expression)}

    assert named
    assert named <= shown.keys()


def test_the_document_lists_every_metric_with_its_labels_and_nothing_else(shown: dict[str, set[str]]) -> None:
    families = {
        name: labels - {"le"}
        for name, labels in shown.items()
        if not name.endswith(("_created", "_sum", "_count", "_bucket"))
    }
    assert documented().keys() == families.keys()
    for name, labels in families.items():
        assert labels <= documented()[name], name
    # What is read again and again by alerts has exactly the labels that the document promises.
    for name in ("thungan_bus_consumed_total", "thungan_bus_outbox_lag_seconds", "thungan_check_ok"):
        assert families[name] == documented()[name]


def test_every_expression_can_be_read_by_prometheus() -> None:
    for expression in (*(rule["expr"] for rule in rules()), *dashboard_expressions()):
        promql_parser.parse(expression)


def test_every_alert_has_its_paragraph_in_the_runbook_and_the_other_way_round() -> None:
    headings = re.findall(r"^### (\w+)$", RUNBOOK.read_text(), re.MULTILINE)

    assert [rule["alert"] for rule in rules()] == headings
    for rule in rules():
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert (PROJECT / path, anchor) == (RUNBOOK, rule["alert"].lower())
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_the_runbook_says_for_each_alert_whether_it_wakes_somebody() -> None:
    documented = dict(re.findall(r"^### (\w+)\n\n\*(Page|Ticket)\.\*", RUNBOOK.read_text(), re.MULTILINE))

    assert documented == {rule["alert"]: rule["labels"]["severity"].capitalize() for rule in rules()}
