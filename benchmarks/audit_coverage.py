"""How often the limits that an audit prints hold the truth: intervals, posterior gap and bound, by size of group.

    python -m benchmarks.audit_coverage [--repeats 2000] [--sizes 5000 20000 100000] [--parts groups events gaps]

Counts are drawn from populations whose true figures are known; no row is made. Each share is judged by the exact
binomial test (p > .001) against the stated 95 %: `-` after a share marks one that is short, `+` one that is wider than
stated. A figure printed in less than a tenth of the samples is not judged. Limits are taken as printed: rounded, and
under `msds` from rounded counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np

from benchmarks.audit_coverage_gap import FIXED_TRUTHS, GapRuns, gaps_of_ratios, gaps_of_sensitivity
from benchmarks.audit_coverage_intervals import CONSERVATIVE, Coverage, covered
from benchmarks.audit_populations import Population, eight_groups, one_group, six_groups
from benchmarks.printed import asked_of_repeats, print_heading, print_row
from fairness_audits.disclosure import RULES

POPULATIONS = {"eight groups": eight_groups(), "six groups, shares like England's": six_groups()}
DISCLOSURES = ("none", "msds")
PARTS = ("groups", "events", "gaps")
# Centres of log-odds: event rates of about 2, 9 and 26 %.
RATES_LIKE = (-4.2, -2.6, -1.3)
EVENTS = (5, 8, 12, 16, 20, 30, 50, 100, 200)
WOMEN = 50_000
MARKS = {"holds": " ", "short": "-", "wide": "+", "none": ""}
SEED = 20_260_131


def main() -> None:
    asked = asked_of_repeats(__doc__, PARTS)
    for disclosure in DISCLOSURES if "groups" in asked.parts else ():
        for name, population in POPULATIONS.items():
            for women in asked.sizes:
                print(f"\n### {name}, {women:,} births, disclosure '{disclosure}'\n")
                found = covered(population, women, asked.repeats, RULES[disclosure], np.random.default_rng(SEED))
                _print_coverage(population, women, found)
    for disclosure in DISCLOSURES if "events" in asked.parts else ():
        _print_events(asked.repeats, disclosure)
    for name, population in POPULATIONS.items() if "gaps" in asked.parts else ():
        _print_gaps(name, population, asked.sizes, asked.repeats)


def _print_coverage(population: Population, women: int, found: Sequence[Coverage]) -> None:
    """Columns are groups, with the events expected in each; rows figures, those that may be wider marked so."""
    expected = [women * share * population.rate(g) for g, share in enumerate(population.shares)]
    print_heading(
        "figure", *(f"{group} ({events:.0f})" for group, events in zip(population.groups, expected, strict=True))
    )
    for name in dict.fromkeys(name for coverage in found for name in coverage.shown):
        named = f"{name} (at least)" if name in CONSERVATIVE else name
        print_row(named, *(_share(coverage, name) for coverage in found))


def _share(coverage: Coverage, name: str) -> str:
    verdict = coverage.verdict(name)
    return "" if verdict == "none" else f"{100 * coverage.share(name):.1f}{MARKS[verdict]}"


def _print_events(repeats: int, disclosure: str) -> None:
    """One group among 50,000 births, by the events that are expected in it: the worst of three event rates."""
    print(f"\n### By events in a group: lowest coverage of three event rates, disclosure '{disclosure}'\n")
    found = {events: list(_at(events, repeats, disclosure)) for events in EVENTS}
    print_heading("figure", *map(str, EVENTS), "holds from")
    for name in dict.fromkeys(name for runs in found.values() for one in runs for name in one.shown):
        judged = {e: [one for one in runs if one.verdict(name) != "none"] for e, runs in found.items()}
        worst = {e: min(runs, key=lambda one: one.share(name)) for e, runs in judged.items() if runs}
        short = [e for e in EVENTS if e not in worst or worst[e].verdict(name) == "short"]
        holds = next((e for e in EVENTS if not short or e > max(short)), None)
        cells = (_share(worst[e], name) if e in worst else "" for e in EVENTS)
        print_row(name, *cells, "never" if holds is None else str(holds))


def _at(events: int, repeats: int, disclosure: str) -> Iterator[Coverage]:
    for number, rate_like in enumerate(RATES_LIKE):
        population = one_group(rate_like=rate_like, events=events, women=WOMEN)
        yield covered(
            population, WOMEN, repeats, RULES[disclosure], np.random.default_rng(SEED + number), only_first=True
        )[0]


def _print_gaps(name: str, population: Population, sizes: Sequence[int], repeats: int) -> None:
    print(f"\n### Posterior gap, {name}, true values drawn from its prior\n")
    print_heading(
        "births", "gap of", "95 % interval holds", "bound holds (at least 95 %)", "chance said: repeats, said, true"
    )
    for women in sizes:
        sensitivity = gaps_of_sensitivity(population, women, repeats, np.random.default_rng(SEED))
        _gap_row(f"{women:,}", "sensitivity", sensitivity, bound=f"{100 * sensitivity.bounded / repeats:.1f}")
        _gap_row(f"{women:,}", "O:E", gaps_of_ratios(population, women, repeats, np.random.default_rng(SEED)), bound="")
    print(f"\n### Posterior gap of sensitivity, {name}, true values that never change\n")
    print_heading(
        "births", "truth", "mean true gap", "mean expected gap", "95 % interval holds", "bound", "chance > .95 said in"
    )
    for women in sizes:
        for truth, drawn in FIXED_TRUTHS.items():
            runs = gaps_of_sensitivity(population, women, repeats // 4, np.random.default_rng(SEED), drawn)
            said = 100 * float((runs.chance > 0.95).mean())
            print_row(
                f"{women:,}",
                truth,
                f"{runs.truth.mean():.3f}",
                f"{runs.expected.mean():.3f}",
                f"{100 * runs.covered / runs.truth.size:.1f}",
                f"{100 * runs.bounded / runs.truth.size:.1f}",
                f"{said:.1f} %",
            )


def _gap_row(women: str, name: str, runs: GapRuns, *, bound: str) -> None:
    covered_share = f"{100 * runs.covered / runs.truth.size:.1f}{MARKS[runs.verdict()]}"
    said = "; ".join(
        f"{size} {100 * mean:.0f}→{100 * true:.0f}{'' if verdict == 'holds' else '!'}"
        for _, size, mean, true, verdict in runs.calibration()
    )
    print_row(women, name, covered_share, bound, said)


if __name__ == "__main__":
    main()
