"""How often a certificate's 'met' or 'violated' is wrong, where the truth is known.

    python -m benchmarks.certificate [--repeats 2000] [--fits 200] [--births 5000 20000]

Counts: groups and sensitivities are made up, women found are drawn, and the certificate is asked. Groups lie *anywhere*
around the floor, or one of them *at* a line (the floor, the loss allowed against row 0, or both at once), where both
answers are as good as wrong and each may be given in no more than 1 - SURE of repeats. Fits: births are drawn anew,
small boosters fitted under the floor, and each group's certificate held against the true risks of other births.

For each row, wrong answers are tested by the exact binomial against the level stated, in all groups together and in
the group that did worst; p is the chance of as many or more. Above .001 the row is consistent with the level.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from benchmarks.certificate_truth import LINES, drawn_around_the_floor, drawn_at_a_line, fitted_once, unseen_population
from benchmarks.printed import print_heading, print_row
from training.fair_boost.certificate import SURE

SMALLEST_P = 0.001


@dataclass(frozen=True, kw_only=True)
class Answers:
    """By repeat and group: whether 'met' was said, and 'violated', and whether each would be wrong.

    ``asked`` are the groups of each repeat that the row is about.
    """

    met: NDArray[np.bool_]
    violated: NDArray[np.bool_]
    met_is_wrong: NDArray[np.bool_]
    violated_is_wrong: NDArray[np.bool_]
    asked: NDArray[np.bool_]

    def wrong(self, status: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """By group: how often the status was wrong, of how many repeats in which it would have been."""
        said, wrong = (self.met, self.met_is_wrong) if status == "met" else (self.violated, self.violated_is_wrong)
        could_be = wrong & self.asked
        return (said & could_be).sum(axis=0), could_be.sum(axis=0)

    def of_statements(self) -> float:
        """Wrong statements over all that were made."""
        said = (self.met | self.violated) & self.asked
        wrong = (self.met & self.met_is_wrong | self.violated & self.violated_is_wrong) & self.asked
        return float(wrong.sum() / said.sum()) if said.any() else 0.0


def p_of_as_many(wrong: int, repeats: int) -> float:
    """Exact, one-sided: as many wrong answers or more, where each has the chance 1 - SURE."""
    return float(binom.sf(wrong - 1, repeats, 1 - SURE)) if repeats else 1.0


def answers_of(repeats: list[tuple[NDArray[np.bool_], ...]]) -> Answers:
    met, violated, met_is_wrong, violated_is_wrong, asked = (np.array(column) for column in zip(*repeats, strict=True))
    return Answers(
        met=met, violated=violated, met_is_wrong=met_is_wrong, violated_is_wrong=violated_is_wrong, asked=asked
    )


def line_of(name: str, answers: Answers) -> tuple[bool, tuple[str, ...]]:
    """Whether every test holds, and the cells of a row."""
    cells, held = [name], True
    for status in ("met", "violated"):
        wrong, repeats = answers.wrong(status)
        pooled = p_of_as_many(int(wrong.sum()), int(repeats.sum()))
        worst = min(p_of_as_many(int(w), int(r)) for w, r in zip(wrong, repeats, strict=True))
        held = held and min(pooled, worst) > SMALLEST_P
        share = wrong.sum() / max(repeats.sum(), 1)
        cells.append(f"{share:.1%} of {repeats.sum():,} (p {pooled:.2g}; worst group {worst:.2g})")
    said = ((answers.met | answers.violated) & answers.asked).sum() / answers.asked.sum()
    return held, (*cells, f"{answers.of_statements():.1%}", f"{1 - said:.0%}", "yes" if held else "NO")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--fits", type=int, default=200)
    parser.add_argument("--births", type=int, nargs="+", default=[5000, 20_000], help="fitted on and certified")
    parser.add_argument("--births-at-lines", type=int, nargs="+", default=[20_000])
    parser.add_argument("--births-of-fits", type=int, nargs="+", default=[5000, 20_000])
    asked = parser.parse_args()
    heads = ("'met' where it is wrong", "'violated' where it is wrong", "wrong, of statements", "undetermined")
    print_heading("births, and where groups lie", *heads, f"consistent with {SURE:.0%}")
    for births in asked.births if asked.repeats else ():
        random = np.random.default_rng(births)
        drawn = [drawn_around_the_floor(births, random) for _ in range(asked.repeats)]
        print_row(*line_of(f"{births:,}: counts, anywhere", answers_of(drawn))[1])
    for births in asked.births_at_lines if asked.repeats else ():
        random = np.random.default_rng(births)
        for line in LINES:
            drawn = [drawn_at_a_line(births, line, repeat, random) for repeat in range(asked.repeats)]
            print_row(*line_of(f"{births:,}: counts, {line}", answers_of(drawn))[1])
    population = unseen_population() if asked.fits else None
    for births in asked.births_of_fits if population is not None else ():
        fits = [fitted_once(births, seed, population) for seed in range(asked.fits)]
        print_row(*line_of(f"{births:,}: {asked.fits} fits", answers_of(fits))[1])


if __name__ == "__main__":
    main()
