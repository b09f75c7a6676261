"""Who is at the command line, and where the records of one act contradict each other."""

from datetime import UTC, datetime

from ops.acts import contradictions
from ops.operators import operator, operator_name
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.acts import Act

CASHIER = Actor(kind=ActorKind.DEVICE, id="d-1", reference="cashier", proven_by=Proof.TOKEN)
OTHER = Actor(kind=ActorKind.DEVICE, id="d-2", reference="cashier", proven_by=Proof.TOKEN)
NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


def recorded(actor: Actor | None, answered_to: Actor | None = CASHIER) -> Act:
    return Act(what="payment.recorded", at=NOW, subject="p-1", actor=actor, answered_to=answered_to)


def issued(actor: Actor | None) -> Act:
    return Act(what="receipt.issued", at=NOW, subject="BN26-AA 1", actor=actor, facts={"payment": "p-1"})


def test_records_that_name_the_same_actor_contradict_nothing() -> None:
    assert list(contradictions([recorded(CASHIER), issued(CASHIER)])) == []


def test_what_a_version_before_recorded_contradicts_nothing() -> None:
    assert list(contradictions([recorded(None, None), issued(None)])) == []


def test_a_row_that_names_another_or_nobody_is_reported_against_the_answer_and_the_signature() -> None:
    for named in (OTHER, None):
        found = list(contradictions([recorded(named), issued(CASHIER)]))
        assert len(found) == 2
        assert all("cashier (device d-1)" in line for line in found)


def test_the_operator_is_whom_the_kernel_knows_and_the_given_name_stands_beside_it() -> None:
    plain, named = operator({}), operator({"THUNGAN_OPERATOR": "Lan", "USER": "root", "LOGNAME": "root"})
    assert plain.kind is ActorKind.COMMAND_LINE
    assert (named.id, named.proven_by) == (plain.id, Proof.LOGIN)
    assert (plain.reference, named.reference) == ("", "Lan")
    assert "@" in plain.id
    assert operator_name()
