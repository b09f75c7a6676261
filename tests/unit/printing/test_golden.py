import io
import json

import pytest
from PIL import Image

from shared.printing import Document, render
from shared.printing.layout import WidthDots
from shared.printing.png import to_picture
from tests.unit.printing import make_golden as golden

REFRESH = "if the change is meant, look at the pictures of `python -m tests.unit.printing.make_golden`"


@pytest.mark.parametrize("width_dots", golden.WIDTHS)
@pytest.mark.parametrize("name", golden.DOCUMENTS)
def test_a_paper_looks_dot_for_dot_as_when_somebody_last_looked(name: str, width_dots: WidthDots) -> None:
    seen = Image.open(io.BytesIO(golden.golden_picture(name, width_dots).read_bytes())).convert("1")
    now = to_picture(render(golden.DOCUMENTS[name], width_dots))
    assert now.size == seen.size, REFRESH
    assert now.tobytes() == seen.tobytes(), REFRESH


def test_the_vectors_for_other_renderers_are_current() -> None:
    assert json.loads(golden.VECTORS.read_text(encoding="utf-8")) == golden.vectors(), REFRESH


def test_the_golden_schema_is_current() -> None:
    assert golden.SCHEMA.read_text(encoding="utf-8") == golden.schema(), REFRESH


def test_every_vector_is_a_document_that_survives_the_trip_through_json() -> None:
    for vector in json.loads(golden.VECTORS.read_text(encoding="utf-8")):
        document = Document.model_validate(vector["document"])
        assert json.loads(document.model_dump_json()) == vector["document"]
