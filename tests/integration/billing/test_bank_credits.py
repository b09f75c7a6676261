"""Bank credits on a real database: taken once, booked where certain, left to a person else."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.billing.audit import audit_facts
from services.billing.handlers.keep_transfer_code import keep_transfer_code
from services.billing.handlers.match_bank_credits import match_bank_credits
from services.billing.periodic_tasks import Retention
from services.billing.store.personal_data import remove_person
from shared.contracts.actor import service_actor
from shared.contracts.billing import (
    BankCredit,
    BankCreditDetails,
    BankCreditReason,
    BankCreditsTaken,
    BankCreditState,
    DismissBankCredit,
    GetBankCredits,
    LookAtBankCredit,
    MatchBankCredit,
    SeenBankCredit,
    TakeBankCredits,
    TakenBankCredits,
)
from shared.contracts.common import PaymentMethod
from shared.contracts.gateway import TransferCodeShown
from shared.ids import new_id
from shared.messaging.context import acting
from shared.problems import NotFound, Problem
from tests.integration.billing.billing_handlers import CODE, NOW, BillingHandlers

OTHER = "PB14010012346"
STATES = list(BankCreditState)


def seen(
    source_id: str = "1", amount: int = 107_136, content: str = f"TIEN DIEN {CODE}", **others: Any
) -> SeenBankCredit:
    values: dict[str, Any] = {"account_number": "0071000123456", "transacted_at": NOW, "reference": f"FT{source_id}"}
    return SeenBankCredit(source_id=source_id, amount=amount, content=content, **values | others)


async def take(billing: BillingHandlers, *told: SeenBankCredit, source: str = "sepay") -> TakenBankCredits:
    taken: TakenBankCredits = await billing.ask(TakeBankCredits(source=source, credits=list(told)))
    await match(billing)
    return taken


async def match(billing: BillingHandlers) -> None:
    """Let billing hear of everything that was taken, as often as it was told."""
    for event in await billing.emitted("bank_credits.taken"):
        async with billing.new_work() as work:
            await match_bank_credits(
                BankCreditsTaken.model_validate(event),
                work,
                clock=billing.clock,
                rounding_rules=(),
                plausible_amounts=(),
                bank_accounts=billing.bank_accounts,
            )


async def credits_of(billing: BillingHandlers, **which: Any) -> list[BankCredit]:
    found: list[BankCredit] = (await billing.look(GetBankCredits(**{"states": STATES} | which))).credits
    return found


async def only(billing: BillingHandlers) -> BankCredit:
    [credit] = await credits_of(billing)
    return credit


async def look(billing: BillingHandlers, credit_id: UUID) -> BankCreditDetails:
    found: BankCreditDetails = await billing.ask(LookAtBankCredit(credit_id=credit_id))
    return found


async def broken(billing: BillingHandlers) -> list[str]:
    async with billing.pool.acquire() as connection:
        return [violation.rule for violation in (await audit_facts(connection)).violations]


async def test_a_credit_that_names_a_customer_clears_the_debt_and_is_told_like_any_payment(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.bill(50)
    taken = await take(billing, seen())
    credit = await only(billing)
    [event] = await billing.emitted("payment.recorded")

    assert (taken.taken, taken.known, taken.credit_ids) == (1, 0, [credit.credit_id])
    assert (credit.state, credit.customer_code, credit.matched_by) == (BankCreditState.BOOKED, CODE, "customer_code")
    assert (await billing.state()).debt == 0
    assert event["payment"]["payment_id"] == str(credit.payment_id)
    assert (event["payment"]["reference"], event["payment"]["method"]) == ("FT1", "transfer")
    assert event["payment"]["transfer_content"] == CODE  # not what the payer wrote
    assert event["actor"]["kind"] == "service"
    assert await broken(billing) == []


async def test_the_receipt_of_a_transfer_is_for_the_phone_that_showed_its_code(billing: BillingHandlers) -> None:
    await billing.customer()
    phone, reference = new_id(), f"TD {CODE} 7K3QX9PA"
    for number, days in ((1, 0), (2, 11)):
        shown = TransferCodeShown(
            transfer_id=UUID(int=number),
            customer_code=CODE,
            amount=107_136,
            reference=reference.replace("7K3QX9P", f"7K3QX9{number}"),
            device_id=phone,
            shown_at=NOW - timedelta(days=days),
        )
        async with billing.new_work() as work:
            await keep_transfer_code(shown, work)
    await take(billing, seen(content=f"MBVCB.1.{reference.replace('7K3QX9P', '7K3QX91')}.CT tu 1 toi 2"))
    await take(billing, seen("2", content=reference.replace(" ", "").replace("7K3QX9P", "7K3QX92")))
    recorded = await billing.emitted("payment.recorded")
    assert [event["device_id"] for event in recorded] == [str(phone), None]  # nobody waits for eleven days
    assert [event["payment"]["transfer_content"] for event in recorded] == [
        f"TD{CODE}7K3QX91A",
        f"TD{CODE}7K3QX92A",
    ]
    assert {credit.matched_by for credit in await credits_of(billing)} == {"reference"}


async def test_what_is_told_again_changes_nothing(billing: BillingHandlers) -> None:
    await billing.customer()
    replies = [await take(billing, seen()) for _ in range(3)]
    assert [(reply.taken, reply.known) for reply in replies] == [(1, 0), (0, 1), (0, 1)]
    assert len({reply.credit_ids[0] for reply in replies}) == 1
    assert len(await billing.emitted("payment.recorded")) == 1


async def test_one_credit_told_at_the_same_time_by_two_sources_is_one_payment(billing: BillingHandlers) -> None:
    await billing.customer()
    requests = [
        TakeBankCredits(
            source=source, credits=[seen(f"{source}-{n}", 100 + n, reference=f"FT2632400{n}") for n in range(5)]
        )
        for source in ("sepay", "casso", "sepay")
    ]
    await asyncio.gather(*(billing.ask(request) for request in requests))
    await match(billing)
    found = await credits_of(billing)
    assert sorted(credit.amount for credit in found) == [100, 101, 102, 103, 104]
    assert all(sorted(credit.sources) == ["casso", "sepay"] for credit in found)
    assert (await billing.state()).credit == 510
    assert await broken(billing) == []


async def test_two_equal_credits_of_one_source_are_two_payments(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen("1"), seen("2"))
    assert (await billing.state()).credit == 2 * 107_136


async def test_a_source_that_tells_another_amount_later_changes_nothing_and_is_shown(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen())
    reply = await take(billing, seen(amount=999))
    credit = await only(billing)
    assert (reply.taken, reply.known, reply.contradicted) == (0, 0, 1)
    assert (credit.amount, credit.contradicted) == (107_136, True)
    assert (await look(billing, credit.credit_id)).acts[-1].act == "contradicted"
    assert await broken(billing) == []


async def test_what_may_be_told_twice_is_not_booked_twice(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen())
    await take(billing, seen("row 1", content="chuyen tien", reference=""), source="statement")
    [waiting] = await credits_of(billing, states=[])
    assert waiting.reason is BankCreditReason.MAY_BE_KNOWN
    assert (await billing.state()).credit == 107_136


async def test_money_on_an_account_that_is_not_the_utilitys_waits(billing: BillingHandlers) -> None:
    await billing.customer()
    billing.bank_accounts = frozenset({"999"})
    await take(billing, seen())
    assert (await only(billing)).reason is BankCreditReason.OTHER_ACCOUNT


async def test_outgoing_money_is_noted_and_nobodys(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(outgoing=True))
    assert (await only(billing)).state is BankCreditState.OUTGOING
    assert await billing.emitted("payment.recorded") == []
    assert await broken(billing) == []


async def test_more_money_than_can_be_meant_waits(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(amount=900_000_000))
    assert (await only(billing)).reason is BankCreditReason.AMOUNT_IMPLAUSIBLE


async def test_a_transfer_that_a_cashier_has_recorded_is_that_payment(billing: BillingHandlers) -> None:
    await billing.customer()
    paid = await billing.pay(107_136, reference="FT-1")
    await take(billing, seen())
    credit = await only(billing)
    assert (credit.payment_id, credit.matched_by) == (paid.payment.payment_id, "payment")
    assert (await billing.state()).credit == 107_136
    assert await broken(billing) == []


async def test_a_reference_that_stands_for_other_money_waits(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.pay(5, reference="FT1")
    await take(billing, seen())
    assert (await only(billing)).reason is BankCreditReason.REFERENCE_RECORDED


async def test_cash_is_first_and_the_transfer_for_the_same_bill_becomes_credit(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(50)
    await billing.open_shift()
    await billing.cash(107_136, bill_ids=[account.bills[0].bill_id])
    await take(billing, seen())
    state = await billing.state()
    assert (state.debt, state.credit) == (0, 107_136)


async def test_the_transfer_is_first_and_cash_for_the_same_bill_is_refused_with_it(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(50)
    await billing.open_shift()
    await take(billing, seen())
    with pytest.raises(Problem, match="chuyển khoản") as refused:
        await billing.cash(107_136, bill_ids=[account.bills[0].bill_id])
    assert refused.value.slug == "already-paid"
    assert refused.value.facts["method"] == "transfer"


async def test_cash_and_a_transfer_at_once_clear_the_bill_once(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(50)
    await billing.open_shift()
    await billing.ask(TakeBankCredits(source="sepay", credits=[seen()]))
    cash, _ = await asyncio.gather(
        billing.cash(107_136, bill_ids=[account.bills[0].bill_id]), match(billing), return_exceptions=True
    )
    state = await billing.state()
    assert state.debt == 0
    assert state.credit == (0 if isinstance(cash, Problem) else 107_136)
    assert await broken(billing) == []


async def test_a_person_matches_a_credit_once_with_its_candidates_before(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER, name="Lê Văn Tám")
    await billing.bill(50)
    await billing.bill(50, code=OTHER)
    await take(billing, seen(content="chuyen tien dien", counter_name="LE VAN TAM"))
    credit = await only(billing)
    details = await look(billing, credit.credit_id)
    assert [(one.customer_code, one.why) for one in details.candidates] == [
        (OTHER, ["amount", "name"]),
        (CODE, ["amount"]),
    ]
    assert details.content == "chuyen tien dien"

    request = MatchBankCredit(match_id=new_id(), credit_id=credit.credit_id, customer_code=OTHER, reason="Khách báo")
    first, again = await billing.ask(request), await billing.ask(request)
    assert first == again
    assert (first.credit.state, first.credit.matched_by) == (BankCreditState.BOOKED, "person")
    assert (await billing.state(OTHER)).debt == 0
    assert len(await billing.emitted("payment.recorded")) == 1
    other = request.model_copy(update={"match_id": new_id(), "customer_code": CODE})
    with pytest.raises(Problem, match="bank-credit-settled"):
        await billing.ask(other)
    assert await broken(billing) == []


async def test_a_code_that_was_cut_is_proposed(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(content=f"TIEN DIEN {CODE[:10]}"))
    credit = await only(billing)
    [candidate] = (await look(billing, credit.credit_id)).candidates
    assert (candidate.customer_code, candidate.why) == (CODE, ["cut_code"])


async def test_what_is_dismissed_is_off_the_worklist_and_counted(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(content="lai tien gui"))
    credit = await only(billing)
    await billing.ask(DismissBankCredit(dismissal_id=new_id(), credit_id=credit.credit_id, reason="Lãi tiền gửi"))
    assert await credits_of(billing, states=[]) == []
    assert (await only(billing)).state is BankCreditState.DISMISSED
    assert await broken(billing) == []


async def test_a_reversed_payment_of_a_credit_puts_it_back_for_a_person(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    await take(billing, seen())
    booked = await only(billing)
    assert booked.payment_id is not None
    await billing.reverse(booked.payment_id)
    waiting = await only(billing)
    assert (waiting.state, waiting.reason) == (BankCreditState.UNMATCHED, BankCreditReason.REVERSED)
    assert await broken(billing) == []
    await billing.ask(
        MatchBankCredit(match_id=new_id(), credit_id=booked.credit_id, customer_code=OTHER, reason="Nhầm mã")
    )
    assert (await billing.state(OTHER)).credit == 107_136
    assert (await billing.state()).credit == 0
    assert await broken(billing) == []


async def test_whom_a_waiting_credit_names_is_told_of_until_a_person_has_settled_it(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    await take(billing, seen(content=f"{CODE} va {OTHER}"), seen("2", content="lai tien gui"))
    two, nobody = await credits_of(billing, states=[])
    await billing.ask(MatchBankCredit(match_id=new_id(), credit_id=two.credit_id, customer_code=CODE, reason="Gọi"))
    await billing.ask(DismissBankCredit(dismissal_id=new_id(), credit_id=nobody.credit_id, reason="Lãi tiền gửi"))
    told = await billing.emitted("bank_credit.waiting")
    assert [(one["credit_id"], one["is_waiting"], one["customer_codes"]) for one in told] == [
        (str(two.credit_id), True, sorted([CODE, OTHER])),
        (str(nobody.credit_id), True, []),
        (str(two.credit_id), False, []),
        (str(nobody.credit_id), False, []),
    ]


async def test_whoever_works_for_some_units_sees_what_is_booked_there_alone(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(), seen("2", content="khong ro"))
    [booked] = await credits_of(billing, unit_codes=["PB1401"])
    assert booked.customer_code == CODE
    assert await credits_of(billing, unit_codes=["PB1402"]) == []
    request = LookAtBankCredit(credit_id=booked.credit_id, unit_codes=["PB1402"])
    with pytest.raises(NotFound):
        await billing.ask(request)


async def test_a_look_at_a_credit_is_kept(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen())
    credit = await only(billing)
    await look(billing, credit.credit_id)
    [row] = await billing.pool.fetch("SELECT what, subject FROM acts")
    assert (row["what"], row["subject"]) == ("bank_credit.looked_at", str(credit.credit_id))


async def test_texts_are_deleted_after_the_credit_is_settled_and_never_before(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(raw="{}"), seen("2", content="khong ro", raw="{}"))
    [booked, waiting] = await credits_of(billing)
    rows = await billing.pool.fetch("SELECT credit_id, raw FROM credit_texts")
    assert {row["credit_id"]: row["raw"] for row in rows} == {booked.credit_id: None, waiting.credit_id: "{}"}
    retention = Retention(billing.pool, texts_kept=timedelta(days=60), clock=billing.clock)
    for days, deleted in ((59, 0), (2, 1)):
        billing.now += timedelta(days=days)
        assert await retention.delete() == deleted
    assert (await look(billing, booked.credit_id)).content is None
    assert (await look(billing, waiting.credit_id)).content == "khong ro"


async def test_the_texts_of_a_person_who_was_erased_go_at_once_and_what_waits_keeps_its_own(
    billing: BillingHandlers,
) -> None:
    code = (await billing.customer()).customer_code
    await take(billing, seen(), seen("2", content="khong ro"))
    [booked, waiting] = await credits_of(billing)
    for removed in ([("billing.bank_texts", 1)], []):
        async with billing.pool.acquire() as connection:
            found = (await remove_person(connection, code, billing.now)).removed
        assert [(one.kind, one.rows) for one in found] == removed
    assert (await look(billing, booked.credit_id)).content is None
    assert (await look(billing, waiting.credit_id)).content == "khong ro"


async def test_a_payment_that_only_says_that_it_is_a_bank_credit_is_found(billing: BillingHandlers) -> None:
    await billing.customer()
    with acting(service_actor("billing")):
        await billing.pay(1_000, method=PaymentMethod.TRANSFER, reference="FT9")
    assert await broken(billing) == ["a transfer that no cashier has recorded is a bank credit"]


async def test_a_bank_credit_whose_amount_was_changed_is_found(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen())
    await billing.pool.execute("UPDATE bank_credits SET amount = amount + 1")
    found = await broken(billing)
    assert "a booked bank credit is a transfer of its customer that stands, to the đồng" in found
    assert "bank credits are payments, what waits and what was dismissed" in found
    assert "a bank credit has been told of, with the amount that it has" in found


async def test_many_credits_at_once_are_booked_as_each_would_be_by_itself(billing: BillingHandlers) -> None:
    codes = [f"PB1401001234{n}" for n in range(5)]
    for code in codes:
        await billing.customer(code)
        await billing.bill(50, code=code)
    await billing.pay(5, code=codes[3], reference="KNOWN1")
    await billing.pay(107_136, code=codes[4], reference="KNOWN2")
    await take(
        billing,
        seen("1", content=codes[0]),
        seen("2", 7_136, content=codes[1]),
        seen("3", 100_000, content=codes[1]),
        seen("4", 200_000, content=codes[2]),
        seen("5", 900_000_000, content=codes[2]),
        seen("6", content=codes[3], reference="KNOWN-1"),
        seen("7", content=codes[4], reference="known2"),
        seen("8", content="khong ro"),
        seen("9", content=codes[0], outgoing=True),
    )
    states = [await billing.state(code) for code in codes]
    assert [(state.debt, state.credit) for state in states] == [(0, 0), (0, 0), (0, 92_864), (107_131, 0), (0, 0)]
    found = await credits_of(billing)
    assert [credit.state.value for credit in found] == [
        *("booked", "booked", "booked", "booked", "unmatched", "unmatched", "booked", "unmatched", "outgoing")
    ]
    assert [credit.matched_by for credit in found if credit.matched_by] == [*["customer_code"] * 4, "payment"]
    assert [credit.reason.value for credit in found if credit.reason] == [
        *("amount_implausible", "reference_recorded", "no_customer")
    ]
    recorded = await billing.emitted("payment.recorded")
    assert len(recorded) == 6
    first = next(event for event in recorded if event["payment"]["customer_code"] == codes[0])
    assert first["bills"][0]["open_principal"] == 99_200  # as it stood before
    assert first["account"] == states[0].model_dump(mode="json")
    assert await broken(billing) == []


async def test_a_reference_that_is_recorded_by_hand_at_the_same_time_is_one_payment(billing: BillingHandlers) -> None:
    codes = [f"PB1401001234{n}" for n in range(4)]
    for code in codes:
        await billing.customer(code)
    told = [seen(str(n), 1_000, content=code, reference=f"FT2632400{n}") for n, code in enumerate(codes)]
    await billing.ask(TakeBankCredits(source="sepay", credits=told))
    await asyncio.gather(
        match(billing),
        *(billing.pay(1_000, code=code, reference=f"FT2632400{n}") for n, code in enumerate(codes)),
        return_exceptions=True,
    )
    await match(billing)
    assert [(await billing.state(code)).credit for code in codes] == [1_000] * 4
    assert {credit.state for credit in await credits_of(billing)} == {BankCreditState.BOOKED}
    assert await broken(billing) == []


async def test_an_account_is_the_same_however_a_source_writes_it(billing: BillingHandlers) -> None:
    await billing.customer()
    billing.bank_accounts = frozenset({"0071000123456"})
    await take(billing, seen("1", reference="FT26324001"))
    await take(billing, seen("a", reference="FT26324001", account_number="0071 0001-23456"), source="casso")
    credit = await only(billing)
    assert (credit.state, credit.sources) == (BankCreditState.BOOKED, ["sepay", "casso"])
    assert (await billing.state()).credit == 107_136


async def test_an_id_that_a_source_uses_for_another_account_is_shown_and_never_lost_in_silence(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await take(billing, seen())
    reply = await take(billing, seen(account_number="999"))
    assert (reply.taken, reply.known, reply.contradicted) == (0, 0, 1)
    assert (await only(billing)).contradicted
    assert await broken(billing) == []


async def test_of_two_amounts_under_one_id_in_a_message_the_first_stands(billing: BillingHandlers) -> None:
    await billing.customer()
    reply = await take(billing, seen(amount=5), seen(amount=5), seen(amount=900))
    assert (reply.taken, reply.known, reply.contradicted) == (1, 1, 1)
    assert (await only(billing)).amount == 5
    assert await broken(billing) == []


async def test_a_code_that_a_phone_shows_for_somebody_else_books_for_whom_the_payer_named(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    reference = f"TD {CODE} 7K3QX9PA"
    shown = TransferCodeShown(
        transfer_id=new_id(),
        customer_code=OTHER,
        amount=1,
        reference=reference,
        device_id=new_id(),
        shown_at=NOW,
    )
    async with billing.new_work() as work:
        await keep_transfer_code(shown, work)
    await take(billing, seen(content=f"CT7X{reference.replace(' ', '')}9 chuyen tien", reference=""))
    assert (await billing.state(OTHER)).credit == 0
    assert (await only(billing)).customer_code in (None, CODE)


async def test_a_code_of_an_unknown_customer_keeps_no_other_credit_from_being_booked(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    reference = f"TD {OTHER} 7K3QX9PA"
    shown = TransferCodeShown(
        transfer_id=new_id(),
        customer_code=OTHER,
        amount=1,
        reference=reference,
        device_id=new_id(),
        shown_at=NOW,
    )
    async with billing.new_work() as work:
        await keep_transfer_code(shown, work)
    await take(billing, seen("1", content=reference), seen("2"))
    assert [(one.state.value, one.customer_code) for one in await credits_of(billing)] == [
        ("unmatched", None),
        ("booked", CODE),
    ]


async def test_two_sources_that_name_two_customers_tell_of_two_credits_even_with_the_same_balance(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    # The webhook has left out the first; between them, the same amount has left the account.
    await take(billing, seen("9", reference="", balance=500_000))
    first = seen("row 1", content=f"TIEN DIEN {OTHER}", reference="", balance=500_000)
    await take(billing, first, seen("row 2", reference="", balance=500_000), source="statement")
    assert [(await billing.state(code)).credit for code in (CODE, OTHER)] == [107_136, 107_136]
    assert await broken(billing) == []


async def test_a_person_books_each_credit_of_a_batch_that_the_bank_gave_one_reference(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    await take(billing, seen("1", reference="LO26324"), seen("2", content=OTHER, reference="LO26324"))
    booked, waiting = await credits_of(billing)
    assert (booked.customer_code, waiting.reason) == (CODE, BankCreditReason.REFERENCE_RECORDED)
    request = MatchBankCredit(match_id=new_id(), credit_id=waiting.credit_id, customer_code=OTHER, reason="Lệnh lô")
    await billing.ask(request)
    assert [(await billing.state(code)).credit for code in (CODE, OTHER)] == [107_136, 107_136]
    assert await broken(billing) == []


async def test_a_reference_that_a_cashier_has_recorded_for_somebody_else_is_not_booked_again_by_a_person(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    await billing.pay(107_136, code=OTHER, reference="FT1")
    await take(billing, seen())
    waiting = await only(billing)
    request = MatchBankCredit(match_id=new_id(), credit_id=waiting.credit_id, customer_code=CODE, reason="Đúng mã")
    with pytest.raises(Problem, match="reference-already-recorded"):
        await billing.ask(request)
    assert (await billing.state()).credit == 0


async def test_a_reference_that_comes_again_months_later_is_other_money(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.pay(107_136, reference="0001")
    billing.now += timedelta(days=92)
    await take(billing, seen(reference="0001", transacted_at=billing.now))
    waiting = await only(billing)
    assert waiting.reason is BankCreditReason.REFERENCE_RECORDED
    request = MatchBankCredit(match_id=new_id(), credit_id=waiting.credit_id, customer_code=CODE, reason="Số cũ")
    await billing.ask(request)
    assert (await billing.state()).credit == 2 * 107_136
    assert await broken(billing) == []


async def test_matching_and_reversing_at_once_ends_in_one_of_both_orders(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    for number in range(5):
        await take(billing, seen(str(number)))
        [booked] = await credits_of(billing, states=[BankCreditState.BOOKED], customer_code=CODE)
        assert booked.payment_id is not None
        requests = [
            MatchBankCredit(match_id=new_id(), credit_id=booked.credit_id, customer_code=OTHER, reason="Nhầm"),
            MatchBankCredit(match_id=new_id(), credit_id=booked.credit_id, customer_code=CODE, reason="Nhầm"),
        ]
        done = await asyncio.gather(
            billing.reverse(booked.payment_id), *map(billing.ask, requests), return_exceptions=True
        )
        wrong = [one for one in done if isinstance(one, BaseException) and not isinstance(one, Problem)]
        assert wrong == []
        assert await broken(billing) == []
        left = await credits_of(billing, states=[])
        for one in left:
            request = MatchBankCredit(match_id=new_id(), credit_id=one.credit_id, customer_code=OTHER, reason="Nhầm")
            await billing.ask(request)
        for one in await credits_of(billing, states=[BankCreditState.BOOKED], customer_code=CODE):
            assert one.payment_id is not None
            await billing.reverse(one.payment_id)


async def test_money_that_is_both_a_payment_and_on_the_worklist_is_found(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen())
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO credit_acts SELECT $1, credit_id, 'reopened', NULL, payment_id, '', acted_at, actor"
            " FROM credit_acts",
            new_id(),
        )
        await connection.execute(
            "UPDATE bank_credits SET state = 'unmatched', reason = 'reversed', customer_code = NULL, payment_id = NULL,"
            " matched_by = NULL, settled_at = NULL"
        )
    assert "a payment that a bank credit was booked as is that credit's as long as it stands" in await broken(billing)


async def test_of_many_people_at_once_one_settles_a_credit(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    await take(billing, seen(content="khong ro"))
    credit_id = (await only(billing)).credit_id
    matches = [
        MatchBankCredit(match_id=new_id(), credit_id=credit_id, customer_code=code, reason="Khách báo")
        for code in (CODE, OTHER) * 4
    ]
    dismissals = [DismissBankCredit(dismissal_id=new_id(), credit_id=credit_id, reason="Lãi") for _ in range(2)]
    done = await asyncio.gather(*map(billing.ask, [*matches, *dismissals]), match(billing), return_exceptions=True)
    refused = [one for one in done if isinstance(one, BaseException)]
    assert [one.slug for one in refused if isinstance(one, Problem)] == ["bank-credit-settled"] * 9
    assert len(refused) == 9
    assert await broken(billing) == []


async def test_what_was_dismissed_is_nobodys_payment_later(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(content="khong ro"))
    credit_id = (await only(billing)).credit_id
    await billing.ask(DismissBankCredit(dismissal_id=new_id(), credit_id=credit_id, reason="Lãi"))
    with pytest.raises(Problem, match="bank-credit-settled"):
        await billing.ask(
            MatchBankCredit(match_id=new_id(), credit_id=credit_id, customer_code=CODE, reason="Khách báo")
        )
    await take(billing, seen(content=CODE))
    assert (await only(billing)).state is BankCreditState.DISMISSED


async def test_whoever_works_for_some_units_settles_nothing(billing: BillingHandlers) -> None:
    await billing.customer()
    await take(billing, seen(content="khong ro"))
    credit_id = (await only(billing)).credit_id
    for request in (
        MatchBankCredit(match_id=new_id(), credit_id=credit_id, customer_code=CODE, reason="x", unit_codes=["PB1401"]),
        DismissBankCredit(dismissal_id=new_id(), credit_id=credit_id, reason="x", unit_codes=["PB1401"]),
    ):
        with pytest.raises(NotFound):
            await billing.ask(request)
    assert (await only(billing)).state is BankCreditState.UNMATCHED


_NOBODYS = "customer_code = NULL, payment_id = NULL, matched_by = NULL"
BY_HAND = {
    "dismissed": "state = 'dismissed', reason = NULL, settled_at = now() WHERE state = 'unmatched'",
    "dismissed though booked": f"state = 'dismissed', {_NOBODYS} WHERE state = 'booked'",
    "on the worklist though booked": (
        f"state = 'unmatched', reason = 'reversed', {_NOBODYS}, settled_at = NULL WHERE state = 'booked'"
    ),
    "shown as outgoing": (
        "state = 'outgoing', outgoing = true, reason = NULL, settled_at = now() WHERE state = 'unmatched'"
    ),
    "less than was told": "amount = amount - 1 WHERE state = 'unmatched'",
    "another customer's": f"customer_code = '{OTHER}' WHERE state = 'booked'",
    "decided and still new": "state = 'new', reason = NULL WHERE state = 'unmatched'",
}


@pytest.mark.parametrize("how", BY_HAND)
async def test_the_audit_finds_what_was_changed_by_hand(billing: BillingHandlers, how: str) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    await take(billing, seen("1"), seen("2", 500, content="khong ro"))
    assert await broken(billing) == []
    await billing.pool.execute(f"UPDATE bank_credits SET {BY_HAND[how]}")
    assert await broken(billing) != []


@pytest.mark.parametrize("table", ["credit_sightings", "credit_acts"])
async def test_the_audit_finds_credits_of_which_nothing_is_kept(billing: BillingHandlers, table: str) -> None:
    await billing.customer()
    await take(billing, seen())
    await billing.pool.execute(f"DELETE FROM {table}")
    assert await broken(billing) != []


async def test_the_audit_finds_a_credit_that_was_taken_and_then_forgotten(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.ask(TakeBankCredits(source="sepay", credits=[seen()]))
    await billing.pool.execute("UPDATE bank_credits SET taken_at = now() - interval '23 hours'")
    assert await broken(billing) == []
    await billing.pool.execute("UPDATE bank_credits SET taken_at = now() - interval '25 hours'")
    assert await broken(billing) == ["a bank credit is decided within a day"]
