"""``thungan sms language``: in which language a customer wants messages."""

from enum import StrEnum
from typing import Annotated

import typer

from ops.console import JsonOption, free_text, print_json, print_line, typed_code
from ops.operators import operator_name
from ops.requests import build_request, send_request
from shared.contracts.common import SmsLanguage
from shared.contracts.customer import ChooseSmsLanguage
from shared.ids import new_id


class Wish(StrEnum):
    """What can be typed: a language, or that of the unit."""

    VIETNAMESE = SmsLanguage.VIETNAMESE.value
    ACCENTED = SmsLanguage.ACCENTED.value
    ENGLISH = SmsLanguage.ENGLISH.value
    AS_THE_UNIT = "unit"


def language(
    customer_code: Annotated[str, typer.Argument(callback=typed_code, help="The customer's code.")],
    wish: Annotated[
        Wish, typer.Argument(help="vi: without accents; vi-accents: with accents; en; unit: as the unit has it.")
    ],
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records (you).")] = "",
    as_json: JsonOption = False,
) -> None:
    """Note in which language a customer wants SMS; it holds for what is scheduled already, too."""
    chosen = send_request(
        build_request(
            ChooseSmsLanguage,
            choice_id=new_id(),
            customer_code=customer_code,
            language=None if wish is Wish.AS_THE_UNIT else SmsLanguage(wish.value),
            requested_by=(by or operator_name())[:80],
        )
    )
    if as_json:
        print_json(chosen.model_dump(mode="json"))
        return
    wanted = f"gets SMS in {chosen.language}" if chosen.language else "gets SMS as the unit has them"
    print_line(f"{chosen.customer_code} {wanted}")
