"""What signs invoices: a key file here, a machine (PKCS#11) or a service in its place. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.invoice.signatures.xml_signature import SigningCertificate
from shared.clock import business_day


class SignerAway(Exception):
    """Nothing can be signed at the moment: invoices wait with their numbers, and are signed later."""


def require_in_force(certificate: SigningCertificate, moment: datetime) -> None:
    """Refuse to sign with a certificate that has ended: whoever reads the invoice would. Raises SignerAway.

    An invoice that waits is signed with the next certificate; one that was signed so could never be signed again.
    """
    ended = certificate.certificate.not_valid_after_utc
    if moment > ended:
        raise SignerAway(f"the certificate has ended on {business_day(ended)}: another one is needed")


class Signer(Protocol):
    """Signs with one key whose certificate stands in the documents."""

    @property
    def certificate(self) -> SigningCertificate:
        """The certificate of the key."""

    async def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        """Return the RSA-SHA256 signature (PKCS#1 v1.5) of each message. Raises :class:`SignerAway`."""
