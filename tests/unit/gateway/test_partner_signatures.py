"""A request is a partner's only with a signature over all that it says."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import http_message_signatures as rfc9421
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from http_message_signatures import algorithms

from services.gateway.domain.partners import KeyAlgorithm
from services.gateway.partners.signatures import (
    COVERED,
    TAG,
    NotProven,
    SignedMessage,
    claim_of,
    is_young,
    plain_text,
    require_signature,
)

MOMENT = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
NONCE = "0123456789abcdef01"
BODY = b'{"amount":475000}'
SECRET = b"a secret of 32 bytes, of the tests"


class _Signing(rfc9421.HTTPSignatureKeyResolver):
    def __init__(self, key: Any) -> None:
        self.key = key

    def resolve_private_key(self, _: str) -> Any:
        return self.key


def pem(key: Any) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    found: bytes = key.public_key().public_bytes(serialization.Encoding.PEM, form)
    return found


def signed(
    key: Any,
    algorithm: type[rfc9421.HTTPSignatureAlgorithm] = algorithms.ED25519,
    *,
    body: bytes = BODY,
    covered: tuple[str, ...] = COVERED,
    tag: str = TAG,
    nonce: str = NONCE,
) -> SignedMessage:
    headers: dict[str, str] = {"host": "api.example.vn", "content-type": "application/json"}
    message = SignedMessage("PUT", "api.example.vn", "/partner/v1/payments/VN-1?x=1", headers, body)
    signer = rfc9421.HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=_Signing(key))
    signer.sign(
        message,
        key_id="vnpost-1",
        created=MOMENT,
        nonce=nonce,
        tag=tag,
        covered_component_ids=covered,
        body=body or None,
    )
    return replace(message, headers={name.lower(): value for name, value in headers.items()})


ED_KEY = ed25519.Ed25519PrivateKey.generate()
KEYS: dict[KeyAlgorithm, tuple[Any, type[rfc9421.HTTPSignatureAlgorithm]]] = {
    KeyAlgorithm.ED25519: (ED_KEY, algorithms.ED25519),
    KeyAlgorithm.ECDSA_P256: (ec.generate_private_key(ec.SECP256R1()), algorithms.ECDSA_P256_SHA256),
    KeyAlgorithm.RSA_PSS: (rsa.generate_private_key(65537, 2048), algorithms.RSA_PSS_SHA512),
    KeyAlgorithm.HMAC: (SECRET, algorithms.HMAC_SHA256),
}


@pytest.mark.parametrize("algorithm", list(KeyAlgorithm))
@pytest.mark.parametrize("body", [BODY, b""])
def test_what_a_partner_has_signed_is_its_own(algorithm: KeyAlgorithm, body: bytes) -> None:
    key, kind = KEYS[algorithm]
    message = signed(key, kind, body=body)
    claim = claim_of(message)
    assert (claim.key_id, claim.created, claim.nonce) == ("vnpost-1", MOMENT, NONCE)
    require_signature(message, claim, algorithm, key if isinstance(key, bytes) else pem(key))


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "POST"},
        {"host": "other.example.vn"},
        {"target": "/partner/v1/payments/VN-2?x=1"},
        {"target": "/partner/v1/payments/VN-1?x=2"},
        {"target": "/partner/v1/payments/VN-1"},
        {"body": b'{"amount":475001}'},
        {"body": b""},
    ],
)
def test_a_signature_covers_method_host_path_query_and_body(changed: dict[str, Any]) -> None:
    message = replace(signed(ED_KEY), **changed)
    with pytest.raises(NotProven):
        require_signature(message, claim_of(message), KeyAlgorithm.ED25519, pem(ED_KEY))


@pytest.mark.parametrize("left_out", COVERED)
def test_a_signature_that_leaves_something_out_proves_nothing(left_out: str) -> None:
    message = signed(ED_KEY, covered=tuple(name for name in COVERED if name != left_out))
    with pytest.raises(NotProven):
        require_signature(message, claim_of(message), KeyAlgorithm.ED25519, pem(ED_KEY))


def test_a_body_without_a_signed_digest_proves_nothing() -> None:
    message = replace(signed(ED_KEY, body=b""), body=BODY)
    with pytest.raises(NotProven):
        require_signature(message, claim_of(message), KeyAlgorithm.ED25519, pem(ED_KEY))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"signature-input": "nonsense", "signature": "x"},
        {"signature-input": 'a=("@method");tag="other"', "signature": "a=:AAAA:"},
        {"signature-input": f'a="text";tag="{TAG}"', "signature": "a=:AAAA:"},
        {"signature-input": f'a=("@method");created=1;keyid="k";nonce="short";tag="{TAG}"', "signature": "a=:AAAA:"},
        {"signature-input": f'a=();tag="{TAG}", b=();tag="{TAG}"', "signature": "a=:AAAA:"},
        {"x-partner-signature": "00", "x-partner-key": "key", "x-partner-timestamp": "-1", "x-partner-nonce": NONCE},
        {
            "x-partner-signature": "00",
            "x-partner-key": "k\udcff1",
            "x-partner-timestamp": "1",
            "x-partner-nonce": NONCE,
        },
        {"x-partner-signature": "00", "x-partner-key": "k\x001", "x-partner-timestamp": "1", "x-partner-nonce": NONCE},
    ],
)
def test_what_is_no_signature_is_refused_and_breaks_nothing(headers: dict[str, str]) -> None:
    with pytest.raises(NotProven):
        claim_of(SignedMessage("GET", "api.example.vn", "/partner/v1/collection-points", headers, b""))


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    public = pem(ED_KEY)
    message = signed(public, algorithms.HMAC_SHA256)
    with pytest.raises(NotProven):
        require_signature(message, claim_of(message), KeyAlgorithm.ED25519, public)


def plain(secret: bytes = SECRET) -> SignedMessage:
    text = "\n".join(
        (
            "PUT",
            "api.example.vn",
            "/partner/v1/payments/VN-1?x=1",
            str(int(MOMENT.timestamp())),
            NONCE,
            hashlib.sha256(BODY).hexdigest(),
        )
    )
    headers = {
        "x-partner-key": "vnpost-1",
        "x-partner-timestamp": str(int(MOMENT.timestamp())),
        "x-partner-nonce": NONCE,
        "x-partner-signature": hmac.new(secret, text.encode(), "sha256").hexdigest(),
    }
    return SignedMessage("PUT", "api.example.vn", "/partner/v1/payments/VN-1?x=1", headers, BODY)


def test_an_hmac_in_headers_of_our_own_covers_the_same() -> None:
    message = plain()
    claim = claim_of(message)
    assert plain_text(message, claim).count("\n") == 5
    require_signature(message, claim, KeyAlgorithm.HMAC, SECRET)
    for changed in ({"method": "GET"}, {"host": "o"}, {"target": "/"}, {"body": b""}):
        with pytest.raises(NotProven):
            require_signature(replace(message, **changed), claim, KeyAlgorithm.HMAC, SECRET)
    with pytest.raises(NotProven):
        require_signature(message, claim, KeyAlgorithm.HMAC, b"another")
    with pytest.raises(NotProven):
        require_signature(replace(message, target="/\udcff"), claim, KeyAlgorithm.HMAC, SECRET)
    with pytest.raises(NotProven):
        require_signature(message, claim, KeyAlgorithm.ED25519, pem(ED_KEY))


def test_two_kinds_of_signatures_at_once_are_none() -> None:
    message = signed(ED_KEY)
    both = replace(message, headers={**message.headers, **plain().headers})
    with pytest.raises(NotProven):
        claim_of(both)


def test_a_signature_is_young_on_both_sides_of_now() -> None:
    claim, window = claim_of(plain()), timedelta(minutes=5)
    assert is_young(claim, MOMENT + window, window)
    assert is_young(claim, MOMENT - window, window)
    assert not is_young(claim, MOMENT + window + timedelta(seconds=1), window)
    assert not is_young(claim, MOMENT - window - timedelta(seconds=1), window)
