"""How a command that has started servers ends."""

import signal


def interrupt_on_sigterm() -> None:
    """Let SIGTERM end this command as Ctrl-C does, so that it stops what it has started before it goes."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
