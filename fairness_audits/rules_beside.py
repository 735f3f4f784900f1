"""What today's rules say of the women a model scored, so that counts can set the two beside each other woman by woman.

It is one more key of the counts of a model: the answer of each rule in the table to the same question about the same
pregnancy. So a rule and a model are compared on the same women, and pooled counts keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from fairness_audits.figures import Section
from models.guideline_rule import GUIDELINE
from records.prediction_validation import hash_of

__all__ = ["RULES_COLUMN", "RulesBeside", "answered_by", "rules_beside"]

RULES_COLUMN = "rules"
QUESTION = ("pregnancy_id", "outcome", "outcome_definition", "prediction_point")
YES, NO, UNKNOWN = "yes", "no", "unknown"
# What a rule said is one digit to the base of four, 0 where it was not asked; 31 rules fit into one whole number.
SAID = (None, NO, YES, UNKNOWN)
MOST_RULES = 31


@dataclass(frozen=True, kw_only=True)
class RulesBeside:
    """What each of ``rules`` (scorer and version) said of each question, as one number a question (`SAID`).

    ``answers`` holds it by the hash of `QUESTION`: eight bytes a pregnancy, so that a national table joins without
    being held.
    """

    rules: tuple[str, ...]
    answers: pl.DataFrame

    def on(self, table: pl.LazyFrame) -> pl.LazyFrame:
        """``table`` with `RULES_COLUMN` as a number: on rows with a risk, null where no rule was asked."""
        if not self.rules:
            return table.with_columns(pl.lit(None, dtype=pl.Int64).alias(RULES_COLUMN))
        beside = table.with_columns(question=hash_of(QUESTION)).join(self.answers.lazy(), on="question", how="left")
        return beside.with_columns(pl.when(pl.col("risk").is_not_null()).then(RULES_COLUMN).alias(RULES_COLUMN))

    def named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame`` with the numbers of `RULES_COLUMN` spelt out, a line a rule that was asked."""
        numbers = frame[RULES_COLUMN].drop_nulls().unique().to_list()
        spelt = {number: self._spelt(number) for number in numbers}
        column = pl.col(RULES_COLUMN).replace_strict(spelt, default=None, return_dtype=pl.String)
        return frame.with_columns(column)

    def _spelt(self, number: int) -> str:
        said = [(rule, SAID[number // 4**place % 4]) for place, rule in enumerate(self.rules)]
        return "\n".join(sorted(f"{rule}={word}" for rule, word in said if word is not None))


def rules_beside(table: pl.LazyFrame) -> RulesBeside:
    """Of a valid predictions table; of its first `MOST_RULES` rules by name, should there be more."""
    is_rule = pl.col("scored_by").str.starts_with(GUIDELINE)
    rule = pl.concat_str("scored_by", pl.lit("|"), "model_version")
    asked = table.filter(is_rule)
    rules = asked.select(rule.unique().alias("rule")).collect(engine="streaming")["rule"].sort().to_list()[:MOST_RULES]
    said = (
        pl.when("alert")
        .then(SAID.index(YES))
        .when(~pl.col("alert"))
        .then(SAID.index(NO))
        .otherwise(SAID.index(UNKNOWN))
    )
    place = rule.replace_strict(
        {name: 4**number for number, name in enumerate(rules)}, default=0, return_dtype=pl.Int64
    )
    answers = (
        asked.select(question=hash_of(QUESTION), answer=said.cast(pl.Int64) * place)
        .group_by("question")
        .agg(pl.col("answer").sum().alias(RULES_COLUMN))
    )
    return RulesBeside(rules=tuple(rules), answers=answers.collect(engine="streaming"))


def answered_by(rule: Section, model_rows: pl.DataFrame) -> pl.DataFrame | None:
    """Rows of a model's counts whose women the rule could be evaluated for, with its answer (1 or 0) in ``rule_share``.

    None where the counts do not say what the rule said of any woman whom the model scored.
    """
    if RULES_COLUMN not in model_rows.columns:
        return None
    label = f"{rule.scored_by}|{rule.model_version}="
    share = {f"{label}{YES}": 1.0, f"{label}{NO}": 0.0}
    of_pattern = {
        pattern: next((share[line] for line in pattern.split("\n") if line in share), None)
        for pattern in model_rows[RULES_COLUMN].drop_nulls().unique()
    }
    if all(answer is None for answer in of_pattern.values()):
        return None
    answer = pl.col(RULES_COLUMN).replace_strict(of_pattern, default=None, return_dtype=pl.Float64)
    return model_rows.with_columns(rule_share=answer).filter(pl.col("rule_share").is_not_null())
