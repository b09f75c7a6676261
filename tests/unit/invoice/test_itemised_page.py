"""The list of an invoice's lines: it says the same, and nothing in it is read as markup."""

import json
from dataclasses import asdict

from lxml import html

from services.invoice.format.itemised_page import itemised_page
from tests.unit.invoice.samples import bill, buyer, data, draft, invoice


def test_a_list_has_all_lines_of_the_bill_and_comes_to_the_invoice() -> None:
    made = draft(bill(450), most_lines=1, buyer=buyer(name="A <b> & Ơ"))
    itemised = json.loads(json.dumps(asdict(made.itemised), default=str))  # type: ignore[arg-type]

    page = html.document_fromstring(itemised_page(data(invoice(made)), itemised, "1K26TAA", 42))

    rows = [[cell.text_content() for cell in row] for row in page.iterfind(".//tr")]
    assert [row[3] for row in rows[1:-3]] == ["50", "50", "100", "100", "100", "50"]
    amounts = [int(row[5].replace(".", "")) for row in rows[1:-3]]
    assert sum(amounts) == made.before_vat == int(rows[-3][1].replace(".", ""))
    assert int(rows[-1][1].replace(".", "")) == made.total
    text = page.text_content()
    assert "A <b> & Ơ" in text
    assert "số 00000042" in text
