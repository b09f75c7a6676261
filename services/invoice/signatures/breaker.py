"""When what signs is left alone after it has failed, and for how long. Pure."""

from dataclasses import dataclass

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0


@dataclass
class Breaker:
    """Opens with each failure, for twice as long as the time before; closes when something was signed."""

    first_pause: float = FIRST_PAUSE
    longest_pause: float = LONGEST_PAUSE
    failures: int = 0
    """In a row."""
    open_until: float = 0.0
    """On the clock of whoever asks, in seconds."""

    def is_open(self, moment: float) -> bool:
        """Whether nothing is tried at this moment."""
        return moment < self.open_until

    def failed(self, moment: float) -> None:
        """Leave it alone for a while."""
        pause = min(self.first_pause * 2 ** min(self.failures, 10), self.longest_pause)
        self.failures += 1
        self.open_until = moment + pause

    def worked(self) -> None:
        """Begin anew."""
        self.failures = 0
        self.open_until = 0.0
