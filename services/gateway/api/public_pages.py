"""What pages that anybody may open share: language, headers, and what is shown while nothing answers."""

from pydantic import ConfigDict, Field

from services.gateway.edge.operation import Answer
from services.gateway.edge.types import Incoming
from shared.contracts.common import Language
from shared.problems import Problem
from shared.public_page import PUBLIC_PAGE_HEADERS

PUBLIC_TAG = "public"

HEADERS = {name: value for name, value in PUBLIC_PAGE_HEADERS.items() if name != "Content-Type"}


class PageQuery(Incoming):
    """The language of a page: Vietnamese, whatever the browser prefers, unless the reader switches.

    Chats and search engines add parameters of their own to a link: they are no reason to refuse a page.
    """

    model_config = ConfigDict(extra="ignore")

    lang: str = Field(default="vi", description="`en` for English; anything else is Vietnamese.")

    @property
    def language(self) -> Language:
        """The language of the page."""
        return Language.ENGLISH if self.lang.lower() == "en" else Language.VIETNAMESE


def as_page(html: str, status: int | None = None) -> Answer:
    """Return a page as an answer."""
    return Answer(
        content=html.encode(), content_type=PUBLIC_PAGE_HEADERS["Content-Type"], headers=HEADERS, status=status
    )


def as_unavailable(html: str, problem: Problem) -> Answer:
    """Return the page that is shown while the service behind it does not answer."""
    return Answer(
        status=problem.status,
        content=html.encode(),
        content_type=PUBLIC_PAGE_HEADERS["Content-Type"],
        headers={**HEADERS, "Retry-After": "10"},
    )
