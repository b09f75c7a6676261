"""The frames of the stream: JSON text, distinguished by ``type``."""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter

from services.gateway.edge.types import Id, Incoming, Outgoing, PrinterId
from shared.contracts.common import PaymentMethod
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.notify import CutOrderKind, CutOrderState
from shared.contracts.receipt import PaperKind
from shared.printing import Document

MAX_FRAME_BYTES = 64 * 1024


class CloseCode(IntEnum):
    """Why the gateway closes. 4000–4099: do not reconnect; 4100–4199: reconnect after a second or more."""

    SERVICE_RESTART = 1012
    REPLACED = 4001
    PROTOCOL_ERROR = 4002
    REVOKED = 4003
    TOO_SLOW = 4100
    NO_HELLO = 4101
    TRY_LATER = 4102
    COLLECTOR_LEFT = 4103


CLOSE_CODES = {
    CloseCode.SERVICE_RESTART: "This copy of the gateway stops: reconnect, spread over some seconds.",
    CloseCode.REPLACED: "The device has opened another stream: do not reconnect this one.",
    CloseCode.PROTOCOL_ERROR: "A frame could not be understood: do not reconnect before the app is updated.",
    CloseCode.REVOKED: "The token is unknown or the device was revoked: lock, wipe, do not reconnect.",
    CloseCode.TOO_SLOW: "The phone has read nothing for too long: reconnect after a second or more.",
    CloseCode.NO_HELLO: "No `hello` came in time: reconnect after a second or more.",
    CloseCode.TRY_LATER: "The gateway cannot do its work at the moment: reconnect with growing pauses.",
    CloseCode.COLLECTOR_LEFT: (
        "The collector does not work any more: send what happened before, wipe nothing, reconnect with growing pauses."
    ),
}

Attempt = Annotated[int, Field(ge=1, le=10**6)]


class Hello(Incoming):
    """The first frame, within ten seconds."""

    type: Literal["hello"]
    token: Annotated[str, Field(min_length=1, max_length=200)]
    app_version: Annotated[str, StringConstraints(max_length=40, pattern=r"^[ -~]*$")] = ""
    epoch: Id | None = Field(default=None, description="From the last `welcome`.")
    last_seq: Annotated[int, Field(ge=0, le=10**15)] | None = Field(
        default=None, description="The greatest `seq` of an account update that the phone has stored."
    )
    holding: Annotated[list[Id], Field(max_length=500)] = Field(
        default=[], description="Jobs that the phone keeps and has no acknowledged result of."
    )
    content: Literal["document", "escpos"] = "document"
    printer_id: PrinterId | None = Field(
        default=None, description="For `escpos`: the printer whose stored profile the bytes are made for."
    )


class Accepted(Incoming):
    """The job is stored on the phone. Print it only after `confirmed`."""

    type: Literal["accepted"]
    job_id: Id
    attempt: Attempt


class Printing(Incoming):
    """The first byte is about to be sent: from here on the document may be printed."""

    type: Literal["printing"]
    job_id: Id
    attempt: Attempt
    at_once: bool = Field(
        default=False,
        description="In place of `accepted`, while the printer is idle: the job is stored. Print it only after"
        " `acknowledged` with `printing`. Only where `welcome.print_at_once` is true.",
    )


class Result(Incoming):
    """An attempt's result; repeat it until `acknowledged`. `failed` and `held`: nothing has reached the printer."""

    type: Literal["result"]
    job_id: Id
    attempt: Attempt
    state: Literal["printed", "failed", "unconfirmed", "held", "expired", "cancelled"]
    cause: PrintJobCause | None = None


class Battery(Incoming):
    """How full the phone's battery is. Only where `welcome.battery` is true; nothing answers it."""

    type: Literal["battery"]
    percent: Annotated[int, Field(ge=0, le=100)]
    charging: bool


AnyFromPhone = Hello | Accepted | Printing | Result | Battery
FromPhone = Annotated[AnyFromPhone, Field(discriminator="type")]
from_phone: TypeAdapter[AnyFromPhone] = TypeAdapter(FromPhone)


class Welcome(Outgoing):
    """The stream is open."""

    type: Literal["welcome"] = "welcome"
    device_id: UUID
    epoch: UUID
    seq: int = Field(description="Account updates follow from here.")
    refresh: bool = Field(description="Updates may be missing: read route and accounts afresh.")
    heartbeat: float = Field(
        description="Seconds between signs of life (pings, `heartbeat` frames); silence for twice as long: reconnect."
    )
    heartbeat_frames: bool = Field(
        default=True, description="`heartbeat` frames are sent: for phones that cannot see pings, such as browsers."
    )
    max_inflight: int
    print_at_once: bool = Field(
        default=True, description="`printing` with `at_once` is understood, in place of `accepted` and `printing`."
    )
    battery: bool = Field(
        default=True,
        description="`battery` is understood: send it after the `welcome`, and when it changes, at most each minute.",
    )
    now: datetime = Field(description="The gateway's clock, for phones whose own is wrong.")


class Heartbeat(Outgoing):
    """Nothing else has been sent for `welcome.heartbeat` seconds, and the connection is alive."""

    type: Literal["heartbeat"] = "heartbeat"


