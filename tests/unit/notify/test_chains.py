"""Which provider a message goes to, and in which order the others follow."""

from collections import Counter
from datetime import datetime, time
from uuid import UUID

import pytest

from services.notify.domain.chains import Chain, Chains, Step
from services.notify.domain.terms import Terms
from shared.clock import VIETNAM
from shared.phones import Operator

NOON = datetime(2026, 11, 22, 12, tzinfo=VIETNAM)
KEY = UUID(int=1)


def test_what_no_chain_fits_goes_to_each_provider_in_turn() -> None:
    assert Chains([], ["zalo", "a", "b"]).order("away", Operator.VIETTEL, NOON, KEY) == ("zalo", "a", "b")


def test_providers_follow_one_another_in_the_order_of_the_steps_each_once() -> None:
    chain = Chain([Step({"a": 1}), Step({"a": 1, "b": 1})])

    assert Chains([chain], []).order("away", None, NOON, KEY) == ("a", "b")


def test_the_first_chain_that_fits_is_taken() -> None:
    chains = Chains(
        [
            Chain([Step({"second": 1})], kinds={"overdue"}),
            Chain([Step({"own": 1}), Step({"all": 1})], operators={Operator.VIETTEL}),
            Chain([Step({"day": 1})], opens=time(8), closes=time(12)),
            Chain([Step({"night": 1})], opens=time(22), closes=time(6)),
        ],
        ["all"],
    )

    assert chains.order("overdue", Operator.VIETTEL, NOON, KEY) == ("second",)
    assert chains.order("away", Operator.VIETTEL, NOON, KEY) == ("own", "all")
    assert chains.order("away", Operator.MOBIFONE, NOON.replace(hour=11, minute=59), KEY) == ("day",)
    assert chains.order("away", Operator.MOBIFONE, NOON, KEY) == ("all",)
    assert chains.order("away", None, NOON.replace(hour=23), KEY) == ("night",)
    assert chains.order("away", None, NOON.replace(hour=5), KEY) == ("night",)


def test_messages_are_shared_by_weight_and_each_keeps_its_provider() -> None:
    step = Step({"a": 3, "b": 1})
    first = Counter(step.order(UUID(int=number))[0] for number in range(4000))

    assert first["a"] == pytest.approx(3000, abs=150)
    assert first["b"] == pytest.approx(1000, abs=150)
    assert step.order(KEY) == step.order(KEY)


def test_an_sms_costs_its_segments_at_the_price_of_its_operator() -> None:
    terms = Terms(price=800, prices={Operator.VIETTEL: 770})

    assert terms.cost(Operator.VIETTEL, 2) == 1540
    assert terms.cost(Operator.MOBIFONE, 1) == 800
    assert terms.cost(None, 1) == 800
