"""What today's rules say of the women a model scored, so that counts can set the two beside each other woman by woman.

It is one more key of the counts of a model: the answer of each rule in the table to the same question about the same
pregnancy. So a rule and a model are compared on the same women, and pooled counts keep it.
"""

from __future__ import annotations

import polars as pl

from fairness_audits.figures import Section

__all__ = ["GUIDELINE", "RULES_COLUMN", "answered_by", "with_rules_beside"]

RULES_COLUMN = "rules"
QUESTION = ("pregnancy_id", "outcome", "outcome_definition", "prediction_point")
GUIDELINE = "guideline:"
YES, NO, UNKNOWN = "yes", "no", "unknown"


def with_rules_beside(table: pl.LazyFrame) -> pl.LazyFrame:
    """``table`` with `RULES_COLUMN`: on rows with a risk, each rule's answer, null where no rule was asked."""
    is_rule = pl.col("scored_by").str.starts_with(GUIDELINE)
    if not table.select(is_rule.any()).collect(engine="streaming").item():
        return table.with_columns(pl.lit(None, dtype=pl.String).alias(RULES_COLUMN))
    said = pl.when("alert").then(pl.lit(YES)).when(~pl.col("alert")).then(pl.lit(NO)).otherwise(pl.lit(UNKNOWN))
    answers = (
        table.filter(is_rule)
        .select(*QUESTION, answer=pl.concat_str("scored_by", pl.lit("|"), "model_version", pl.lit("="), said))
        .group_by(QUESTION)
        .agg(pl.col("answer").sort().str.join("\n").alias(RULES_COLUMN))
    )
    beside = table.join(answers, on=QUESTION, how="left")
    return beside.with_columns(pl.when(pl.col("risk").is_not_null()).then(RULES_COLUMN).alias(RULES_COLUMN))


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
