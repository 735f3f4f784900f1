"""Pregnancies: one a woman and identifier of the episodes of maternity care, before they are placed in time."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from records.sources.fhir.collecting import Collected

__all__ = ["Pregnancies", "pregnancies_of"]


@dataclass(frozen=True, kw_only=True)
class Pregnancies:
    """``table`` is sorted by identifier; ``pregnancy`` is its row. ``by_episode`` leads from an episode to that row."""

    table: pl.DataFrame
    by_episode: pl.DataFrame


def pregnancies_of(collected: Collected) -> Pregnancies:
    """Episodes of other care, without a patient, or with another woman's identifier are counted and left out."""
    women = collected.patients.drop("version", "part", "says", "file", "row")
    women = women.rename({"resource": "patient"}).drop_nulls("patient")
    episodes = _of_maternity_care(collected, women)
    shared = episodes.group_by("pregnancy_id").agg(pl.col("patient").n_unique()).filter(pl.col("patient") > 1)
    episodes = _without(
        collected, episodes, pl.col("pregnancy_id").is_in(shared["pregnancy_id"].implode()),
        "EpisodeOfCare.identifier is of pregnancies of different women",
    )  # fmt: skip
    table = (
        episodes.sort("start", "end", "site", nulls_last=True)
        .group_by("pregnancy_id", "patient")
        .agg(
            pl.col("over").all(),
            pl.col("start").min(),
            pl.col("end").max(),
            pl.col("site").drop_nulls().first(),
            pl.col("file", "row").first(),
        )
        .sort("pregnancy_id")
        .with_row_index("pregnancy")
        .join(women, on="patient", how="left", maintain_order="left")
    )
    rows = table.select("pregnancy_id", "patient", "pregnancy")
    by_episode = episodes.join(rows, on=["pregnancy_id", "patient"]).select("resource", "pregnancy")
    return Pregnancies(table=table, by_episode=by_episode.rename({"resource": "episode"}).drop_nulls("episode"))


def _of_maternity_care(collected: Collected, women: pl.DataFrame) -> pl.DataFrame:
    episodes = collected.episodes
    for wrong, reason in (
        (~pl.col("of_pregnancy"), "EpisodeOfCare.type is of other care than a pregnancy's"),
        (pl.col("over").is_null(), "EpisodeOfCare.status says that no care was given"),
        (pl.col("pregnancy_id").is_null(), "EpisodeOfCare has neither identifier nor id"),
        (
            ~pl.col("patient").is_in(women["patient"].implode()),
            "EpisodeOfCare.patient leads to a patient that is not there",
        ),
    ):
        episodes = _without(collected, episodes, wrong, reason)
    return episodes


def _without(collected: Collected, rows: pl.DataFrame, wrong: pl.Expr, reason: str) -> pl.DataFrame:
    collected.asides.add_rows(rows.filter(wrong), collected.files, reason)
    return rows.filter(~wrong)
