"""What an operation of the API is: data from which requests are dispatched and the OpenAPI description is made."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from services.gateway.domain.devices import Device, Role
from services.gateway.domain.partners import Partner
from services.gateway.domain.staff import NOBODY, StaffMember, StaffRole
from services.gateway.edge.cookies import SessionCookie
from services.gateway.edge.types import Nothing
from shared.contracts.common import Language
from shared.problems import Problem

DependenciesT = TypeVar("DependenciesT")
PathT = TypeVar("PathT", bound=BaseModel)
QueryT = TypeVar("QueryT", bound=BaseModel)
BodyT = TypeVar("BodyT")


Caller = Device | StaffMember

DEVICE = web.RequestKey("device", Device)
STAFF_MEMBER = web.RequestKey("staff_member", StaffMember)
PARTNER = web.RequestKey("partner", Partner)
"""Where a request keeps the device, person or partner that sent it, once that is known, for the access log."""


@dataclass(slots=True)
class Changes:
    """What an operation notes of its effect, for the log of what people do. Numbers, codes and names of the trade."""

    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """A request as it came, for an operation that reads nothing of it."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in small letters."""
    content_type: str
    body: bytes
    address: str
    """The caller's network address, not shortened."""


@dataclass(frozen=True, slots=True)
class Call(Generic[PathT, QueryT, BodyT]):
    """One request, checked: every member has its declared type."""

    path: PathT
    query: QueryT
    body: BodyT
    caller: Caller | Partner | None
    """The device whose token, the person whose session came with the request, or the partner that signed it; None for
    public operations."""
    idempotency_key: UUID | None
    address: str
    """The caller's network address, as it is limited: of IPv6 its /64."""
    language: Language
    accept: str
    cookie: SessionCookie
    own_page: bool = True
    """False where the browser says that a page of somebody else sent the request."""
    as_it_came: Original | None = None
    changes: Changes = field(default_factory=Changes)

    @property
    def original(self) -> Original:
        """The request as it came, of an operation that passes it on."""
        assert self.as_it_came is not None, "the operation reads its requests"  # noqa: S101 a wrong operation table
        return self.as_it_came

    @property
    def who(self) -> Caller:
        """Who calls an operation that is not public."""
        assert isinstance(self.caller, Device | StaffMember), "nobody calls it"  # noqa: S101 a wrong operation table
        return self.caller

    @property
    def device(self) -> Device:
        """The calling device of an operation that no person calls."""
        assert isinstance(self.caller, Device), "the operation is open to people"  # noqa: S101 same
        return self.caller

    @property
    def member(self) -> StaffMember:
        """The calling person of an operation that no device calls."""
        assert isinstance(self.caller, StaffMember), "the operation is open to devices"  # noqa: S101 same
        return self.caller

    @property
    def partner(self) -> Partner:
        """The partner that has signed the request of an operation for partners."""
        assert isinstance(self.caller, Partner), "the operation is for others"  # noqa: S101 same
        return self.caller

    @property
    def collector_code(self) -> str:
        """The collector of the calling device, of an operation that only collectors call."""
        code = self.who.collector_code
        assert code is not None, "only a collector's device has a collector"  # noqa: S101 a wrong operation table
        return code

    @property
    def key(self) -> UUID:
        """The Idempotency-Key of an operation that asks for one."""
        assert self.idempotency_key is not None, "the operation asks for no key"  # noqa: S101 same
        return self.idempotency_key


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with something special about it: another status, headers, or bytes instead of JSON."""

    model: BaseModel | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json"


_NOTHING: Any = Nothing

Handler = Callable[[Call[PathT, QueryT, BodyT], DependenciesT], Awaitable[BaseModel | Answer]]


@dataclass(frozen=True, slots=True)
class Operation(Generic[PathT, QueryT, BodyT, DependenciesT]):
    """One method of one path."""

    method: str
    path: str
    """A template such as ``/v1/payments/{payment_id}``; its names are the members of ``path_model``."""
    name: str
    """The operation id."""
    tag: str
    summary: str
    handler: Handler[PathT, QueryT, BodyT, DependenciesT]
    answer: type[BaseModel] | None = None
    roles: frozenset[Role] | None = None
    """Devices that may call it; None for everybody, without a token or a session."""
    staff: frozenset[StaffRole] = NOBODY
    """People that may call it, by what they do in the office."""
    partners: bool = False
    """Whether partners call it, and nobody else: with requests that they sign."""
    largest_body: int | None = None
    """Bytes of a body; None: ``max_body_bytes`` of the settings."""
    open_to_leavers: bool = False
    """Whether the phone of a collector who has left may still send what happened before; the handler checks when."""
    path_model: type[PathT] = _NOTHING
    query_model: type[QueryT] = _NOTHING
    body: Any = None
    """The model, or the union of models, of the JSON body; None for no body."""
    secret: frozenset[str] = frozenset()
    """Members of the body that no log keeps: secrets, and what a customer may want deleted one day."""
    kept: bool = False
    """Whether reading it is kept, too, of people; what changes something always is."""
    passes_on: bool = False
    """Whether query, headers and body of any kind go to the handler as they came, instead of a query and a body."""
    key: str | None = None
    """What the Idempotency-Key becomes, for example ``payment_id``; None when the operation needs none."""
    status: int = 200
    accepted: type[BaseModel] | None = None
    """What is answered with 202 where another person has to approve first; None where nobody has to."""
    problems: tuple[type[Problem] | Problem, ...] = ()
    """What may go wrong beyond what can go wrong with every operation."""
    description: str = ""
    media_types: Mapping[str, str] = field(default_factory=dict)
    """Other media types of the answer, with what they hold."""


AnyOperation = Operation[Any, Any, Any, Any]
RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

Admission = Callable[[AnyOperation, web.Request, str], Awaitable[Caller | Partner | None]]
"""Returns who calls an operation (None for a public one), given the request and the caller's address.
Raises a :class:`~shared.problems.Problem` for whoever may not call it, or calls too often."""

Work = Callable[[], Awaitable[BaseModel | Answer]]
Recorder = Callable[[AnyOperation, Call[Any, Any, Any], Work], Awaitable[BaseModel | Answer]]
"""Does the work of an operation and keeps who did it, before and after."""
