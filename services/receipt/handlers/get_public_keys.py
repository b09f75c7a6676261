from services.receipt.signatures.signer import Signer
from shared.contracts.receipt import GetPublicKeys, PublicKeysReply
from shared.messaging import UnitOfWork


async def get_public_keys(_request: GetPublicKeys, _work: UnitOfWork, *, signer: Signer) -> PublicKeysReply:
    """Return all public keys, retired ones included."""
    return PublicKeysReply(keys=signer.public_keys())
