"""Reads a signed invoice and gives back only what its signature covers. Pure.

Whoever takes data from somewhere else in the document than from what the references cover is deceived by a document in
which the signed element stands aside and another one in its place (signature wrapping). So each element has its one
place, each Id is there once, and what is returned is parsed from the bytes that were digested.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from services.invoice.signatures.xml_signature import C14N, PROPERTIES, RSA_SHA256, SHA256, XMLDSIG
from shared.clock import VIETNAM

LARGEST = 1 << 20
"""Bytes of the largest document that is read."""

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_DS = f"{{{XMLDSIG}}}"
_LOCAL = re.compile(r"^\{.*\}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_PLACES = {"DLHDon", "DLQRCode", "MCCQT", "DSCKS"}
_LEAST_BITS = 2048


class SignatureError(Exception):
    """The document is not what somebody has signed; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class SignedInvoice:
    """What the signature of an invoice covers."""

    data: etree._Element
    """``DLHDon``, parsed from the bytes that were digested."""
    canonical: bytes
    signed_at: datetime
    certificate: x509.Certificate


def read_signed(document: bytes, trusted: Sequence[x509.Certificate]) -> SignedInvoice:
    """Return what is signed in a document. Raises :class:`SignatureError`.

    ``trusted`` has the certificates of the authorities, or those that sign themselves.
    """
    root = _parsed(document)
    data, signature = _places(root)
    signed_info = _only(signature, "SignedInfo")
    method = _only(signed_info, "CanonicalizationMethod").get("Algorithm", "")
    if _only(signed_info, "SignatureMethod").get("Algorithm") != RSA_SHA256:
        raise SignatureError("it is not signed by RSA with SHA-256")
    time_object = _only(signature, "Object")
    covered = _check_references(signed_info, data, time_object)
    signed_at = _signing_time(time_object)
    certificate = _certificate(signature)
    _check_value(signature, _canonical(signed_info, method), certificate)
    _check_trust(certificate, trusted, signed_at)
    return SignedInvoice(_reparsed(covered), covered, signed_at, certificate)


def _parsed(document: bytes) -> etree._Element:
    if len(document) > LARGEST:
        raise SignatureError("the document is too large")
    try:
        root = etree.fromstring(document, _parser())
    except etree.XMLSyntaxError as error:
        raise SignatureError(f"it is no XML: {' '.join(str(error.msg).split())}") from error
    if root.getroottree().docinfo.doctype:
        raise SignatureError("it declares a document type")
    return root


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _places(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Return the invoice and the seller's signature, each of which has one place."""
    if root.tag != "HDon" or any(child.tag not in _PLACES for child in root):
        raise SignatureError("it is no invoice")
    ids = [value for element in root.iter() for name, value in element.items() if _LOCAL.sub("", name).lower() == "id"]
    if len(set(ids)) != len(ids):
        raise SignatureError("two elements have one Id")
    if len(list(root.iter("DLHDon"))) != 1 or len(root.findall("DLHDon")) != 1:
        raise SignatureError("it does not hold one invoice")
    signatures = root.findall(f"DSCKS/NBan/{_DS}Signature")
    if len(signatures) != 1:
        raise SignatureError("it does not hold one signature of the seller")
    return root.findall("DLHDon")[0], signatures[0]


def _only(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(f"{_DS}{name}")
    if len(found) != 1:
        raise SignatureError(f"it does not have one {name}")
    return found[0]


def _check_references(signed_info: etree._Element, data: etree._Element, time_object: etree._Element) -> bytes:
    """Check that both references fit, and return the bytes of the invoice that were digested."""
    references = signed_info.findall(f"{_DS}Reference")
    wanted = {f"#{data.get('Id', '')}": data, f"#{time_object.get('Id', '')}": time_object}
    if "#" in wanted or {reference.get("URI") for reference in references} != set(wanted) or len(references) != 2:
        raise SignatureError("it does not refer to the invoice and to the time of signing")
    covered = b""
    for reference in references:
        target = wanted[reference.get("URI", "")]
        if _only(reference, "DigestMethod").get("Algorithm") != SHA256:
            raise SignatureError("a digest is not SHA-256")
        canonical = _canonical(target, _transform(reference))
        if hashlib.sha256(canonical).digest() != _decoded(_only(reference, "DigestValue")):
            raise SignatureError("the invoice was altered" if target is data else "the time of signing was altered")
        covered = canonical if target is data else covered
    return covered


def _transform(reference: etree._Element) -> str:
    """Return the way in which the target of a reference is written before it is digested."""
    named = [each.get("Algorithm", "") for each in reference.findall(f"{_DS}Transforms/{_DS}Transform")]
    # The signature does not stand within what is signed: to leave it out there changes nothing.
    named = [each for each in named if each != _ENVELOPED]
    if len(named) > 1:
        raise SignatureError("what is signed is transformed more than once")
    return named[0] if named else C14N


def _canonical(element: etree._Element, method: str) -> bytes:
    if method not in {C14N, _EXCLUSIVE}:
        raise SignatureError("it is not in canonical form 1.0")
    # Written and parsed again first: lxml gives a part of a document namespaces that it does not have.
    alone = _reparsed(etree.tostring(element, with_tail=False))
    return etree.tostring(alone, method="c14n", exclusive=method == _EXCLUSIVE, with_comments=False)


def _reparsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, _parser())


def _signing_time(time_object: etree._Element) -> datetime:
    place = f"{_DS}SignatureProperties/{_DS}SignatureProperty/{{{PROPERTIES}}}SigningTime"
    found = time_object.findall(place)
    if len(found) != 1 or not _TIME.fullmatch(found[0].text or ""):
        raise SignatureError("it does not have one time of signing")
    try:
        return datetime.fromisoformat(found[0].text or "").replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise SignatureError("the time of signing is none") from error


def _certificate(signature: etree._Element) -> x509.Certificate:
    found = signature.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if len(found) != 1:
        raise SignatureError("it does not have one certificate")
    try:
        return x509.load_der_x509_certificate(_decoded(found[0]))
    except ValueError as error:
        raise SignatureError("its certificate cannot be read") from error


def _check_value(signature: etree._Element, signed: bytes, certificate: x509.Certificate) -> None:
    try:
        public = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureError("the key of its certificate cannot be read") from error
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < _LEAST_BITS:
        raise SignatureError("its certificate has no RSA key of 2048 bits or more")
    try:
        public.verify(_decoded(_only(signature, "SignatureValue")), signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise SignatureError("the signature is wrong") from error


def _check_trust(certificate: x509.Certificate, trusted: Sequence[x509.Certificate], signed_at: datetime) -> None:
    try:
        was_valid = certificate.not_valid_before_utc <= signed_at <= certificate.not_valid_after_utc
    except ValueError as error:
        raise SignatureError("the days of its certificate cannot be read") from error
    if not was_valid:
        raise SignatureError("its certificate was not valid when it was signed")
    for authority in trusted:
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            continue
        return
    raise SignatureError("nobody who is trusted has issued its certificate")


def _decoded(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError("a value is not written in base64") from error
