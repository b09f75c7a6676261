"""A request names its actor, and only whoever may act for that actor is believed."""

import pytest

from shared.contracts.actor import Actor, ActorKind, Proof, service_actor
from shared.messaging.context import Context
from shared.messaging.senders import ActorNotProven, Senders, account_in

CASHIER = Actor(kind=ActorKind.DEVICE, id="d-1", reference="cashier", proven_by=Proof.TOKEN)
PARTNER = Actor(kind=ActorKind.PARTNER, id="d-2", reference="collection_point:BD01", proven_by=Proof.TOKEN)
OPERATOR = Actor(kind=ActorKind.COMMAND_LINE, id="lan@office", proven_by=Proof.LOGIN)

SEPARATE = Senders("thungan", "billing", "thungan-billing")
SHARED = Senders("thungan", "billing", "guest")


def request_of(actor: Actor | None, sender: str = "gateway") -> Context:
    return Context(correlation_id="c", actor=actor, sender=sender)


@pytest.mark.parametrize(
    ("actor", "account"),
    [
        (CASHIER, "thungan-gateway"),
        (PARTNER, "thungan-gateway"),
        (OPERATOR, "admin"),
        (service_actor("notify"), "thungan-notify"),
    ],
)
def test_an_account_names_the_actors_that_it_can_prove(actor: Actor, account: str) -> None:
    assert SEPARATE.proven(request_of(actor), account).actor == actor


@pytest.mark.parametrize(
    ("actor", "account"),
    [
        (CASHIER, "admin"),
        (CASHIER, "thungan-notify"),
        (PARTNER, "admin"),
        (CASHIER, None),
        (OPERATOR, "thungan-gateway"),
        (service_actor("billing"), "thungan-gateway"),
        (service_actor("billing"), "admin"),
    ],
)
def test_an_account_cannot_act_for_somebody_else(actor: Actor, account: str | None) -> None:
    with pytest.raises(ActorNotProven):
        SEPARATE.proven(request_of(actor), account)


def test_a_sender_that_names_nobody_is_the_actor_itself() -> None:
    assert SEPARATE.proven(request_of(None, "notify"), "thungan-notify").actor == service_actor("notify")
    by_hand = SEPARATE.proven(request_of(None, "rabbitmqadmin"), "admin").actor
    assert by_hand is not None
    assert (by_hand.kind, by_hand.reference, by_hand.proven_by) == (ActorKind.COMMAND_LINE, "admin", Proof.ACCOUNT)


def test_a_request_of_a_version_before_has_no_actor_and_is_answered() -> None:
    assert SEPARATE.proven(request_of(None), None).actor is None


def test_where_all_share_one_account_the_named_actor_is_believed() -> None:
    assert SHARED.proven(request_of(CASHIER), "guest").actor == CASHIER


def test_the_account_is_read_from_the_address() -> None:
    assert account_in("amqp://thungan-billing:p%40ss@rabbit/") == "thungan-billing"
    assert account_in("amqp://a%2Fb:x@rabbit/") == "a/b"
    assert account_in("amqp://rabbit/") is None
