from services.receipt.store.signing_keys import registered_keys
from shared.contracts.receipt import GetPublicKeys, PublicKeysReply
from shared.messaging import UnitOfWork


async def get_public_keys(_request: GetPublicKeys, work: UnitOfWork) -> PublicKeysReply:
    """Return all public keys, retired ones included."""
    return PublicKeysReply(keys=await registered_keys(work.connection))
