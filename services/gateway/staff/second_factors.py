"""One-time codes of an authenticator app (TOTP, RFC 6238). Pure."""

from datetime import datetime
from hmac import compare_digest

import pyotp

SECONDS = 30
_STEPS = (0, -1, 1)
"""A phone's clock may be off by one step."""


def new_secret() -> str:
    """Return a new secret, as an authenticator app reads it."""
    return pyotp.random_base32()


def uri_of(secret: str, login_name: str, issuer: str) -> str:
    """Return the address that an authenticator app scans."""
    return pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=login_name, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is; None for a wrong one."""
    totp = pyotp.TOTP(secret, interval=SECONDS)
    present = int(now.timestamp()) // SECONDS
    found = None
    for step in (present + away for away in _STEPS):
        if compare_digest(totp.generate_otp(step), code) and found is None:
            found = step
    return found
