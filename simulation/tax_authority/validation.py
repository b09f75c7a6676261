"""What a message has to be before it is taken: its fields by the tables, its signature by its certificate.

Written without the product's own reader and writer of messages, so that a mistake there is not made here, too; the
tables of fields are the same data.
"""

import base64
import hashlib
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from services.invoice.format.files import ENVELOPE, ERROR_NOTICE, SHIPPED, SUMMARY, load_fields
from services.invoice.format.table import Field, FieldKind, FieldTable

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_CONTENTS = {
    "203": ("HDon/DLHDon", "HDon/DSCKS/NBan", SHIPPED),
    "300": ("TBao/DLTBao", "TBao/DSCKS/NNT", ERROR_NOTICE),
    "400": ("BTHDLieu/DLBTHop", "BTHDLieu/DSCKS/NNT", SUMMARY),
}


def faults_of(document: bytes) -> list[str]:
    """Return what is wrong with a message; nothing: it is taken."""
    try:
        root = etree.fromstring(document)
    except etree.XMLSyntaxError as error:
        return [f"no XML: {error.msg}"]
    header, content = root.find("TTChung"), root.find("DLieu")
    if root.tag != "TDiep" or header is None or content is None:
        return ["no message"]
    faults = list(_field_faults(load_fields(ENVELOPE), "TTChung", header))
    kind = header.findtext("MLTDiep") or ""
    if kind not in _CONTENTS:
        return [*faults, f"kind {kind} is not taken"]
    place, signer, fields = _CONTENTS[kind]
    data, signature = content.find(place), content.find(f"{signer}/{_DS}Signature")
    if data is None or signature is None:
        return [*faults, "no content, or no signature"]
    table = load_fields(fields)
    faults += _field_faults(table, table.root, data)
    faults += _signature_faults(data, signature)
    if kind == "400":
        faults += _sum_faults(data)
    return faults


def _field_faults(table: FieldTable, block: str, element: etree._Element) -> Iterator[str]:
    """Yield what does not fit: unknown, misplaced or missing elements, values that are too long or in no list."""
    known = {field.name: (place, field) for place, field in enumerate(table.blocks[block])}
    last = -1
    for child in element:
        name = _name(child)
        place, field = known.get(name, (-1, None))
        if field is None or place <= last:
            yield f"{block}/{name} is not known, twice or out of order"
            continue
        last = place
        if field.kind is FieldKind.BLOCK:
            yield from _field_faults(table, field.of, child)
        elif field.kind is FieldKind.LIST:
            for each in child:
                yield from (
                    _field_faults(table, field.of, each)
                    if each.tag == field.of
                    else [f"{block}/{_name(each)} in a list"]
                )
        elif not _fits(field, child.text or ""):
            yield f"{block}/{field.name} does not fit: {(child.text or '')[:40]!r}"
    there = {_name(child) for child in element}
    yield from (
        f"{block}/{name} is missing" for name, (_, field) in known.items() if field.required and name not in there
    )


def _name(element: etree._Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _fits(field: Field, text: str) -> bool:
    if (field.among and text not in field.among) or (field.pattern and not field.pattern.fullmatch(text)):
        return False
    if field.kind is FieldKind.DECIMAL:
        whole, _, part = text.removeprefix("-").partition(".")
        digits = (whole + part).isdecimal()
        return digits and len(whole) + len(part) <= field.size and len(part) <= field.decimals
    if field.kind is FieldKind.WHOLE:
        return text.isdecimal() and len(text) <= field.size
    if field.kind is FieldKind.DAY:
        return len(text) == 10 and text[4] == text[7] == "-"
    return 0 < len(text) <= field.size


def _signature_faults(data: etree._Element, signature: etree._Element) -> Iterator[str]:
    info = signature.find(f"{_DS}SignedInfo")
    encoded = signature.findtext(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if info is None or encoded is None:
        yield "the signature is not whole"
        return
    digest = info.findtext(f"{_DS}Reference[@URI='#{data.get('Id')}']/{_DS}DigestValue")
    alone = etree.fromstring(etree.tostring(data, with_tail=False))
    if digest != base64.b64encode(hashlib.sha256(etree.tostring(alone, method="c14n")).digest()).decode():
        yield "the content is not what was signed"
    public = x509.load_der_x509_certificate(base64.b64decode(encoded)).public_key()
    assert isinstance(public, rsa.RSAPublicKey)  # noqa: S101 - a stand-in
    signed = etree.tostring(etree.fromstring(etree.tostring(info, with_tail=False)), method="c14n")
    value = base64.b64decode(signature.findtext(f"{_DS}SignatureValue") or "")
    try:
        public.verify(value, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        yield "the signature is wrong"


def _sum_faults(data: etree._Element) -> Iterator[str]:
    seen: set[tuple[str, ...]] = set()
    for row in data.iterfind("NDBTHDLieu/DSDLieu/DLieu"):
        texts = {_name(each): each.text or "" for each in row}
        if int(texts["TTCThue"]) + int(texts["TgTThue"]) != int(texts["TgTTToan"]):
            yield f"row {texts['STT']} does not add up"
        named = tuple(texts.get(name, "") for name in ("KHMSHDon", "KHHDon", "SHDon", "TSuat"))
        if named in seen:
            yield f"row {texts['STT']} is there twice"
        seen.add(named)
