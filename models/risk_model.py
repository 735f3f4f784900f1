"""RiskModel: what a fitted model is when it leaves training, and all that serving needs to answer.

Saved as a text booster and one JSON file; nothing is unpickled when it is loaded. A loaded model has proved by its
digest that no byte changed and by its self-test that this machine computes the risks that training computed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl

from models.calibrator import Calibrator
from models.design import ModelDesign
from models.encoding import ETHNIC_GROUP, ROWS_AT_ONCE, Encoding, Fact
from models.group_adjustment import GroupAdjustment
from models.intended_population import IntendedPopulation
from models.observed_curve import CalibrationBand, ObservedCurve
from models.offer_policy import OfferPolicy
from records.concepts import CONCEPTS
from records.errors import EquipartumError

__all__ = [
    "CalibrationBand",
    "IntendedPopulation",
    "RiskBand",
    "RiskModel",
    "StaleModel",
    "UndecidedEthnicity",
    "label_of",
]


class StaleModel(EquipartumError):
    """A saved model that does not compute what it computed when it was saved, or is of another schema."""


class UndecidedEthnicity(EquipartumError):
    """A model whose risks a woman's recorded group would move, and nobody has signed for that."""


@dataclass(frozen=True, kw_only=True)
class RiskBand:
    """A named range of risk that starts at ``low`` and ends where the next band starts."""

    name: str
    low: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RiskModel:
    """A booster, a calibrator, an offer policy, and whom they are for.

    ``average_risk`` is the outcome's rate in the population it was fitted on or recalibrated to. ``list_only_groups``
    are those for whom no percentage may be shown, because their calibration was not good enough on the holdout.
    ``not_judged`` are groups of whom that could not be judged because a data-quality gate of the audit was closed, with
    the reason; they are shown no percentage either. `Everyone` is among them where nobody could be judged.
    ``calibration_bands`` are tenths of the held-out women; ``observed_curve`` says of any risk how often women scored
    like it had the outcome, and is None in models saved before there were curves or made of too few events.
    ``group_adjustment`` moves risks by recorded group, after the calibrator; it and columns of ethnicity are there only
    under a signed decision of the design (`UndecidedEthnicity` otherwise).
    """

    design: ModelDesign
    data_digest: str
    encoding: Encoding
    booster_text: str
    calibrator: Calibrator
    offer_policy: OfferPolicy
    bands: tuple[RiskBand, ...]
    calibration_bands: tuple[CalibrationBand, ...]
    intended_population: IntendedPopulation
    average_risk: float
    list_only_groups: tuple[str, ...] = ()
    not_judged: Mapping[str, str] = field(default_factory=dict)
    observed_curve: ObservedCurve | None = None
    reference_histograms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    group_adjustment: GroupAdjustment | None = None

    def __post_init__(self) -> None:
        if self.groups_read and not self.design.reads_ethnicity:
            raise UndecidedEthnicity(
                f"a model of {self.design.registered_name} reads {', '.join(self.groups_read)} and its design holds no "
                "signed decision to: 'equipartum methods' makes the dossier that one is signed from"
            )

    @property
    def groups_read(self) -> tuple[str, ...]:
        """The identity columns that move a risk, in order; none but by a signed decision."""
        by = () if self.group_adjustment is None else self.group_adjustment.by
        return tuple(dict.fromkeys(((ETHNIC_GROUP,) if self.encoding.reads_ethnicity else ()) + by))

    @cached_property
    def booster(self) -> lgb.Booster:
        return lgb.Booster(model_str=self.booster_text)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that moves a risk or an offer."""
        parts = {
            "booster": hashlib.sha256(self.booster_text.encode()).hexdigest(),
            "design": self.design.digest,
            "encoding": self.encoding.to_dict(),
            "calibrator": self.calibrator.to_dict(),
            "offer_policy": self.offer_policy.to_dict(),
            **self._adjustment(),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def label(self) -> str:
        """How a predictions table names the model."""
        return label_of(self.digest)

    def raw_scores(self, encoded: npt.NDArray[np.float64], *, threads: int = 0) -> npt.NDArray[np.float64]:
        """Log-odds before calibration; ``encoded`` is (rows, columns)."""
        scores = self.booster.predict(encoded, raw_score=True, num_threads=threads)
        return np.asarray(scores, dtype=np.float64)

    def predict(self, known: pl.DataFrame) -> npt.NDArray[np.float64]:
        """Calibrated risks in [0, 1], one a row of ``known`` (one column a concept, and those of `groups_read`)."""
        parts = known.iter_slices(ROWS_AT_ONCE) if known.height else [known]
        scores = np.concatenate([self.raw_scores(self.encoding.encode(part)) for part in parts])
        risk = self.calibrator.apply(scores)
        if self.group_adjustment is None:
            return risk
        by = {name: known[name].cast(pl.String).to_list() for name in self.group_adjustment.by}
        return self.group_adjustment.apply(risk, by)

    def predict_one(self, facts: Mapping[str, Fact], groups: Mapping[str, str | None] | None = None) -> float:
        """The calibrated risk of one woman; equal to the last bit to `predict` on a frame that holds her.

        ``groups`` holds her value of each identity column that is read; one that is not given is not known.
        """
        known = dict(groups or {})
        return self.adjusted(self.unadjusted(self.encode_one(facts, known)), known)

    def encode_one(self, facts: Mapping[str, Fact], groups: Mapping[str, str | None]) -> npt.NDArray[np.float64]:
        """One woman's numbers, one a column; her group is among them only where a signed decision put it there."""
        read = {ETHNIC_GROUP: groups.get(ETHNIC_GROUP)} if self.encoding.reads_ethnicity else {}
        return self.encoding.encode_one({**facts, **read})

    def unadjusted(self, encoded: npt.NDArray[np.float64]) -> float:
        """One woman's calibrated risk before any step for her group."""
        return float(self.calibrator.apply(self.raw_scores(encoded.reshape(1, -1), threads=1))[0])

    def adjusted(self, risk: float, groups: Mapping[str, str | None]) -> float:
        """``risk`` after the step for her group; itself where the model takes none."""
        return risk if self.group_adjustment is None else self.group_adjustment.apply_one(risk, groups)

    def band_of(self, risk: float) -> str:
        return next(band.name for band in reversed(self.bands) if risk >= band.low)

    def bands_of(self, risks: npt.NDArray[np.float64]) -> list[str]:
        names = [band.name for band in self.bands]
        edges = np.array([band.low for band in self.bands[1:]])
        return [names[index] for index in np.searchsorted(edges, risks, side="right")]

    def calibration_band_of(self, risk: float) -> CalibrationBand | None:
        """What was seen of women scored alike: by the curve at this very risk, or without one in her tenth."""
        if self.observed_curve is not None:
            return self.observed_curve.at(risk)
        return next((band for band in self.calibration_bands if band.low <= risk < band.high), None)

    def missing_inputs(self, facts: Mapping[str, Fact]) -> tuple[str, ...]:
        """Concepts the model would use and that are not recorded; what is undefined for her is not missing."""
        return tuple(
            name
            for name in self.encoding.concepts
            if facts.get(name) is None
            and not ((condition := CONCEPTS[name].defined_if) is not None and facts.get(condition) == 0)
        )

    def header(self) -> dict[str, Any]:
        """Everything but the booster, as plain JSON data."""
        return {
            "design": self.design.to_dict(),
            "data_digest": self.data_digest,
            "encoding": self.encoding.to_dict(),
            "calibrator": self.calibrator.to_dict(),
            "offer_policy": self.offer_policy.to_dict(),
            "bands": [vars(band) for band in self.bands],
            "calibration_bands": [vars(band) for band in self.calibration_bands],
            "intended_population": self.intended_population.to_dict(),
            "average_risk": self.average_risk,
            "list_only_groups": list(self.list_only_groups),
            "not_judged": dict(self.not_judged),
            **self._adjustment(),
            "observed_curve": self.observed_curve.to_dict() if self.observed_curve is not None else None,
            "reference_histograms": {name: dict(counts) for name, counts in self.reference_histograms.items()},
        }

    def _adjustment(self) -> dict[str, Any]:
        """Left out where there is none, so that digests of models without are what they were."""
        return {} if self.group_adjustment is None else {"group_adjustment": self.group_adjustment.to_dict()}

    @classmethod
    def from_header(cls, header: Mapping[str, Any], booster_text: str) -> RiskModel:
        return cls(
            design=ModelDesign.from_dict(header["design"]),
            data_digest=header["data_digest"],
            encoding=Encoding.from_dict(header["encoding"]),
            booster_text=booster_text,
            calibrator=Calibrator.from_dict(header["calibrator"]),
            offer_policy=OfferPolicy.from_dict(header["offer_policy"]),
            bands=tuple(RiskBand(**band) for band in header["bands"]),
            calibration_bands=tuple(CalibrationBand(**band) for band in header["calibration_bands"]),
            intended_population=IntendedPopulation.from_dict(header["intended_population"]),
            average_risk=header["average_risk"],
            list_only_groups=tuple(header["list_only_groups"]),
            # Not in models saved before audits told whom they could not judge.
            not_judged=header.get("not_judged", {}),
            # Not in models saved before there were curves.
            observed_curve=ObservedCurve.from_dict(curve) if (curve := header.get("observed_curve")) else None,
            reference_histograms=header["reference_histograms"],
            group_adjustment=GroupAdjustment.from_dict(header["group_adjustment"])
            if "group_adjustment" in header
            else None,
        )


def label_of(digest: str) -> str:
    """The digest's first twelve characters, or as many as reach its first letter: a table of predictions refuses a
    version of digits alone, which looks like a woman's number, and one digest in 280 begins with twelve digits."""
    letter = next((place for place, character in enumerate(digest) if character in "abcdef"), 0)
    return digest[: max(12, letter + 1)]
