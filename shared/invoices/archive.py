"""The ZIP of an invoice as the tax authority's portal has it: ``invoice.xml``, and ``invoice.html`` to read. Pure."""

import io
import zipfile

from shared.contracts.invoice import ItemisedList
from shared.invoices.document import read_paper
from shared.invoices.html import render_invoice_file

_MADE = (1980, 1, 1, 0, 0, 0)
"""The same moment in every archive: the same invoice makes the same bytes."""


def zip_of(document: bytes, itemised: ItemisedList | None) -> bytes:
    """Return the archive of one signed document. Raises ValueError for what is no invoice."""
    file = io.BytesIO()
    page = render_invoice_file(read_paper(document), itemised)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("invoice.xml", document), ("invoice.html", page.encode())):
            archive.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
