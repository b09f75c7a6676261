"""``thungan preview``: a document as a picture, without a printer."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from ops.console import JsonOption, fail, print_json, print_line
from shared.printing.document import Document
from shared.printing.layout import lay_out
from shared.printing.png import encode_png
from shared.printing.raster import draw

app = typer.Typer(add_completion=False)


@app.command()
def preview(
    document: Annotated[
        Path, typer.Argument(help="A document as JSON, or anything with a member `document`; - reads standard input.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="PNG file to write.")],
    width: Annotated[int, typer.Option("--width", help="Dots: 384 (58 mm paper) or 576 (80 mm).")] = 384,
    scale: Annotated[int, typer.Option("--scale", help="Pixels for each dot.", min=1, max=8)] = 1,
    as_json: JsonOption = False,
) -> None:
    """Draw a document as it would be printed."""
    if width not in (384, 576):
        fail("--width is 384 or 576 dots", 2)
    raster = draw(lay_out(_read(document), 384 if width == 384 else 576))
    try:
        out.write_bytes(encode_png(raster, scale=scale, margin=16))
    except OSError as error:
        fail(f"cannot write {out}: {error.strerror}")
    if as_json:
        print_json({"file": str(out), "width_dots": raster.width, "height_dots": raster.height})
    else:
        print_line(f"{out}: {raster.width} × {raster.height} dots, {raster.height / 8:.0f} mm of paper")


def _read(path: Path) -> Document:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        members: Any = json.loads(text)
    except OSError as error:
        fail(f"cannot read {path}: {error.strerror}")
    except ValueError:
        fail(f"{path} is not JSON")
    if isinstance(members, dict) and "document" in members:
        members = members["document"]
    try:
        return Document.model_validate(members)
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"{path} is not a document: {'.'.join(map(str, first['loc']))}: {first['msg']}")
