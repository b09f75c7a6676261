"""What a number can opt out of. Pure."""

from services.notify.domain.kinds import Kind
from shared.problems import InvalidRequest


class UnknownKind(InvalidRequest):
    """There is no such kind of message, or it was named where everything stops."""

    slug = "unknown-message-kind"
    title = "Unknown kind of message"
    usual_detail = "Loại tin nhắn không đúng."


def require_kind(kind: str | None, *, wrong_number: bool) -> Kind | None:
    """Return the kind of message that a number opts out of; None for all. Raises :class:`UnknownKind`."""
    if kind is None:
        return None
    if wrong_number or kind not in set(Kind):
        raise UnknownKind(facts={"kind": kind, "kinds": [one.value for one in Kind]})
    return Kind(kind)
