"""Writes the services' accounts on the broker as resources of RabbitMQ's topology operator for Kubernetes.

``python -m dev_tools.broker_accounts`` after a topology has changed; a contract test compares.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from ops.broker_accounts import rights
from ops.system import DEFAULT_NAMESPACE
from stack.state import PROJECT

FILE = PROJECT / "deploy" / "kubernetes" / "components" / "rabbitmq-operator" / "accounts.yaml"
_API = "rabbitmq.com/v1beta1"
_CLUSTER = {"name": "rabbitmq"}
_HEAD = """\
# Written by `python -m dev_tools.broker_accounts`. Each account has a secret `broker-ACCOUNT`: `username`, `password`.
"""


def accounts() -> str:
    """Return the file: for each service an account, and what it may do."""
    return _HEAD + yaml.safe_dump_all(_resources(), sort_keys=False, width=1000)


def _resources() -> Iterator[dict[str, Any]]:
    yield _user(DEFAULT_NAMESPACE)
    yield _resource("Permission", DEFAULT_NAMESPACE, permissions=dict.fromkeys(("configure", "write", "read"), ".*"))
    for one in rights(DEFAULT_NAMESPACE):
        yield _user(one.account)
        permissions = {"configure": one.configure, "write": one.write, "read": one.read}
        yield _resource("Permission", one.account, permissions=permissions)
        topics = {"exchange": one.events_exchange, "write": one.emits, "read": one.consumes}
        yield _resource("TopicPermission", one.account, permissions=topics)


def _user(account: str) -> dict[str, Any]:
    return {
        "apiVersion": _API,
        "kind": "User",
        "metadata": {"name": account},
        "spec": {"importCredentialsSecret": {"name": f"broker-{account}"}, "rabbitmqClusterReference": _CLUSTER},
    }


def _resource(kind: str, account: str, *, permissions: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": _API,
        "kind": kind,
        "metadata": {"name": account},
        "spec": {
            "vhost": "/",
            "userReference": {"name": account},
            "permissions": permissions,
            "rabbitmqClusterReference": dict(_CLUSTER),
        },
    }


if __name__ == "__main__":
    FILE.write_text(accounts(), encoding="utf-8")
