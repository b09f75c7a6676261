"""What one printer can do, as found when it was paired. The defaults print on every ESC/POS printer known."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.printing.layout import WidthDots


class PrinterProfile(BaseModel):
    """The choices that ESC/POS leaves to the printer. Whatever is switched on was seen on a test print by a person.

    * ``native_qr``: the printer draws QR codes itself (``GS ( k``): fewer bytes.
    * ``text_mode``: ``ascii_lines`` sends lines of plain ASCII as text, all else as pixels; ``unaccented`` sends
      all words without marks, for links of 1 kB/s. Both need font A of 12 dots.
    * ``cut``: off unless there is a cutter. A cash drawer is never opened.
    * ``fence``: the printer answers ``GS r 1``, so that the answer after the last byte says: printed.
    * ``status``: the printer answers ``DLE EOT``, so that no paper is begun that cannot come out.
    * ``feed_command``: ``ESC J`` moves the paper by dots; else white rows are sent as pixels.
    * ``tail_rows``: white rows after the last line, up to where the paper is torn off.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width_dots: WidthDots = 384
    native_qr: bool = False
    text_mode: Literal["none", "ascii_lines", "unaccented"] = "none"
    cut: Literal["none", "partial", "full"] = "none"
    fence: bool = False
    status: bool = False
    feed_command: bool = True
    tail_rows: int = Field(default=96, ge=0, le=400)
