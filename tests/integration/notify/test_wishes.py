"""A customer's own wish for the language of SMS goes before what the unit has, also for what is scheduled already."""

import pytest

from services.notify.domain.kinds import Kind
from services.notify.texts.segments import is_gsm7
from services.notify.texts.template_file import load_templates
from shared.clock import VIETNAM
from shared.contracts.common import SmsLanguage
from shared.contracts.customer import CustomerChanged, CustomersChanged
from shared.ids import new_id
from shared.testing.builders import customer
from tests.integration.notify.notices import CODE, NIGHT, NOON, PHONE, Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify


def wish(language: SmsLanguage | None, version: int) -> CustomerChanged:
    facts = customer(CODE, phone=PHONE, sms_language=language, version=version)
    return CustomerChanged(customer=facts, changed_at=NOON.astimezone(VIETNAM))


@pytest.mark.parametrize(
    ("language", "says", "in_gsm7"),
    [
        (None, "khong gap KH", True),
        (SmsLanguage.VIETNAMESE, "khong gap KH", True),
        (SmsLanguage.ACCENTED, "không gặp KH", False),
        (SmsLanguage.ENGLISH, "we missed you", True),
    ],
)
async def test_a_reminder_is_in_the_language_that_the_customer_wants(
    notify: Notify, operator: Operator, language: SmsLanguage | None, says: str, in_gsm7: bool
) -> None:
    await notify.consume(wish(language, version=5), notice())
    await notify.sender.send_due()
    [sms] = operator.sent
    assert says in sms.text
    assert is_gsm7(sms.text) is in_gsm7
    assert sms.language == (language or "vi")
    assert (await notify.reminder()).text == sms.text


async def test_a_wish_counts_for_what_waits_and_is_forgotten_when_it_is_taken_back(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = NIGHT
    await notify.consume(notice(), wish(SmsLanguage.ENGLISH, version=5))
    clock.advance(hours=10)
    await notify.sender.send_due()
    await notify.consume(wish(None, version=6), notice(version=2))
    await notify.sender.send_due()
    assert [sms.language for sms in operator.sent] == ["en", "vi"]


async def test_what_waits_goes_to_the_number_that_an_import_of_many_has_brought_unless_newer_is_known(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    def imported(phone: str, version: int) -> CustomersChanged:
        both = [customer(code, phone=phone, version=version) for code in ("PB14010099999", CODE)]
        return CustomersChanged(import_id=new_id(), customers=both, changed_at=NOON.astimezone(VIETNAM))

    clock.moment = NIGHT
    await notify.consume(notice(), imported("+84953000777", 5), imported("+84953000666", 4), wish(None, 3))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert [sms.phone for sms in operator.sent] == ["+84953000777"]
    rows = await notify.pool.fetch("SELECT phone FROM accounts WHERE contact_version = 5")
    assert [row["phone"] for row in rows] == ["+84953000777"] * 2


def test_every_kind_has_a_text_in_each_language_that_a_customer_may_want() -> None:
    templates = load_templates().by_name
    assert [kind for kind in Kind if not set(SmsLanguage) <= templates[kind].forms.keys()] == []
