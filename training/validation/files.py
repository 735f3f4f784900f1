"""A validation on disk: `validation.html` to read, `validation.json` to compute with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from fairness_audits.charts import ratio_scale
from fairness_audits.templating import templates
from fairness_audits.wording import FIXED_SENTENCE
from training.validation.printed import Part
from training.validation.standing import Standing

__all__ = [
    "VALIDATION_FILE",
    "VALIDATION_PAGE",
    "VALIDATION_SCHEMA",
    "Validation",
    "validation_as_data",
    "write_validation",
]

VALIDATION_SCHEMA = 1
VALIDATION_PAGE = "validation.html"
VALIDATION_FILE = "validation.json"


class Validation(Protocol):
    """What every kind of validation offers to whatever prints it."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def births(self) -> str: ...
    @property
    def denominator(self) -> str: ...
    @property
    def remarks(self) -> tuple[str, ...]: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def is_simulated(self) -> bool: ...
    def parts(self) -> tuple[Part, ...]: ...
    def to_dict(self) -> Mapping[str, Any]: ...


KINDS = {
    "external": "External validation",
    "temporal": "Temporal validation",
    "internal-external": "Internal-external validation over sites",
}


def validation_as_data(validation: Validation) -> dict[str, Any]:
    return {
        "schema": VALIDATION_SCHEMA,
        "kind": validation.kind,
        "title": validation.title,
        "is_simulated": validation.is_simulated,
        "standing": validation.standing.to_dict(),
        "warnings": list(validation.warnings),
        "remarks": list(validation.remarks),
        **validation.to_dict(),
    }


def write_validation(validation: Validation, folder: Path, *, audit_page: str | None = None) -> Path:
    """Both files in ``folder``, made if need be. ``audit_page`` is where the audit's report lies, from there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / VALIDATION_FILE).write_text(
        json.dumps(validation_as_data(validation), indent=1, ensure_ascii=False), encoding="utf-8"
    )
    (folder / VALIDATION_PAGE).write_text(_page(validation, audit_page), encoding="utf-8")
    return folder


def _page(validation: Validation, audit_page: str | None) -> str:
    parts: Sequence[Part] = validation.parts()
    return (
        templates()
        .get_template("validation.html")
        .render(
            validation=validation,
            kind=KINDS[validation.kind],
            on=datetime.now(UTC).date().isoformat(),
            parts_told=parts,
            scales={
                table.caption: ratio_scale(chain.from_iterable(table.drawn))
                for part in parts
                for table in part.tables
                if table.drawn
            },
            fixed_sentence=FIXED_SENTENCE,
            audit_page=audit_page,
        )
    )
