"""Partners whose computers call the API with signed requests. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from uuid import UUID

from shared.contracts.actor import Actor, ActorKind, Proof


class KeyAlgorithm(StrEnum):
    """How a partner's key signs; the names are those of RFC 9421."""

    ED25519 = "ed25519"
    ECDSA_P256 = "ecdsa-p256-sha256"
    RSA_PSS = "rsa-pss-sha512"
    HMAC = "hmac-sha256"
    """A secret that both sides hold."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner that may call."""

    partner_id: UUID
    partner_code: str
    requests_per_minute: int
    networks: Sequence[IPv4Network | IPv6Network] = ()

    @property
    def acting_id(self) -> UUID:
        """What tells this partner from devices and people."""
        return self.partner_id

    @property
    def as_actor(self) -> Actor:
        """This partner as the actor of what it asks for; call it only for one whose signature was verified."""
        return Actor(
            kind=ActorKind.PARTNER,
            id=str(self.partner_id),
            reference=f"partner:{self.partner_code}",
            proven_by=Proof.TOKEN,
        )

    def may_call_from(self, address: str) -> bool:
        """Whether the partner calls from this network address."""
        if not self.networks:
            return True
        try:
            found = ip_address(address)
        except ValueError:
            return False
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """A key with which requests of a partner are signed."""

    key_id: str
    partner: Partner
    algorithm: KeyAlgorithm
    key: str = field(repr=False)
    """As it is stored: PEM, or a sealed secret."""
    valid_from: datetime
    valid_until: datetime | None
    deactivated_at: datetime | None
    """When the partner was thrown out."""

    def is_valid(self, moment: datetime) -> bool:
        """Whether requests may be signed with it now. Several keys of a partner may be valid at once."""
        return (
            self.deactivated_at is None
            and self.valid_from <= moment
            and (self.valid_until is None or moment < self.valid_until)
        )
