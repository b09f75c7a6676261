"""What an import leaves out when it keeps the good lines: which, why, and as a file to be corrected."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.csv_files.bad_lines import BadLine, Finding
from shared.csv_files.rows import Data, Row, open_table

LINE_COLUMN, REASON_COLUMN = "rejected_line", "rejected_because"


@dataclass(slots=True)
class Rejects:
    """The lines of one file that are left out, each with its reasons."""

    file: str
    reasons: dict[int, list[str]] = field(default_factory=dict)

    def add(self, line: int, reason: str) -> None:
        """Leave a line out."""
        reasons = self.reasons.setdefault(line, [])
        if reason not in reasons:
            reasons.append(reason)

    def add_all(self, findings: Iterable[Finding]) -> None:
        """Leave out the lines in which something is wrong."""
        for finding in findings:
            self.add(finding.line, str(finding))

    def bad_lines(self) -> list[BadLine]:
        """Return one bad line for each line."""
        return [
            BadLine(self.file, line, "", "; ".join(self.reasons[line]), "rejected") for line in sorted(self.reasons)
        ]


def reject_file(data: Data, model: type[Row], rejects: Rejects, *, convert_legacy: bool = False) -> str:
    """Return the lines that are left out as CSV: as they stand in the file, with line and reason behind them.

    Corrected, it can be imported as it is: the two columns are ignored.
    """
    table, _ = open_table(rejects.file, data, model, convert_legacy=convert_legacy)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.header[: table.width], LINE_COLUMN, REASON_COLUMN])
    for record in table:
        if record.line in rejects.reasons:
            cells = (record.raw + [""] * table.width)[: table.width]
            writer.writerow([*cells, record.line, "; ".join(rejects.reasons[record.line])])
    return text.getvalue()
