"""The cookie of a session: how it is named, read, set and cleared. Nothing else is kept in cookies."""

from dataclasses import dataclass, field
from ipaddress import ip_address

from aiohttp import web
from yarl import URL

_NAME = "thungan-session"
_SECURE_NAME = f"__Host-{_NAME}"
"""Browsers take a cookie of this name from the host itself and by HTTPS alone (RFC 6265bis): no other host of its
domain can set or replace it."""

_ATTRIBUTES = "Path=/; HttpOnly; SameSite=Strict"


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """The session cookie of a request, under the only name that counts where the request was sent to."""

    secure: bool
    values: tuple[str, ...] = field(default=(), repr=False)

    @property
    def value(self) -> str | None:
        """What the caller sent; None for nothing."""
        return self.values[0] if self.values else None

    def setting(self, token: str, seconds: int) -> str:
        """Return the header that gives the browser a session."""
        return f"{self._name}={token}; Max-Age={seconds}; {self._with}"

    def clearing(self) -> str:
        """Return the header that takes the session from the browser."""
        return f"{self._name}=; Max-Age=0; {self._with}"

    @property
    def _name(self) -> str:
        return _SECURE_NAME if self.secure else _NAME

    @property
    def _with(self) -> str:
        return f"{_ATTRIBUTES}; Secure" if self.secure else _ATTRIBUTES


def session_cookie(request: web.Request, proxy_hops: int) -> SessionCookie:
    """Return the session cookie of a request; without a value where it has none."""
    secure = proxy_hops > 0 or not (_is_loopback(request.remote or "") and _names_loopback(request.host))
    name = _SECURE_NAME if secure else _NAME
    values = []
    for line in request.headers.getall("Cookie", ()):
        for pair in line.split(";"):
            found, equals, value = pair.strip().partition("=")
            if found == name and equals:
                values.append(value)
    return SessionCookie(secure, tuple(values))


def from_own_pages(request: web.Request) -> bool:
    """Whether no browser says that a page of somebody else sent a request."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def _names_loopback(host: str) -> bool:
    try:
        name = URL.build(scheme="http", authority=host).host or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
