"""Why the SMPP client is our own (ADR on it): what smpp34's does. A test that fails here is good news: look again."""

import pytest
import smpp34

from shared.testing.conditions import wait_until
from simulation.bench.subjects import Subject, subject


async def connect(smsc: Subject) -> smpp34.Smsc:
    port = int((await smsc.ask(command="port"))["port"])
    client = smpp34.Client(host="127.0.0.1", port=port, system_id="x", password="", bind_type="TRX")
    return await client.connect()


async def submit(session: smpp34.Smsc) -> None:
    await session.submit_sm("84912345678", b"hello", source_addr="DIENLUC", registered_delivery=1)


async def test_smpp34_acknowledges_a_receipt_that_nobody_has_read() -> None:
    async with subject("simulation.providers.smsc", settings={}) as smsc:
        session = await connect(smsc)

        await submit(session)

        async def acknowledged() -> bool:
            return bool((await smsc.ask(command="state"))["report_answers"] == {"0": 1})

        await wait_until(acknowledged)


async def test_smpp34_does_not_tell_an_sms_that_was_accepted_from_one_that_was_never_written() -> None:
    async with subject("simulation.providers.smsc", "--fault", "cut_after", settings={}) as smsc:
        session = await connect(smsc)
        with pytest.raises(smpp34.SmppError) as accepted:
            await submit(session)
        with pytest.raises(smpp34.SmppError) as unwritten:
            await submit(session)

        assert (await smsc.ask(command="state"))["accepted"] == 1
        assert str(accepted.value) == str(unwritten.value)
