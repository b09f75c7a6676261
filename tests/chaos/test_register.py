"""What a restored backup may lose of the register, and what it must not: each rule finds what it is for."""

from dataclasses import replace

from shared.audit import AuditViolation
from simulation.chaos.register import Losses, Register, check_register

SERIES = "B26TAA"
ONE, TWO, THREE = b"one", b"two", b"three"
AT_ONE, AT_TWO, AT_THREE = (SERIES, 1), (SERIES, 2), (SERIES, 3)
BEFORE = Register({AT_ONE: ONE, AT_TWO: TWO, AT_THREE: THREE}, copies={"c1": "r1", "c2": "r2"}, emitted=frozenset("ab"))
AFTER = Register({AT_ONE: ONE}, copies={"c1": "r1"}, emitted=frozenset("a"))
RECOVERED = Register(
    {AT_ONE: ONE, AT_TWO: TWO, (SERIES, 51): b"anew"}, recovered=frozenset({TWO}), gaps=((SERIES, 2, 50),)
)
PAPERS = {ONE: AT_ONE, TWO: AT_TWO, THREE: AT_THREE}


def set_back() -> Losses:
    losses = Losses()
    losses.note(BEFORE, AFTER)
    losses.shown.add(TWO)
    return losses


def rules(losses: Losses, register: Register) -> list[str]:
    return [violation.rule for violation in check_register(PAPERS, losses, register)]


def test_what_a_restore_takes_is_known_by_what_is_there_before_and_after_it() -> None:
    losses = set_back()
    assert (losses.receipts, losses.copies, losses.emitted) == ({TWO: AT_TWO, THREE: AT_THREE}, {"c2": "r2"}, {"b"})


def test_a_paper_is_in_the_register_again_or_its_number_is_declared_lost() -> None:
    assert rules(set_back(), RECOVERED) == []
    assert rules(set_back(), replace(RECOVERED, gaps=((SERIES, 2, 2), (SERIES, 4, 50)))) == [
        "what is on paper is in the register, or lost by name"
    ]


def test_a_number_that_was_signed_again_for_somebody_else_is_found() -> None:
    again = replace(RECOVERED, receipts={**RECOVERED.receipts, AT_THREE: b"another"})
    assert rules(set_back(), again) == ["no number is signed twice"]


def test_a_receipt_that_was_shown_and_is_not_its_payments_again_is_found() -> None:
    rule = "a receipt that its customer shows is recovered"
    assert rules(set_back(), replace(RECOVERED, recovered=frozenset())) == [rule]
    elsewhere = {AT_ONE: ONE, (SERIES, 51): b"anew", (SERIES, 52): b"of the second payment"}
    assert rules(set_back(), replace(RECOVERED, receipts=elsewhere)) == [rule]


def test_only_a_copy_that_a_restore_took_explains_that_nobody_has_counted_it() -> None:
    uncounted = AuditViolation("between", "each printed copy is counted", "r2", "queued, and never counted")
    assert set_back().explain(uncounted)
    assert not set_back().explain(replace(uncounted, subject="r1"))
    assert not set_back().explain(replace(uncounted, rule="chain"))
