"""The glossary names the words of the trade as the code has them."""

import re
from pathlib import Path


def test_every_name_in_the_glossary_is_a_name_in_the_code() -> None:
    glossary = Path("docs/glossary.md").read_text(encoding="utf-8")
    names = {
        name for cell in re.findall(r"^\| (`.*?) \|", glossary, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    code = "\n".join(
        path.read_text(encoding="utf-8") for root in ("services", "shared") for path in Path(root).rglob("*.py")
    )
    words = set(re.findall(r"[a-z_]+", code))

    assert names
    assert {name for name in names if words.isdisjoint({name, f"{name}s"})} == set()
