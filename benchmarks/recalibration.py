"""Which update a site's births call for, where it is known what is wrong there, and observed over expected after it.

    python -m benchmarks.recalibration [--seeds 20] [--fitted-on 12000] [--births 5000 20000]
    python -m benchmarks.recalibration --data FILE --elsewhere FILE [--outcome preterm_birth]

For each seed a model is fitted on simulated `england` births, and other births of the scenario are the site's. What is
wrong there is planted by leaving births out: where a woman with the outcome stays with so many times the chance of one
without it, her odds among those left are so many times what they were. Half of the site's births are held out; the
update is chosen and learnt on the other half. With ``--data`` the model is fitted on that real file and the site's
births are those of ``--elsewhere``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.printed import print_heading, print_row
from fairness_audits.figures import Figure
from fairness_audits.policy import DEFAULT_POLICY
from models.home import Home
from models.release import ReleaseTags
from models.risk_model import RiskModel
from records.errors import EquipartumError
from records.records import Records
from records.sources.cdc_natality import CDC_NATALITY
from records.sources.simulated import simulate
from training.cohort import OBSERVED, assemble
from training.design_choice import RetrainRequest, design_for
from training.fitting import fit
from training.recalibration_to_site.comparison import compare
from training.recalibration_to_site.held_out import before_and_after
from training.recalibration_to_site.local_births import LocalBirths
from training.recalibration_to_site.versions_made import made_under
from training.split import hold_out
from training.validation.new_births import NewBirths, births_for
from training.validation.recalibration import UPDATES, log_odds_of
from training.version import Version

Floats = NDArray[np.float64]
# Seeds of the births that fit and of those of the site never meet.
ELSEWHERE = 1_000
SHIFT, STRETCH = float(np.log(1.5)), 0.6
TOLD, SAME, SHIFTED, STRETCHED, OTHER = (
    "risks told are the truth",
    "other births of the scenario",
    "odds times 1.5",
    "log-odds drawn together to 0.6",
    "a first birth before 30 raises, age 36 lowers",
)
TRUTHS = (TOLD, SAME, SHIFTED, STRETCHED, OTHER)
REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class One:
    """``update`` is the one chosen, or `REFUSED`. Ratios are of the births held out."""

    update: str
    before: Figure | None = None
    after: Figure | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--fitted-on", type=int, default=12_000, help="births, of each model")
    parser.add_argument("--births", type=int, nargs="+", default=[5_000, 20_000], help="of the site")
    parser.add_argument("--outcome", default="preterm_birth")
    parser.add_argument("--data", type=Path, help="a natality file (.txt, .zip) to fit on")
    parser.add_argument("--elsewhere", type=Path, nargs="*", default=[], help="natality files of the site")
    asked = parser.parse_args()
    if asked.data is not None:
        real_births(asked.data, asked.elsewhere, asked.outcome)
        return
    models = [simulated_model(asked.outcome, asked.fitted_on, seed) for seed in range(asked.seeds)]
    print_heading("births", "what is wrong", *UPDATES, REFUSED, "O:E before", "O:E after", "its interval covers 1")
    for size in asked.births:
        for truth in TRUTHS:
            done = [judged(planted(model, truth, size, seed)) for seed, model in enumerate(models)]
            print_row(f"{size:,}", truth, *summary(done))


def simulated_model(outcome: str, births: int, seed: int) -> RiskModel:
    return fitted(outcome, simulate(births, seed=seed, scenario="england").records, seed)


def fitted(outcome: str, records: Records, seed: int = 0) -> RiskModel:
    """As `retrain` fits it, its own holdout left out."""
    request = RetrainRequest(outcome=outcome, seed=seed)
    cohort = assemble(request.outcome, request.point, records)
    design = design_for(request, cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    return fit(design, cohort, split.training(cohort.frame)).model


def planted(model: RiskModel, truth: str, size: int, seed: int) -> NewBirths:
    births = births_for(model, simulate(size, seed=ELSEWHERE + seed, scenario="england").records)
    random = np.random.default_rng(seed)
    if truth == TOLD:
        happened = pl.Series(OBSERVED, random.random(births.frame.height) < births.risk)
        return with_frame(births, births.frame.with_columns(happened))
    extra = extra_log_odds(births, truth)
    had_it = births.frame[OBSERVED].fill_null(value=False).to_numpy()
    stays = random.random(births.frame.height) < np.minimum(1.0, np.exp(np.where(had_it, extra, -extra)))
    return with_frame(births, births.frame.filter(stays))


def extra_log_odds(births: NewBirths, truth: str) -> Floats:
    told = log_odds_of(births.risk)
    if truth == SHIFTED:
        return np.full(told.size, SHIFT)
    if truth == STRETCHED:
        return np.asarray((STRETCH - 1) * (told - told.mean()))
    if truth == OTHER:
        age = births.frame["maternal_age"].fill_null(30).to_numpy()
        is_first = (births.frame["parity"].fill_null(0) == 0).to_numpy()
        return np.asarray(1.5 * (is_first & (age < 30)) - 1.5 * (age >= 36))
    return np.zeros(told.size)


def with_frame(births: NewBirths, frame: pl.DataFrame) -> NewBirths:
    return replace(births, frame=frame, cohort=replace(births.cohort, frame=frame))


def judged(births: NewBirths) -> One:
    """The update that is enough, by the births to learn from, and what it does to those held out."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            local = LocalBirths.of(births)
            compared = compare(version_of(births.model), local, Home(root=Path(scratch)), DEFAULT_POLICY)
        except EquipartumError as refusal:
            print(f"refused: {refusal}", file=sys.stderr)
            return One(update=REFUSED)
    update = compared.sufficient.update
    made = made_under(update, compared, alert_rate=None, say=lambda _: None)
    both = before_and_after(local, births.model if made is None else made.model, DEFAULT_POLICY)
    before, after = (one.everyone["observed_to_expected"] for one in both)
    return One(update=update, before=before, after=after)


