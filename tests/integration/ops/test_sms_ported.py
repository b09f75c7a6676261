"""``thungan sms ported``: the list of ported numbers comes in whole or not at all."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.integration.ops.test_cli import Terminal

Databases = Callable[[str], Awaitable[str]]


@pytest.fixture
def thungan() -> Terminal:
    return Terminal()


@pytest.fixture(autouse=True)
async def system(database: Databases, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUNGAN_NAMESPACE", namespace)
    monkeypatch.setenv("THUNGAN_NOTIFY_DATABASE_URL", await database("notify"))


async def test_a_list_is_imported_shown_and_corrected(thungan: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "ported.csv"
    file.write_text("phone,operator\n0973 000 001,vinaphone\n84953000001,viettel\n", encoding="utf-8")
    assert await thungan.json("sms", "ported", "import", str(file)) == {"imported": 2}
    assert await thungan.json("sms", "ported", "show") == [
        {"operator": "viettel", "source": "list", "count": 1},
        {"operator": "vinaphone", "source": "list", "count": 1},
    ]
    found = await thungan.json("sms", "ported", "show", "0973000001")
    assert (found["operator"], found["source"]) == ("vinaphone", "list")
    file.write_text("phone;operator\n0973000001;mobifone\n", encoding="utf-8")
    await thungan.json("sms", "ported", "import", str(file))
    assert (await thungan.json("sms", "ported", "show", "0973000001"))["operator"] == "mobifone"
    await thungan.json("sms", "ported", "remove", "0973000001")
    found = await thungan.json("sms", "ported", "show", "0973000001")
    assert (found["operator"], found["source"]) == ("viettel", "prefix")


async def test_a_list_with_a_wrong_line_is_refused_whole_and_names_it(thungan: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "ported.csv"
    file.write_text(
        "phone,operator\n0973000001,vinaphone\n02903831234,viettel\n0973000002,mobi\n0973000001,viettel\n",
        encoding="utf-8",
    )
    code, out, err = await thungan("sms", "ported", "import", str(file))
    assert (code, out) == (1, "")
    for says in ("landline", "must be one of viettel", "stands in line 2 already", "3 lines are wrong"):
        assert says in err
    assert await thungan.json("sms", "ported", "show") == []
