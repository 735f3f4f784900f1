"""`python -m models.reference_pages FOLDER`: writes the pages into the folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.reference_pages import PAGES


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m models.reference_pages", description="Write the pages of the docs that the code declares."
    )
    parser.add_argument("folder", type=Path, help="where they go: docs/reference")
    folder: Path = parser.parse_args().folder
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
