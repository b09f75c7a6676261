"""What printed documents looked like when a person last checked them.

`python -m tests.unit.printing.make_golden` writes it all anew; look at the pictures before committing them.
`golden/vectors.json` is also for renderers in other languages: documents and the SHA-256 of their dots.
"""

import hashlib
import json
import random
import unicodedata
from pathlib import Path
from typing import Any

from shared.printing import Cell, Columns, Document, Feed, QrCode, Rule, Text, render, to_png
from shared.printing import document as document_module
from shared.printing.layout import WidthDots
from tests.unit.printing.samples import NOTICE, RECEIPT
from tests.unit.printing.strategies import VIETNAMESE

WIDTHS: tuple[WidthDots, WidthDots] = (384, 576)
DOCUMENTS = {"receipt": RECEIPT, "notice": NOTICE}
FOLDER = Path(__file__).with_name("golden")
VECTORS = FOLDER / "vectors.json"
SCHEMA = Path(document_module.__file__).with_name("document.schema.json")

_WORDS = (
    *("Điện", "lực", "Cà", "Mau", "NGUYỄN", "THỊ", "TUYẾT", "Ẩm", "thực", "số", "1.234.567\u00a0₫", "“ngoặc”"),
    *("22/09–21/10/2026", "kWh", "PB05020034567", "Trần", "Phượng", "…", "½", "m²", "30\u202f°C", "№", "ﬁ"),
    *(
        "😀",
        "日本",
        "x\u0302\u0323",
        "a\u200bb",
        "e\u0323\u0302",
        "\x1b@",
        "\x1dV\x00",
        "\u00ad",
        "Ｔổｎｇ",
        "\t",
        "-" * 40,
    ),
    *("\n", "  ", "Nghĩa" * 9, "\u0301", "\r\n", "(lần\u00a02)", "Müller", "çà", "→", "\ufeff", "\x85", "\u2028"),
)


def schema() -> str:
    """The JSON schema of a document as it is kept in the repository."""
    return json.dumps(Document.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


def golden_picture(name: str, width_dots: WidthDots) -> Path:
    return FOLDER / f"{name}-{width_dots}.png"


def vectors() -> list[dict[str, Any]]:
    """Random documents, always the same ones, with the height and the digest of their dots at both widths."""
    rng = random.Random(58_80)
    made = [RECEIPT, NOTICE, *(_document(rng) for _ in range(40))]
    return [
        {
            "document": json.loads(one.model_dump_json()),
            "rasters": {str(width): _digest(one, width) for width in WIDTHS},
        }
        for one in made
    ]


def _digest(one: Document, width_dots: WidthDots) -> dict[str, Any]:
    raster = render(one, width_dots)
    return {"height": raster.height, "sha256": hashlib.sha256(raster.data).hexdigest()}


def _document(rng: random.Random) -> Document:
    return Document(kind="test", title="Giấy thử", blocks=tuple(_block(rng) for _ in range(rng.randint(1, 7))))


def _words(rng: random.Random, most: int) -> str:
    text = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(0, most)))
    text += "".join(rng.choice(VIETNAMESE) for _ in range(rng.randint(0, 6)))
    return unicodedata.normalize("NFD", text) if rng.random() < 0.2 else text


def _block(rng: random.Random) -> Text | Columns | Rule | Feed | QrCode:
    match rng.choice(("text", "text", "columns", "columns", "rule", "feed", "qr")):
        case "text":
            return Text(
                text=_words(rng, 14),
                align=rng.choice(("left", "center", "right")),
                weight=rng.choice(("regular", "bold")),
                size=rng.choice((1, 1, 2)),
            )
        case "columns":
            return Columns(
                cells=tuple(
                    Cell(
                        text=_words(rng, 5),
                        align=rng.choice(("left", "center", "right")),
                        weight=rng.choice(("regular", "bold")),
                        width=rng.choice((None, None, rng.randint(1, 14))),
                        share=rng.randint(1, 4),
                        keep=rng.random() < 0.3,
                    )
                    for _ in range(rng.randint(1, 4))
                ),
                size=rng.choice((1, 1, 2)),
            )
        case "rule":
            return Rule(style=rng.choice(("single", "double", "dashed")))
        case "feed":
            return Feed(rows=rng.randint(1, 40))
        case _:
            data = rng.choice(("HTTPS://THUNGAN.EXAMPLE/R/ABCDEF234567", "8412345678901", "https://ví-dụ.vn/ả"))
            return QrCode(data=data * rng.randint(1, 4), error_level=rng.choice(("L", "M", "Q", "H")))


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    SCHEMA.write_text(schema(), encoding="utf-8")
    VECTORS.write_text(
        "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in vectors()) + "\n]\n", encoding="utf-8"
    )
    for name, document in DOCUMENTS.items():
        for width in WIDTHS:
            golden_picture(name, width).write_bytes(to_png(document, width))


if __name__ == "__main__":
    write()
