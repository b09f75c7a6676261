"""One address with several nodes of a broker."""

import pytest

from shared.broker_addresses import InTurn, nodes_of


def test_each_node_has_the_account_and_the_options_of_the_whole() -> None:
    assert nodes_of("amqps://lan:p%40ss@a:5671,b/vhost?cafile=/ca.pem") == (
        "amqps://lan:p%40ss@a:5671/vhost?cafile=/ca.pem",
        "amqps://lan:p%40ss@b/vhost?cafile=/ca.pem",
    )
    assert nodes_of("amqp://localhost") == ("amqp://localhost",)


@pytest.mark.parametrize("hosts", ["a:5672,", ",a", "a:port", "a:99999", "a:0", ""])
def test_a_node_without_host_or_with_a_wrong_port_is_refused_and_no_password_told(hosts: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT") as refused:
        nodes_of(f"amqp://lan:secret@{hosts}/")
    assert "secret" not in str(refused.value)


def test_every_node_is_asked_once_a_round_and_a_round_begins_behind_the_one_that_was_reached() -> None:
    turns = InTurn(["a", "b", "c"], first=2)
    assert list(turns.round()) == ["c", "a", "b"]
    reached = turns.round()
    assert next(reached) == "c"
    assert list(turns.round()) == ["a", "b", "c"]
