"""Methods beside each other, each as it is judged, and whether ours is no worse within the paired interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.fair_methods_fitted import OPTIMIZER
from benchmarks.methods_judging import AT_THE_FLOOR, FLOOR, LEVEL_UP, PARITY, ROW_0
from benchmarks.methods_tables import Seeds, mean_and_margin
from benchmarks.printed import print_heading, print_row
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED

__all__ = ["OURS", "no_worse", "print_beside"]

OURS = (FLOOR, LEVEL_UP, PARITY)


def print_beside(seeds: Seeds) -> None:
    judged = ", ".join(name for name, enough in zip(seeds.groups, seeds.worst_eligible, strict=True) if enough)
    print(f"\nGroups judged, with 100 unseen events on average: {judged or 'none'}.\n")
    _print_figures(seeds)
    others = [name for name in seeds.methods if name not in (ROW_0, AT_THE_FLOOR, *OURS)]
    if not seeds.worst_eligible.any() or not others:
        return
    true = _has_truth(seeds)
    print(
        f"\nOurs less theirs, paired over seeds{', by true risks' if true else ''}; * worse by more than the interval\n"
    )
    print_heading("ours", "theirs", "worst-group sensitivity", "largest loss", "AUROC", "ours no worse")
    for ours in OURS:
        for theirs in others:
            cells = [_difference(*pair) for pair in _differences(seeds, ours, theirs, true=true)]
            print_row(ours, theirs, *cells, "yes" if no_worse(seeds, ours, theirs) else "NO")


def no_worse(seeds: Seeds, ours: str, theirs: str) -> bool:
    """In all three, within the paired interval."""
    return not any(_is_worse(*pair) for pair in _differences(seeds, ours, theirs, true=_has_truth(seeds)))


def _has_truth(seeds: Seeds) -> bool:
    return bool(np.isfinite(seeds.true_sensitivity(ROW_0)).all())


def _differences(seeds: Seeds, ours: str, theirs: str, *, true: bool) -> list[tuple[NDArray[np.float64], float, int]]:
    """Ours less theirs by seed, in each figure; the sign that is good, and the digits shown."""
    worst = seeds.worst_sensitivity(ours, true=true) - seeds.worst_sensitivity(theirs, true=true)
    loss = seeds.largest_losses(ours, true=true) - seeds.largest_losses(theirs, true=true)
    auroc = seeds.each(ours, lambda c: c.auroc) - seeds.each(theirs, lambda c: c.auroc)
    # cuts by group move no risk: theirs is row 0's AUROC
    return [(worst, 1.0, 3), (loss, -1.0, 3), (auroc, 1.0, 4)]


def _is_worse(difference: NDArray[np.float64], good: float, _: int) -> bool:
    mean, margin = mean_and_margin(good * difference)
    return mean + margin < -1e-12


def _difference(difference: NDArray[np.float64], good: float, digits: int) -> str:
    mean, margin = mean_and_margin(difference)
    return f"{mean:+.{digits}f} ± {margin:.{digits}f}{' *' if _is_worse(difference, good, digits) else ''}"


def _print_figures(seeds: Seeds) -> None:
    heads = ("sensitivity", "worst group", "worst group, true", "worst O:E", "largest loss, mean over seeds")
    print_heading(
        "method",
        *heads,
        f"seeds with a loss > {LARGEST_LOSS_ALLOWED:g}, seen; true",
        "AUROC",
        "net benefit",
        "flags per 1,000",
        "cost",
    )
    for method in seeds.methods:
        group, ratio = seeds.worst_calibrated(method)
        loser, loss = seeds.largest_loss(method)
        seen, true = ((seeds.largest_losses(method, true=true) > LARGEST_LOSS_ALLOWED).sum() for true in (False, True))
        benefit = np.array([1000 * run.by_method[method].net_benefit(run.cut) for run in seeds.runs])
        print_row(
            method,
            _printed(seeds.each(method, lambda c: c.overall_sensitivity), 3),
            _printed(seeds.worst_sensitivity(method), 3),
            _printed(seeds.worst_sensitivity(method, true=True), 3),
            f"{ratio:.2f} ({group})",
            "-" if method == ROW_0 else f"{loss:.3f} ({loser})" if loss > 0 else "none",
            "-" if method == ROW_0 else f"{seen}; {true if _has_truth(seeds) else '-'} of {len(seeds.runs)}",
            "row 0's" if method == OPTIMIZER else _printed(seeds.each(method, lambda c: c.auroc), 4),
            _printed(benefit, 1),
            _printed(seeds.each(method, lambda c: c.flags_per_1000), 1),
            f"{np.median(seeds.each(method, lambda c: c.cost)):.1f}x",
        )


def _printed(values: NDArray[np.float64], digits: int) -> str:
    mean, margin = mean_and_margin(values)
    return "-" if np.isnan(mean) else f"{mean:.{digits}f}" + ("" if np.isnan(margin) else f" ± {margin:.{digits}f}")