class Job(Outgoing):
    """A document to print. A repeated offer of the same attempt is the same document."""

    type: Literal["job"] = "job"
    seq: int = Field(description="Order of making on this device.")
    job_id: UUID
    attempt: int
    kind: PaperKind
    priority: int = Field(description="The smaller is printed first.")
    summary: str
    not_after: datetime | None = None
    copy_number: int
    customer_code: str | None = None
    receipt_id: UUID | None = None
    payment_id: UUID | None = None
    visit_id: UUID | None = None
    document: Document | None = None
    escpos: str | None = Field(default=None, description="Bytes for the printer, base64, for `content: escpos`.")


class Confirmed(Outgoing):
    """The gateway knows that the phone has the job: print it."""

    type: Literal["confirmed"] = "confirmed"
    job_id: UUID
    attempt: int


class Withdrawn(Outgoing):
    """The job is not to be printed any more: forget it, unless a result of it is still to be reported."""

    type: Literal["withdrawn"] = "withdrawn"
    job_id: UUID
    state: PrintJobState
    cause: PrintJobCause | None = Field(
        default=None, description="Why; for `cancelled`, how the document stopped being true."
    )


class Acknowledged(Outgoing):
    """The answer to `printing` and `result`: the state in effect."""

    type: Literal["acknowledged"] = "acknowledged"
    job_id: UUID
    attempt: int
    state: PrintJobState
    cause: PrintJobCause | None = None


class PaymentSummary(Outgoing):
    """Where, when and how something was paid."""

    payment_id: UUID
    amount: int
    method: PaymentMethod
    received_at: datetime
    collector_code: str | None = None
    collection_point_code: str | None = None
    where: str = Field(description="For the screen: the collection point's name, or who has taken the money.")


class AccountUpdate(Outgoing):
    """A customer's account has changed."""

    type: Literal["account"] = "account"
    seq: int
    what: Literal["payment.recorded", "payment.reversed", "bill.issued", "bill.corrected"]
    customer_code: str
    version: int = Field(description="Of the account; ignore what is not greater than what you have.")
    debt: int
    credit: int
    open_bills: int
    bill_id: UUID | None = None
    payment: PaymentSummary | None = None
    reason: str | None = Field(default=None, description="For `payment.reversed`: why.")
    to_give_back: int | None = Field(
        default=None, description="For `payment.reversed`: cash that the collector gives back to the customer, đồng."
    )
    paper_missing: bool | None = Field(
        default=None, description="For `payment.reversed`: the office asks for the receipt on paper."
    )


class CustomerUpdate(Outgoing):
    """A customer's facts have changed, or the customer has come to or left the collector's routes."""

    type: Literal["customer"] = "customer"
    seq: int
    customer_code: str
    version: int = Field(description="Of the customer's facts.")
    on_route: bool


class CutOrderUpdate(Outgoing):
    """An order to cut or to reconnect was given, withdrawn or carried out: read the collector's tasks afresh."""

    type: Literal["cut_order"] = "cut_order"
    seq: int
    order_id: UUID
    kind: CutOrderKind
    customer_code: str
    state: CutOrderState = Field(description="`withdrawn`: do not cut.")
    cause: str = Field(description="Why it was withdrawn, or a reconnection ordered.")
    due_by: datetime


class Refresh(Outgoing):
    """There are too many updates to send them one by one: read route and accounts afresh."""

    type: Literal["refresh"] = "refresh"
    seq: int


class Revoked(Outgoing):
    """The device is shut out; close code 4003 follows."""

    type: Literal["revoked"] = "revoked"


class ProblemFrame(Outgoing):
    """A frame was refused; the stream goes on."""

    type: Literal["problem"] = "problem"
    slug: str
    detail: str
    job_id: UUID | None = None


FROM_PHONE = (Hello, Accepted, Printing, Result, Battery)
FROM_GATEWAY = (
    Welcome,
    Heartbeat,
    Job,
    Confirmed,
    Withdrawn,
    Acknowledged,
    AccountUpdate,
    CustomerUpdate,
    CutOrderUpdate,
    Refresh,
    Revoked,
    ProblemFrame,
)


_SUMMARY = (
    "`GET /v1/stream` with a WebSocket upgrade, JSON text frames of at most 64 kB. The phone's first frame is "
    "`hello`; the token is never part of the address. See docs/api.md."
)


def described() -> str:
    """Return the stream in Markdown, for readers of the API description: OpenAPI has no words for it."""

    def table(heading: str, rows: Iterable[tuple[str, str]]) -> list[str]:
        return ["", f"| {heading} | |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in rows)]

    def frames(of: tuple[type[Incoming] | type[Outgoing], ...]) -> list[tuple[str, str]]:
        return [(frame.__name__, (frame.__doc__ or "").strip()) for frame in of]

    lines = ["## Stream", "", _SUMMARY]
    lines += table("From the phone", frames(FROM_PHONE))
    lines += table("From the gateway", frames(FROM_GATEWAY))
    lines += table("Close code", ((str(code.value), meaning) for code, meaning in CLOSE_CODES.items()))
    return "\n".join(lines)


def describe() -> dict[str, Any]:
    """Return the ``x-stream`` part of the API description."""

    def table(frames: tuple[type[Incoming] | type[Outgoing], ...]) -> list[dict[str, Any]]:
        return [
            {
                "schema": {"$ref": f"#/components/schemas/{frame.__name__}"},
                "description": (frame.__doc__ or "").strip(),
            }
            for frame in frames
        ]

    return {
        "path": "/v1/stream",
        "protocol": "websocket",
        "description": _SUMMARY,
        "from_phone": table(FROM_PHONE),
        "from_gateway": table(FROM_GATEWAY),
        "close_codes": {str(code.value): meaning for code, meaning in CLOSE_CODES.items()},
    }
