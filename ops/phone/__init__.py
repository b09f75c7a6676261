"""A virtual phone with a virtual printer: a real HTTP and WebSocket client of the gateway's public API.

The demo, the tests and the load generator use it. It is cheap: hundreds fit into one process.
"""

from ops.phone.client import ApiClient, open_session
from ops.phone.desk import VirtualDesk
from ops.phone.phone import VirtualPhone
from ops.phone.printer import Fault, Paper, VirtualPrinter

__all__ = ["ApiClient", "Fault", "Paper", "VirtualDesk", "VirtualPhone", "VirtualPrinter", "open_session"]
