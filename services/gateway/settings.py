"""Settings of the gateway; environment variables start with ``THUNGAN_``."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from shared.banks import require_known_bank
from shared.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """What ops can tune; times are in seconds."""

    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """Where ``/metrics`` is served: never on the port of the API, which everybody reaches. 0 picks a free port."""

    enrolment_code_lifetime: int = Field(default=900, ge=30, le=86_400)
    """How long a one-time enrolment code can be used."""

    enrolment_failures_per_minute: int = Field(default=10, ge=1, le=10_000)
    """Wrong enrolment codes that one network address may try in a minute, over all copies of the gateway."""

    wrong_tokens_per_minute: int = Field(default=60, ge=1, le=1_000_000)
    """Unknown tokens that one network address may send in a minute, over all copies of the gateway; more are answered
    429. Devices that are known go on, whoever shares their address."""

    counting_lease: int = Field(default=60, ge=5, le=600)
    """For how long a phone that is about to count a customer's money is named to others, unless it asks again."""

    session_idle_end: int = Field(default=1800, ge=60, le=86_400)
    """The session of a person of the office ends when nothing was done in it for so long."""

    session_end: int = Field(default=43_200, ge=300, le=7 * 86_400)
    """The session of a person of the office ends so long after the sign-in, whatever is done in it."""

    first_sign_in_code_lifetime: int = Field(default=86_400, ge=300, le=30 * 86_400)
    """How long the one-time code of a first sign-in, or of one after a password was reset, can be used."""

    sign_in_failures_of_name: int = Field(default=5, ge=1, le=10_000)
    """Wrong passwords that may be tried for one name in a minute, over all copies of the gateway."""

    sign_in_failures_of_address: int = Field(default=30, ge=1, le=10_000)
    """Wrong passwords that one network address may try in a minute, over all copies of the gateway."""

    requests_per_second: float = Field(default=100, gt=0)
    """Requests that one device may make a second on average."""

    request_burst: int = Field(default=500, ge=1)
    """Requests that one device may make at once after a pause."""

    public_requests_per_second: float = Field(default=50, gt=0)
    """Requests without a token that one network address may make a second on average."""

    public_request_burst: int = Field(default=500, ge=1)

    report_requests_per_second: float = Field(default=500, gt=0)
    """Requests to addresses for delivery reports that one network address may make a second on average."""

    report_request_burst: int = Field(default=2000, ge=1)

    trust_forwarded_for: bool = False
    """The same as one proxy hop; kept for installations that set it."""

    proxy_hops: int = Field(default=0, ge=0, le=10)
    """So many proxies of ours stand before the gateway, each of which adds an entry to ``X-Forwarded-For``; that of
    the outermost one is the caller's address. 0 takes the peer's own, whatever the header says."""

    header_timeout: float = Field(default=10, gt=0, le=120)
    """How long the headers of a request may take to come; and how long a new connection may be silent."""

    body_timeout: float = Field(default=10, gt=0, le=120)
    """How long a body may take to come."""

    idle_timeout: float = Field(default=75, gt=0, le=3600)
    """How long a connection may be silent between two requests; longer than a proxy keeps it."""

    write_timeout: float = Field(default=20, gt=0, le=120)
    """A peer that takes nothing of what waits for it within this time is cut off; longer than ``send_timeout``."""

    connections_per_address: int = Field(default=1000, ge=1)
    """Connections that one network address may hold; more are refused (429) before anything of them is read. Behind
    proxies all connections are the proxy's: there it bounds the streams of each caller alone."""

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

    stream_opens_per_second: float = Field(default=50, gt=0)
    """New WebSockets that one network address may open a second on average; more are refused (429)."""

    stream_open_burst: int = Field(default=500, ge=1)
    """New WebSockets that one network address may open at once: an office, or a carrier's address of many phones."""

    stream_opens_per_device: int = Field(default=60, ge=1)
    """Streams that one device may open in a minute; more are closed (4102) and come back later."""

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

    document_retention: float = Field(default=400 * 86_400, ge=31 * 86_400)
    """How long at least what was on a paper is kept, by the month in which it was queued; its job itself stays."""

    feed_limit: int = Field(default=1000, ge=10)
    """A phone that is further behind than this reads everything afresh."""

    drain_batch: int = Field(default=200, ge=1)
    drain_pause: float = Field(default=0.05, ge=0)
    """At shutdown sockets are closed in batches, so that phones do not all come back at once."""

    receipt_bank_bin: Annotated[str, AfterValidator(require_known_bank)] = ""
    receipt_bank_account: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,19}$")
    receipt_bank_account_name: str = Field(default="", max_length=60)
    """Account for transfers, as the phone app shows it; the same variables as those of the receipt service, which
    prints it on notices. Without BIN or account the app offers no transfers."""

    approval_limits_file: Path = Path(__file__).parent / "approvals" / "limits.yaml"
    """What one person of the office does alone, by unit and day; above that another one approves."""

    bank_webhooks: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None
    """File that names who may tell of money on the utility's bank accounts, and how that is proven; None: nobody."""

    partner_signature_age: int = Field(default=300, ge=30, le=3600)
    """How long before or after now a partner may have signed a request; nonces are kept as long."""

    second_factor_keys_file: Path | None = None
    """The keys that secrets of second factors and of partners are encrypted with in the database, one a line (32 bytes
    in base64), the newest first; what is stored otherwise is encrypted anew at the start. None:
    they are stored as they are."""

    web_folder: Path = Path(__file__).resolve().parents[2] / "web" / "dist"
    """The built phone app, served at ``/app/``; where there is none, ``/app/`` answers 404."""

    def retention(self) -> dict[str, timedelta]:
        """Return for how long rows of tables in partitions are kept, where that is a setting."""
        return {"print_documents": timedelta(seconds=self.document_retention)}

    @property
    def hops(self) -> int:
        """How many of our own proxies a request comes through."""
        return self.proxy_hops or int(self.trust_forwarded_for)
