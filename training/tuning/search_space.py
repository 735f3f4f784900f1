"""What a search may choose: ranges of LightGBM's settings, and the settings that every search begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.design import CAUTIOUS_BOOSTER, DEFAULT_BOOSTER

__all__ = ["RANGES", "SettingRange", "Suggested", "booster_of", "explanation_cost", "starting_points"]

Suggested = Mapping[str, float | int]
Booster = Mapping[str, float | int]

DIGITS = 3


@dataclass(frozen=True, kw_only=True)
class SettingRange:
    """Both ends belong to it. ``by_ratio``: twice as much counts as one step, wherever it starts."""

    name: str
    low: float
    high: float
    whole: bool = False
    by_ratio: bool = False


# Project defaults. Depth and leaves end where reasons get dear; no leaf holds fewer births than in any shipped
# setting, so that no leaf describes a few women.
RANGES = (
    SettingRange(name="n_estimators", low=50, high=600, whole=True, by_ratio=True),
    SettingRange(name="learning_rate", low=0.01, high=0.2, by_ratio=True),
    SettingRange(name="max_depth", low=2, high=6, whole=True),
    SettingRange(name="num_leaves", low=4, high=32, whole=True, by_ratio=True),
    SettingRange(name="min_child_samples", low=100, high=2000, whole=True, by_ratio=True),
    SettingRange(name="reg_lambda", low=0.1, high=100.0, by_ratio=True),
    SettingRange(name="colsample_bytree", low=0.3, high=1.0),
)
_LIGHTGBM_DEFAULTS = {"colsample_bytree": 1.0}


def starting_points(default: Booster) -> tuple[Suggested, ...]:
    """The design's own settings, always first, then the shipped ones for a cohort of another size."""
    shipped = [dict(booster) for booster in (default, DEFAULT_BOOSTER, CAUTIOUS_BOOSTER)]
    distinct = [booster for place, booster in enumerate(shipped) if booster not in shipped[:place]]
    return tuple({**_LIGHTGBM_DEFAULTS, **booster} for booster in distinct)


def booster_of(suggested: Suggested) -> dict[str, float | int]:
    """As a design holds them: to three digits, and no more leaves than the depth has room for."""
    booster: dict[str, float | int] = {}
    for setting in RANGES:
        value = suggested[setting.name]
        booster[setting.name] = int(value) if setting.whole else float(f"{value:.{DIGITS}g}")
    booster["num_leaves"] = min(int(booster["num_leaves"]), 2 ** int(booster["max_depth"]))
    return booster


def explanation_cost(booster: Booster, fair_rounds: int) -> float:
    """Nodes x quadrature nodes that one exact explanation visits at most (models.explanation.quadrature)."""
    trees, leaves = booster["n_estimators"] + fair_rounds, booster["num_leaves"]
    return float(trees * (2 * leaves - 1) * -(-int(booster["max_depth"]) // 2))
