"""What two states of the project have measured in turns becomes rows of medians."""

from typing import Any

from simulation.bench.comparison import compared
from simulation.bench.report import as_page


def measured(**figures: float) -> dict[str, Any]:
    rows = [{"benchmark": "collection", "what": what, "unit": "ms", "figure": value} for what, value in figures.items()]
    return {"rows": rows}


def test_a_figure_that_both_have_is_compared_by_the_medians_of_its_rounds() -> None:
    (row,) = compared([measured(cpu=20), measured(cpu=90), measured(cpu=30)], [measured(cpu=60)] * 3, "abc")
    assert (row.figure, row.other, row.ratio, row.compared_with) == (30, 60, 0.5, "abc")


def test_a_figure_that_one_of_them_lacks_is_left_out() -> None:
    assert compared([measured(cpu=20, new=1)], [measured(cpu=40, old=1)], "abc")[0].what == "cpu"
    assert len(compared([measured(cpu=20, new=1)], [measured(cpu=40, old=1)], "abc")) == 1


def test_a_row_that_names_its_rate_is_the_same_row_in_each_round() -> None:
    first, second = measured(**{"p99 at half of it (20/s)": 10}), measured(**{"p99 at half of it (9/s)": 30})
    assert [row.figure for row in compared([first, second], [first, second], "abc")] == [20]


def test_the_page_names_the_machine_and_each_ratio() -> None:
    page = as_page({"cores": 2}, compared([measured(cpu=20)], [measured(cpu=40)], "abc"))
    assert page.startswith("cores: 2\n")
    assert "| cpu | 20 ms | abc | 40 ms | 0.50 × |" in page
