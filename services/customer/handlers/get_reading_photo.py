from base64 import b64encode

from services.customer.store.reading_complaints import photo_of
from shared.contracts.customer import GetReadingPhoto, ReadingPhoto
from shared.messaging import UnitOfWork
from shared.problems import NotFound


async def get_reading_photo(request: GetReadingPhoto, work: UnitOfWork) -> ReadingPhoto:
    """Return the photo of a complaint."""
    jpeg = await photo_of(work.connection, request.complaint_id)
    if jpeg is None:
        raise NotFound("Không có ảnh, hoặc ảnh đã quá hạn lưu.", facts={"complaint_id": str(request.complaint_id)})
    return ReadingPhoto(jpeg=b64encode(jpeg).decode("ascii"))
