"""Settings of the gateway; environment variables start with ``THUNGAN_``."""

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """What ops can tune; times are in seconds."""

    enrolment_code_lifetime: int = Field(default=900, ge=30, le=86_400)
    """How long a one-time enrolment code can be used."""

    enrolment_failures_per_minute: int = Field(default=10, ge=1, le=10_000)
    """Wrong enrolment codes that one network address may try in a minute."""

    requests_per_second: float = Field(default=100, gt=0)
    """Requests that one device may make a second on average."""

    request_burst: int = Field(default=500, ge=1)
    """Requests that one device may make at once after a pause."""

    public_requests_per_second: float = Field(default=50, gt=0)
    """Requests without a token that one network address may make a second on average."""

    public_request_burst: int = Field(default=500, ge=1)

    trust_forwarded_for: bool = False
    """Take the caller's address from the last entry of ``X-Forwarded-For``: only behind a proxy that sets it."""

    max_body_bytes: int = Field(default=64 * 1024, ge=1024)
    request_timeout: float = Field(default=5, gt=0, le=60)
    """How long one request to another service may take."""

    http_timeout: float = Field(default=15, gt=0, le=120)
    """How long one HTTP request may take in all."""

    heartbeat: float = Field(default=25, gt=0, le=60)
    """Seconds between WebSocket pings, and between frames; carriers drop connections that are silent for a minute.
    The gateway and the phones each drop a connection that has been silent for two of them."""

    hello_timeout: float = Field(default=10, gt=0)
    send_timeout: float = Field(default=10, gt=0)
    """A phone that reads nothing for this long is closed with 4100."""

    max_in_flight: int = Field(default=2, ge=1, le=16)
    """Print jobs on their way to one phone's printer."""

    stream_opens_per_second: float = Field(default=200, gt=0)
    """New WebSockets that one copy accepts a second; more are refused (503) and come back later."""

    poll_interval: float = Field(default=30, gt=0)
    """The fallback for lost wake-ups."""

    revocation_check_interval: float = Field(default=1, gt=0)
    """How soon a revocation that was made in the database reaches an open socket."""

    presence_lease: float = Field(default=60, gt=1)
    """A copy that has not renewed its lease for this long counts as dead."""

    printing_timeout: float = Field(default=180, gt=0)
    """A job that is ``printing`` for longer becomes ``unconfirmed``; a late result still counts."""

    feed_retention: float = Field(default=3 * 86_400, ge=2 * 86_400)
    """How long account updates are kept for phones that are away."""

    feed_limit: int = Field(default=1000, ge=10)
    """A phone that is further behind than this reads everything afresh."""

    drain_batch: int = Field(default=200, ge=1)
    drain_pause: float = Field(default=0.05, ge=0)
    """At shutdown sockets are closed in batches, so that phones do not all come back at once."""

    receipt_bank_bin: str = Field(default="", pattern=r"^(970[0-9]{3})?$")
    receipt_bank_account: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,19}$")
    receipt_bank_account_name: str = Field(default="", max_length=60)
    """Account for transfers, as the phone app shows it; the same variables as those of the receipt service, which
    prints it on notices. Without BIN or account the app offers no transfers."""

    web_folder: Path = Path(__file__).resolve().parents[2] / "web" / "dist"
    """The built phone app, served at ``/app/``; where there is none, ``/app/`` answers 404."""
