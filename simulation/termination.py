"""What a command that has started servers does when it is told to stop."""

import signal


def stop_when_told() -> None:
    """Let SIGTERM end this command as Ctrl-C does, so that it stops what it has started before it goes."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
