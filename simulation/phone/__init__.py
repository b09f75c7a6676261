"""A virtual phone with a virtual printer: a real HTTP and WebSocket client of the gateway's public API.

The demo, the tests and the load generator use it. It is cheap: hundreds fit into one process.
"""

from simulation.phone.client import ApiClient, open_session
from simulation.phone.desk import VirtualDesk
from simulation.phone.phone import VirtualPhone
from simulation.phone.printer import Fault, Printout, VirtualPrinter

__all__ = ["ApiClient", "Fault", "Printout", "VirtualDesk", "VirtualPhone", "VirtualPrinter", "open_session"]
