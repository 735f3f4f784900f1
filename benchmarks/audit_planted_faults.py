"""Which faults an audit finds, how often, and what it finds in births that are fair.

    python -m benchmarks.audit_planted_faults [--repeats 2000] [--sizes 5000 20000 100000] [--parts faults sites fair]

Faults are planted one at a time in one group (`benchmarks.audit_fault_list`), samples are drawn as counts, and the
audit's own checks judge each sample under the policy as shipped. Power: the share of samples in which the fault's own
check names the group, in an eighth as many samples as are drawn of fair births. False findings: what an audit of women
without number would not find, the planted group by its own check apart. In fair births a check that looks one way is
stated to name a fair group in at most 2.5 % of samples, FA002, which looks both ways, in at most 5 %; any of the five
groups in at most 12 and 23 %. `!` marks what is more than stated (exact binomial test, p <= .001). FA007 compares two
scorers and FA014 two audits, which costs more: they are judged in an eighth as many samples of fair births, and FA007
in a sixteenth of faults.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
from scipy.stats import binomtest

from benchmarks.audit_fault_list import FAULTS
from benchmarks.audit_faults import FAIR, GROUPS, PLANTED, Births, drawn_evidence, found, truly_found
from benchmarks.audit_sites import SiteRuns, site_runs
from benchmarks.printed import asked_of_repeats, print_heading, print_row
from fairness_audits.checks import CHECKS
from fairness_audits.disclosure import RULES

COMPARES = ("FA007", "FA014")
STATED = {"FA002": 0.05}
USUALLY_STATED = 0.025
SURELY = 0.001
SEED = 20_260_131
PARTS = ("faults", "sites", "fair")


@dataclass
class Audits:
    """``named``: samples in which a check named a group; ``false``: those in which a check named any group wrongly."""

    repeats: int = 0
    named: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    any_false: int = 0

    def of_group(self, check: str) -> tuple[int, str]:
        """The largest number of samples in which one group was named, and the group."""
        return max(((n, str(group)) for (code, group), n in self.named.items() if code == check), default=(0, ""))


def audits(births: Births, women: int, repeats: int, random: np.random.Generator, *, with_rule: bool) -> Audits:
    true = truly_found(births, with_rule=with_rule)
    told = Audits()
    for drawn in births.draw(women, repeats, random):
        answered = found(drawn_evidence(births, drawn, random, with_rule=with_rule))
        wrong = {code for code, _ in answered - true - {(births.check, PLANTED)}}
        told.repeats += 1
        told.named.update(answered)
        told.false.update(wrong)
        told.any_false += bool(wrong)
    return told


def stated(check: str) -> float:
    """At most so many of fair samples may name one fair group."""
    return STATED.get(check, USUALLY_STATED)


def is_more_than_stated(number: int, repeats: int, most: float) -> bool:
    return binomtest(number, repeats, most, alternative="greater").pvalue <= SURELY


def main() -> None:
    asked = asked_of_repeats(__doc__, PARTS)
    if "faults" in asked.parts:
        _print_faults(asked.sizes, asked.repeats)
    if "sites" in asked.parts:
        _print_sites(asked.sizes, asked.repeats // 8)
    for women in asked.sizes if "fair" in asked.parts else ():
        _print_fair(women, asked.repeats)


def _print_faults(sizes: Sequence[int], repeats: int) -> None:
    group = GROUPS.index(PLANTED)
    print(f"\n### Faults planted in a group of {100 * FAIR.population.shares[group]:.0f} % of women\n")
    print_heading(
        "fault", "its check", "also true", "births (events in the group)", "found in", "false findings in", "of them"
    )
    for births in FAULTS:
        true = truly_found(births, with_rule=births.check == "FA007")
        also = ", ".join(sorted({code for code, _ in true} - {births.check}))
        runs = repeats // (16 if births.check == "FA007" else 8)
        for women in sizes:
            random = np.random.default_rng(SEED)
            told = audits(births, women, runs, random, with_rule=births.check == "FA007")
            events = women * births.population.shares[group] * births.population.rate(group)
            seen = 1 - births.not_recorded[group]
            print_row(
                births.name if women == sizes[0] else "",
                births.check if women == sizes[0] else "",
                also if women == sizes[0] else "",
                f"{women:,} ({events * seen * (1 - births.entered_as_no[group]):.0f})",
                f"{100 * told.named[births.check, PLANTED] / runs:.1f} %",
                f"{100 * told.any_false / runs:.1f} %",
                ", ".join(f"{code} {100 * n / runs:.1f}" for code, n in sorted(told.false.items())),
            )


def _print_sites(sizes: Sequence[int], samples: int) -> None:
    gap = SiteRuns.true_gap()
    print(f"\n### Twelve sites that differ and nothing else: sensitivity {gap:+.3f} over all sites, 0 within\n")
    print_heading("births", "disclosure", "split printed in", "within holds 0", "within named in", "between named in")
    for women in sizes:
        for disclosure in ("none", "msds"):
            runs = site_runs(women, samples, RULES[disclosure], np.random.default_rng(SEED))
            shares = (runs.within_holds, runs.within_named, runs.between_named)
            told = [f"{100 * n / runs.told:.1f} %" if runs.told >= 0.1 * samples else "" for n in shares]
            print_row(f"{women:,}", disclosure, f"{100 * runs.told / samples:.0f} %", *told)


def _print_fair(women: int, repeats: int) -> None:
    told = audits(FAIR, women, repeats, np.random.default_rng(SEED), with_rule=False)
    audited_before = replace(FAIR, before=FAIR.population)
    beside = audits(audited_before, women, repeats // 8, np.random.default_rng(SEED), with_rule=True)
    print(f"\n### Fair births, {women:,}: findings, none of which is true\n")
    print_heading("check", "group named most", "in", "stated, at most", "any group", "stated, at most")
    for check in CHECKS:
        _print_fair_check(check.code, beside if check.code in COMPARES else told)
    print_row(f"any but {' and '.join(COMPARES)}", "", "", "", f"{100 * told.any_false / repeats:.1f} %", "")


def _print_fair_check(check: str, told: Audits) -> None:
    most, judged = stated(check), len(GROUPS) - 1
    number, group = told.of_group(check)
    rates = ((number, most), (told.false[check], 1 - (1 - most) ** judged))
    cells = []
    for found_in, at_most in rates:
        mark = "!" if is_more_than_stated(found_in, told.repeats, at_most) else ""
        cells += [f"{100 * found_in / told.repeats:.1f} %{mark}", f"{100 * at_most:.3g} %"]
    print_row(check, group, *cells)


if __name__ == "__main__":
    main()
