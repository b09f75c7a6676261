"""Who may name whom as the actor of a request. Pure.

A request carries its actor in a header. The broker compares a message's ``user_id`` with the account of the connection
that sends it, so the receiver knows the account of the sender, and which actors that account may name: the gateway's
the devices that it knows by their tokens, a service's itself, any other account (an operator's) the command line.

Where all processes share one account (a developer's machine) there is nothing to tell them apart by.
"""

from dataclasses import replace
from urllib.parse import unquote, urlsplit

from shared.contracts.actor import Actor, ActorKind, Proof
from shared.messaging.accounts import account_name
from shared.messaging.context import Context
from shared.problems import NotAllowed

EDGE = "gateway"
"""The service that proves who a caller from outside is."""

FROM_OUTSIDE = frozenset({ActorKind.DEVICE, ActorKind.PERSON, ActorKind.PARTNER})


class ActorNotProven(NotAllowed):
    """A request names an actor that its sender may not name."""

    slug = "actor-not-proven"
    title = "The sender may not act for this actor"


def account_in(amqp_url: str) -> str | None:
    """Return the account that a broker's address holds; None where it holds none."""
    name = urlsplit(amqp_url).username
    return unquote(name) if name else None


class Senders:
    """The accounts that requests come from."""

    def __init__(self, namespace: str, service: str, own_account: str | None) -> None:
        self._namespace = namespace
        self._separate = own_account == account_name(namespace, service)

    def proven(self, context: Context, account: str | None) -> Context:
        """Return the context of a request with the actor that its sender's account proves.

        Without a named actor it is the sender itself; None for one of a version before, which sent no account.
        Raises :class:`ActorNotProven`.
        """
        actor = context.actor
        if actor is None:
            if account is None:
                return context
            return replace(context, actor=self._sender(context.sender, account))
        if self._separate and not self._may_name(actor, account):
            raise ActorNotProven(facts={"kind": actor.kind})
        return context

    def _may_name(self, actor: Actor, account: str | None) -> bool:
        if account is None:
            return False
        if actor.kind in FROM_OUTSIDE:
            return account == account_name(self._namespace, EDGE)
        if actor.kind is ActorKind.SERVICE:
            return account == account_name(self._namespace, actor.id)
        return not account.startswith(account_name(self._namespace, ""))

    def _sender(self, sender: str, account: str) -> Actor:
        is_service = account == account_name(self._namespace, sender)
        return Actor(
            kind=ActorKind.SERVICE if is_service or not self._separate else ActorKind.COMMAND_LINE,
            id=sender if is_service else (sender or account),
            reference="" if is_service else account,
            proven_by=Proof.ACCOUNT,
        )
