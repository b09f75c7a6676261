from base64 import b64encode

from services.notify.store.cut_orders import photo_of
from shared.contracts.notify import GetOrderPhoto, OrderPhoto
from shared.messaging import UnitOfWork
from shared.problems import NotFound


async def get_order_photo(request: GetOrderPhoto, work: UnitOfWork) -> OrderPhoto:
    """Return the photo of the meter that came with the report of an order."""
    jpeg = await photo_of(work.connection, request.order_id, request.unit_codes)
    if jpeg is None:
        raise NotFound("Không có ảnh của lệnh này.")
    return OrderPhoto(jpeg=b64encode(jpeg).decode("ascii"))