def version_of(model: RiskModel) -> Version:
    """A version in name only: nothing is registered here."""
    tags = ReleaseTags(
        design_digest=model.design.digest,
        data_digest=model.data_digest,
        model_digest=model.digest,
        source=model.design.source,
        definition=model.design.definition,
        is_simulated=model.intended_population.is_simulated,
        blocking_findings=(),
        status="adequate",
        audit_id="",
    )
    name = model.design.registered_name
    return Version(name=name, version=1, run_id="benchmark", created_at=0, aliases=(), tags=tags)


def summary(done: Sequence[One]) -> Iterable[str]:
    chosen = Counter(one.update for one in done)
    told = [one for one in done if one.before is not None and one.after is not None]
    yield from (str(chosen[name]) for name in (*UPDATES, REFUSED))
    yield spread([one.before for one in told])
    yield spread([one.after for one in told])
    yield f"{sum(covers_one(one.after) for one in told)} of {len(told)}"


def spread(ratios: Sequence[Figure | None]) -> str:
    """Mean, and from the smallest to the largest."""
    values = [one.value for one in ratios if one is not None and one.value is not None]
    return f"{np.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})" if values else "-"


def covers_one(ratio: Figure | None) -> bool:
    return ratio is not None and ratio.low is not None and ratio.high is not None and ratio.low <= 1 <= ratio.high


def real_births(fitted_on: Path, elsewhere: Sequence[Path], outcome: str) -> None:
    model = fitted(outcome, CDC_NATALITY.scan([fitted_on]))
    print_heading("fitted on", "site's births", "update", "O:E before", "O:E after")
    for file in elsewhere:
        one = judged(births_for(model, CDC_NATALITY.scan([file])))
        ratios = (figure.text if figure is not None else "-" for figure in (one.before, one.after))
        print_row(fitted_on.name, file.name, one.update, *ratios)


if __name__ == "__main__":
    main()
