"""Previews of documents as PNG pictures."""

import io

from PIL import Image

from shared.printing.raster import Raster


def to_picture(raster: Raster) -> Image.Image:
    """A picture of one dot a pixel, black on white."""
    return Image.frombytes("1", (raster.width, raster.height), raster.data, "raw", "1;I")


def encode_png(raster: Raster, *, scale: int = 1, margin: int = 0) -> bytes:
    """A 1-bit PNG; ``scale`` pixels a dot, ``margin`` white dots around, as the paper has."""
    picture = Image.new("1", (raster.width + 2 * margin, raster.height + 2 * margin), 1)
    picture.paste(to_picture(raster), (margin, margin))
    if scale > 1:
        picture = picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
