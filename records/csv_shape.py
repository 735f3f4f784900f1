"""Whether a CSV file is one that Polars will read as it was meant: its encoding, its separator, the fields of a row."""

from __future__ import annotations

import csv
from pathlib import Path

from records.prediction_errors import EmptyPredictions, UnreadablePredictions

__all__ = ["refuse_misshapen"]

OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def refuse_misshapen(file: Path) -> None:
    """Refuse what Polars would lose in silence: it drops fields beyond the header ('Black, British' loses half) and
    fills absent ones with null. Raises `EmptyPredictions` and `UnreadablePredictions`; quotes no value.
    """
    longer = shorter = 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines)
            header = next(rows, [])
            _refuse_header(file.name, header)
            for row in rows:
                longer += len(row) > len(header)
                shorter += 0 < len(row) < len(header)
    except UnicodeDecodeError:
        raise UnreadablePredictions(f"{file.name}: cannot be read as UTF-8; save it as UTF-8") from None
    except csv.Error:
        raise UnreadablePredictions(f"{file.name}: a quotation mark is opened and never closed") from None
    if longer:
        raise UnreadablePredictions(
            f"{file.name}: {longer} rows hold more fields than the header; quote a value that holds a comma"
        )
    if shorter:
        raise UnreadablePredictions(
            f"{file.name}: {shorter} rows hold fewer fields than the header; a value that is not known is an empty "
            "field, with its comma"
        )


def _refuse_header(name: str, header: list[str]) -> None:
    text = ",".join(header)
    if not text.strip():
        raise EmptyPredictions(f"{name}: the file is empty")
    if "\0" in text:
        raise UnreadablePredictions(f"{name}: cannot be read as UTF-8; save it as UTF-8")
    found = [title for separator, title in OTHER_SEPARATORS.items() if separator in text]
    if len(header) == 1 and found:
        raise UnreadablePredictions(f"{name}: its columns are parted by {found[0]}; save it with commas between them")
