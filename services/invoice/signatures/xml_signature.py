"""The seller's XML signature on an invoice: RSA-SHA256 over the invoice and over the moment of signing. Pure.

XMLDSig with two references: ``DLHDon`` by its Id, and the Object that holds ``SigningTime``. Everything here is written
in canonical form (C14N 1.0) right away, so that what is digested is what stands in the document. ``SigningTime`` has a
namespace of its own, as the schema of XMLDSig wants it of a SignatureProperty.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from services.invoice.format.writer import DATA_ID
from shared.clock import VIETNAM

XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
PROPERTIES = "http://example.org/#signatureProperties"
"""The namespace that the field gives ``SigningTime``."""

SIGNATURE_ID = "seller"
TIME_ID = f"SigningTime-{SIGNATURE_ID}"


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """The certificate whose key signs, and how it stands in documents."""

    certificate: x509.Certificate
    key_info: bytes

    @property
    def der(self) -> bytes:
        """The certificate as it is stored."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the certificate: its name in the database."""
        return hashlib.sha256(self.der).digest()


def signing_certificate(certificate: x509.Certificate) -> SigningCertificate:
    """Return a certificate ready to be written into documents."""
    encoded = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    subject = escape(certificate.subject.rfc4514_string())
    key_info = (
        f"<KeyInfo><X509Data><X509SubjectName>{subject}</X509SubjectName>"
        f"<X509Certificate>{encoded}</X509Certificate></X509Data></KeyInfo>"
    )
    return SigningCertificate(certificate, key_info.encode())


def read_certificate(der: bytes) -> SigningCertificate:
    """Return a stored certificate."""
    return signing_certificate(x509.load_der_x509_certificate(der))


def to_sign(data: bytes, signed_at: datetime) -> bytes:
    """Return the canonical bytes (``SignedInfo``) whose RSA-SHA256 signature makes an invoice signed.

    ``data`` is the canonical ``DLHDon``; of ``signed_at`` the seconds count.
    """
    return _signed_info(data, signed_at, f' xmlns="{XMLDSIG}"')


def signed_document(data: bytes, signed_at: datetime, signature: bytes, certificate: SigningCertificate) -> bytes:
    """Return the invoice as it is given away: XML in UTF-8 without a byte order mark.

    The same arguments give the same bytes for as long as invoices are kept.
    """
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + signed_element(data, signed_at, signature, certificate)


def signed_element(
    data: bytes,
    signed_at: datetime,
    signature: bytes,
    certificate: SigningCertificate,
    *,
    root: str = "HDon",
    signer: str = "NBan",
) -> bytes:
    """Return something signed in the element of its kind; ``signer`` is what the format calls whoever signs it."""
    value = base64.b64encode(signature)
    return b"".join(
        (
            f"<{root}>".encode(),
            data,
            f'<DSCKS><{signer}><Signature xmlns="{XMLDSIG}" Id="{SIGNATURE_ID}">'.encode(),
            _signed_info(data, signed_at, ""),
            b"<SignatureValue>" + value + b"</SignatureValue>",
            certificate.key_info,
            _time_object(signed_at, ""),
            f"</Signature></{signer}></DSCKS></{root}>".encode(),
        )
    )


def signing_time(signed_at: datetime) -> str:
    """Return a moment as the format has it: in Vietnam's time, without a zone, to the second."""
    return signed_at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M:%S")


def _time_object(signed_at: datetime, namespace: str) -> bytes:
    return (
        f'<Object{namespace} Id="{TIME_ID}"><SignatureProperties><SignatureProperty Target="#{SIGNATURE_ID}">'
        f'<SigningTime xmlns="{PROPERTIES}">{signing_time(signed_at)}</SigningTime>'
        "</SignatureProperty></SignatureProperties></Object>"
    ).encode()


def _signed_info(data: bytes, signed_at: datetime, namespace: str) -> bytes:
    time_object = _time_object(signed_at, f' xmlns="{XMLDSIG}"')
    return (
        f"<SignedInfo{namespace}>"
        f'<CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{RSA_SHA256}"></SignatureMethod>'
        f"{_reference(DATA_ID, data)}{_reference(TIME_ID, time_object)}"
        "</SignedInfo>"
    ).encode()


def _reference(target: str, content: bytes) -> str:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return (
        f'<Reference URI="#{target}"><Transforms><Transform Algorithm="{C14N}"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{SHA256}"></DigestMethod><DigestValue>{digest}</DigestValue></Reference>'
    )
