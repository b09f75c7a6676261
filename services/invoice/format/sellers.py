"""Who sells, as a signed invoice names them. Pure."""

from lxml import etree

from services.invoice.domain.parties import Seller


def read_seller(data: bytes) -> Seller:
    """Return the seller of an invoice of ours; ``data`` is its ``DLHDon``."""
    root = etree.fromstring(data)
    name, tax_code, address, phone = (
        root.findtext(f"NDHDon/NBan/{field}") or "" for field in ("Ten", "MST", "DChi", "SDThoai")
    )
    return Seller(name, tax_code, address, phone)
