"""Files that people and other systems make: read where there is one reading, else refused with the reason.

Each question is decided in one place, for every file alike: the encoding (:mod:`.encoding`, :mod:`.legacy`), separator,
header and number of fields (:mod:`.table`), workbooks (:mod:`.workbook`), Parquet (:mod:`.parquet`), numbers, dates and
texts (:mod:`.cells`), phone numbers and tax codes (:mod:`.identity`). A row is a pydantic model (:class:`Row`).
"""

from shared.csv_files.bad_lines import MOST_REPORTED, BadLine, Finding, Remark, UnreadableFileError
from shared.csv_files.cells import BadCellError
from shared.csv_files.options import PLAINLY, ImportOptions
from shared.csv_files.rows import FileRows, Line, Row, read_lines, read_rows

__all__ = [
    "MOST_REPORTED",
    "PLAINLY",
    "BadCellError",
    "BadLine",
    "FileRows",
    "Finding",
    "ImportOptions",
    "Line",
    "Remark",
    "Row",
    "UnreadableFileError",
    "read_lines",
    "read_rows",
]
