"""Errors that a caller is meant to understand: one stable slug each, the same over HTTP (RFC 9457) and over the bus."""

from collections.abc import Mapping
from typing import Any

TYPE_PREFIX = "urn:thungan:problem:"
"""Prefix of the ``type`` member of problem+json; the slug follows it."""


class Problem(Exception):
    """A request was refused, or could not be served.

    It is never half done. After :class:`TimedOut`, and :class:`Unavailable` but :class:`Busy`, the caller does not
    know whether it was done; after all others it was not.

    ``slug`` is stable and machine-readable, ``status`` an HTTP status code, ``detail`` a sentence in Vietnamese for
    the person with the phone (the class's ``usual_detail`` where none is given), ``facts`` whatever the caller needs to
    act on (never secrets).
    """

    slug = "problem"
    status = 500
    title = "Something went wrong"
    usual_detail = ""

    def __init__(
        self,
        detail: str = "",
        *,
        slug: str | None = None,
        status: int | None = None,
        title: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.slug = slug or type(self).slug
        self.status = status or type(self).status
        self.title = title or type(self).title
        self.detail = detail or type(self).usual_detail
        self.facts = dict(facts or {})
        super().__init__(f"{self.slug}: {self.detail or self.title}")

    def as_dict(self) -> dict[str, Any]:
        """Return the members of an RFC 9457 problem detail object."""
        return {
            "type": TYPE_PREFIX + self.slug,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **({"facts": self.facts} if self.facts else {}),
        }

    @classmethod
    def from_dict(cls, members: Mapping[str, Any]) -> "Problem":
        """Return the problem that another process described with :meth:`as_dict`, as the class that fits its status."""
        status = int(members.get("status", 500))
        return _BY_STATUS.get(status, Problem)(
            str(members.get("detail", "")),
            slug=str(members.get("type", "problem")).removeprefix(TYPE_PREFIX),
            status=status,
            title=str(members.get("title", "")),
            facts=members.get("facts"),
        )


class InvalidRequest(Problem):
    """The request itself is wrong: it will never succeed as it is."""

    slug = "invalid-request"
    status = 422
    title = "The request is not valid"


class NotAllowed(Problem):
    """The caller is known and may not do this."""

    slug = "not-allowed"
    status = 403
    title = "Not allowed"


class NotFound(Problem):
    """What was asked for does not exist, or the caller may not see it."""

    slug = "not-found"
    status = 404
    title = "Not found"


class Conflict(Problem):
    """The request contradicts what is already recorded."""

    slug = "conflict"
    status = 409
    title = "Contradicts what is already recorded"


class SameIdOtherContent(Conflict):
    """An id that was used before came again with other content."""

    slug = "same-id-other-content"
    title = "This id was used for something else"


class Unavailable(Problem):
    """A part of the system cannot answer now; the same request may be repeated later, with the same id."""

    slug = "unavailable"
    status = 503
    title = "Temporarily unavailable"
    usual_detail = "Hệ thống tạm thời gián đoạn, vui lòng thử lại sau giây lát."


class Busy(Unavailable):
    """A part of the system has no room for the request now; nothing was done, and it may be repeated later."""

    usual_detail = "Hệ thống đang bận, vui lòng thử lại sau giây lát."


class Suspended(Unavailable):
    """This kind of work is stopped until a cause outside of the message is mended; nothing was done.

    An event stays on the retry ladder for as long as that takes and is never dead-lettered for it.
    """


class TimedOut(Unavailable):
    """No answer came before the deadline; whether it was done is unknown, so repeat it with the same id."""

    slug = "timed-out"
    status = 504
    title = "No answer in time"
    usual_detail = "Hệ thống chưa trả lời kịp, vui lòng thử lại."


class InternalError(Problem):
    """A fault of ours: it was logged and undone. The caller learns where to look, nothing else."""

    slug = "internal-error"
    status = 500
    title = "Internal error"
    usual_detail = "Có lỗi trong hệ thống, vui lòng báo cho bộ phận hỗ trợ."


_BY_STATUS: Mapping[int, type[Problem]] = {
    problem.status: problem for problem in (InvalidRequest, NotAllowed, NotFound, Conflict, Unavailable, TimedOut)
}
"""So that ``except NotFound`` means the same whether the owner is this process or another."""
