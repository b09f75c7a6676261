"""Photos are small JPEGs, and nothing but the picture of them is kept."""

from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image

from shared.photos import MOST_BYTES, read_photo
from shared.problems import InvalidRequest


def jpeg(**options: object) -> bytes:
    made = BytesIO()
    Image.linear_gradient("L").save(made, "JPEG", **options)
    return made.getvalue()


def with_height(content: bytes, height: int) -> bytes:
    """The same picture with another height in its frame."""
    place = max(content.find(b"\xff\xc0\x00"), content.find(b"\xff\xc2\x00"))
    return content[: place + 5] + height.to_bytes(2, "big") + content[place + 7 :]


def read(content: bytes) -> bytes:
    return read_photo(b64encode(content).decode())


def test_what_the_camera_writes_beside_the_picture_is_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera's maker"
    exif.get_ifd(0x8825)[1] = "N"
    with_place = jpeg(exif=exif, comment=b"a comment")
    assert b"a camera's maker" in with_place
    kept = read(with_place)
    assert b"a camera's maker" not in kept
    assert b"a comment" not in kept
    assert b"Exif" not in kept
    with Image.open(BytesIO(kept)) as picture, Image.open(BytesIO(with_place)) as before:
        assert picture.tobytes() == before.tobytes()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_stays_the_picture_that_it_is(progressive: bool) -> None:
    with Image.open(BytesIO(read(jpeg(progressive=progressive)))) as picture:
        assert picture.size == (256, 256)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"\xff\xd8\xff\xd9",
        jpeg()[:200],
        jpeg() + b"<script>",
        b"\xff\xd8\xff\xe1\xff\xff\xff\xd9",
        b"\xff\xd8\xff\xe1\x00\x00\xff\xd9",
        jpeg() + bytes(MOST_BYTES) + b"\xff\xd9",
        b"\xff\xd8\xff\xda<script>\xff\xd9",
        with_height(jpeg(), 65_535),
        with_height(jpeg(progressive=True), 65_535),
        with_height(jpeg(), 0),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(content)
    assert refused.value.slug == "invalid-photo"


@pytest.mark.parametrize("text", ["a", "äöü=", "/9j/\n2Q=="])
def test_text_that_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        read_photo(text)
