"""Which partner a request comes from: signature, network, age, nonce and rate, alike at all copies of the gateway."""

from datetime import timedelta

import structlog
from aiohttp import web

from services.gateway.dependencies import Dependencies
from services.gateway.domain.partners import KeyAlgorithm, Partner, PartnerKey
from services.gateway.edge import problems
from services.gateway.edge.addresses import caller_address
from services.gateway.edge.operation import PARTNER, AnyOperation
from services.gateway.edge.server import body_of
from services.gateway.partners.signatures import (
    Claim,
    NotProven,
    SignedMessage,
    claim_of,
    is_young,
    require_signature,
)
from services.gateway.secret_box import SecretsUnreadable
from services.gateway.store import guess_limits, partners
from services.gateway.store.guess_limits import Guess

log = structlog.get_logger()


async def admit_partner(
    operation: AnyOperation, request: web.Request, address: str, dependencies: Dependencies
) -> Partner:
    """Return the partner that has signed a request.

    Raises :class:`~services.gateway.edge.problems.NotAuthenticated`: alike for an unknown key, a wrong signature and a
    wrong network; only who holds a key learns more. Raises :class:`~services.gateway.edge.problems.TooManyRequests`.
    """
    settings = dependencies.settings
    message = SignedMessage(
        method=request.method,
        host=request.headers.get("Host", ""),
        target=request.raw_path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await body_of(request, settings.body_timeout, operation.largest_body),
    )
    peer = caller_address(request.remote, request.headers.getall("X-Forwarded-For", ()), settings.hops)
    try:
        claim, partner = await _proven(message, peer, dependencies)
    except NotProven as error:
        log.warning("partner_not_proven", why=str(error))
        await _count_unknown(address, dependencies)
        raise problems.NotAuthenticated("Không xác thực được đối tác gửi yêu cầu.") from None
    request[PARTNER] = partner
    window = timedelta(seconds=settings.partner_signature_age)
    now = dependencies.clock()
    if not is_young(claim, now, window):
        raise problems.SignatureExpired(
            "Chữ ký đã quá hạn. Hãy kiểm tra đồng hồ và ký lại.",
            facts={"created": claim.created.isoformat(), "now": now.isoformat()},
        )
    async with dependencies.database() as connection:
        if not await partners.use_nonce(connection, partner.partner_id, claim.nonce, claim.created + 2 * window):
            raise problems.SignatureReplayed("Yêu cầu này đã được gửi trước đó. Hãy ký lại với nonce mới.")
        rate = partner.requests_per_minute
        _limit(await guess_limits.take(connection, Guess.PARTNER, str(partner.partner_id), rate))
    return partner


async def _proven(message: SignedMessage, peer: str, dependencies: Dependencies) -> tuple[Claim, Partner]:
    claim = claim_of(message)
    async with dependencies.database() as connection:
        key = await partners.find_key(connection, claim.key_id)
    if key is None or not key.is_valid(dependencies.clock()):
        raise NotProven("key")
    if not key.partner.may_call_from(peer):
        raise NotProven("network")
    require_signature(message, claim, key.algorithm, _opened(key, dependencies))
    return claim, key.partner


def _opened(key: PartnerKey, dependencies: Dependencies) -> bytes:
    if key.algorithm is not KeyAlgorithm.HMAC:
        return key.key.encode()
    try:
        return dependencies.second_factors.open(key.key, key.partner.partner_id).encode()
    except SecretsUnreadable as error:
        log.error("partner_secret_unreadable", key_id=key.key_id, error=str(error))  # noqa: TRY400 - no bug of ours
        raise NotProven("secret unreadable") from None


def _limit(wait: float) -> None:
    if wait:
        raise problems.too_many_requests(wait)


async def _count_unknown(address: str, dependencies: Dependencies) -> None:
    _limit(dependencies.unknown_tokens.take(address))
    per_minute = dependencies.settings.wrong_tokens_per_minute
    async with dependencies.database() as connection:
        _limit(await guess_limits.take(connection, Guess.TOKEN, address, per_minute))
