"""The messages of every service, for faults that are done to them and for what has to have been consumed."""

from collections.abc import Mapping
from importlib import import_module

from ops.system import SERVICES
from shared.messaging import Topology

TOPOLOGIES: Mapping[str, Topology] = {
    service: import_module(f"services.{service}.topology").TOPOLOGY for service in SERVICES
}
"""By the names of services."""
