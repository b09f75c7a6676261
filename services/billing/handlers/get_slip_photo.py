from base64 import b64encode

from services.billing.store.hand_ins import photo_of
from shared.contracts.billing import GetSlipPhoto, SlipPhoto
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def get_slip_photo(request: GetSlipPhoto, work: UnitOfWork) -> SlipPhoto:
    """Return the photo of a deposit slip."""
    jpeg = await photo_of(work.connection, request.hand_in_id)
    if jpeg is None:
        raise NotFound("Không có ảnh của giấy nộp tiền này.")
    return SlipPhoto(jpeg=b64encode(jpeg).decode("ascii"))
