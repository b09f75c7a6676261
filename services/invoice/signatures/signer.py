"""What signs invoices: a key file here, a machine (PKCS#11) or a service in its place. Pure."""

from collections.abc import Sequence
from typing import Protocol

from services.invoice.signatures.xml_signature import SigningCertificate


class SignerAway(Exception):
    """Nothing can be signed at the moment: invoices wait with their numbers, and are signed later."""


class Signer(Protocol):
    """Signs with one key whose certificate stands in the documents."""

    @property
    def certificate(self) -> SigningCertificate:
        """The certificate of the key."""

    async def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        """Return the RSA-SHA256 signature (PKCS#1 v1.5) of each message. Raises :class:`SignerAway`."""
