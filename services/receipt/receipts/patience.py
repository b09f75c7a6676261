"""For how long a signer may be away before receipts are issued without a signature."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(slots=True)
class SignerPatience:
    """A signer that is away for a moment is waited for; one that stays away does not stop the till."""

    limit: timedelta | None = None
    """None: for ever, nothing is issued without a signature."""
    monotonic: Callable[[], float] = time.monotonic
    _away_since: float | None = None

    def signed(self) -> None:
        """Note that the signer is there."""
        self._away_since = None

    def is_over(self) -> bool:
        """Note that the signer is away, and return whether it has been for too long."""
        if self._away_since is None:
            self._away_since = self.monotonic()
        return self.limit is not None and self.monotonic() - self._away_since >= self.limit.total_seconds()
