from services.receipt.documents import DocumentOptions
from services.receipt.receipts.issuer import Issuer
from services.receipt.signatures.signer import Signer
from services.receipt.verification.register import verify_on_record
from services.receipt.witness.guard import IssueGuard
from shared.contracts.receipt import Verification, VerifyToken
from shared.messaging import UnitOfWork


async def verify_token(
    request: VerifyToken,
    work: UnitOfWork,
    *,
    signer: Signer,
    issuer: Issuer,
    options: DocumentOptions,
    guard: IssueGuard,
) -> Verification:
    """Check a token as scanned, or a lookup code as typed, against keys and register."""
    return await verify_on_record(
        request.token, work.connection, signer.keyring(), options, forms=issuer.forms, restoring=guard.restoring
    )
