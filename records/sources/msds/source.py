"""MSDS: a folder of tables as Records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import polars as pl

from records.clock import PredictionPoint
from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.records import Records
from records.sources.msds.absent import absent_fields
from records.sources.msds.clock import doubts_of_the_clock, pregnancy_clock
from records.sources.msds.codes import SITE_CODES, Codes
from records.sources.msds.coverage import LACKING, lacking_of
from records.sources.msds.errors import NoPregnancies, UnreadableTable
from records.sources.msds.facts import observations_of
from records.sources.msds.history import events_of_this_pregnancy, first_sent_later
from records.sources.msds.observations import observed_facts
from records.sources.msds.organisations import ORGANISATIONS, counted_under_both, successors
from records.sources.msds.pregnancies import identified_pregnancies, unknown_categories
from records.sources.msds.reading import digest_of_files, fields_there, files_in, refuse_damaged, table_files
from records.sources.msds.standing import standing_tables
from records.sources.msds.unlisted import unlisted_codes
from records.sources.msds.unread import unread_files
from records.sources.nhs_facts import NHS_CLOSED, NHS_KNOWN_FROM

__all__ = ["MSDS", "SIMULATED_MARK", "MsdsSource"]

#: Stands in a folder of simulated tables.
SIMULATED_MARK = "SIMULATED-NOT-FOR-CARE.txt"
_BESIDE = (SITE_CODES, ORGANISATIONS, SIMULATED_MARK)


@dataclass(frozen=True, kw_only=True)
class MsdsSource:
    """The source. A row of its Records is a pregnancy; the site is the provider, the woman Person_ID_Mother."""

    name: str = "msds"
    title: str = "NHS England Maternity Services Data Set, version 2"

    @property
    def known_from(self) -> Mapping[str, PredictionPoint]:
        return MappingProxyType({name: since for name, since in NHS_KNOWN_FROM.items() if name not in LACKING})

    def scan(
        self,
        paths: Sequence[Path],
        *,
        column_mapping: Path | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Records:
        """The pregnancies of a folder of tables, or of tables named one by one.

        Raises one of `records.sources.msds.errors`, or what `read_codelist` does for a site's own codes.
        """
        if column_mapping is not None:
            raise UnreadableTable("MSDS tables have the data set's own fields; leave the column mapping out")
        files = table_files(paths)
        try:
            return self._records(paths, files, progress)
        except pl.exceptions.ComputeError:
            refuse_damaged(files)
            raise UnreadableTable(
                f"one of {', '.join(sorted(file.name for file in files.values()))} is damaged and cannot be read whole"
            ) from None

    def _records(
        self, paths: Sequence[Path], files: Mapping[str, Path], progress: Callable[[str, int], None] | None
    ) -> Records:
        codes, merged, unread = Codes.of(paths), successors(paths), unread_files(paths, beside=_BESIDE)
        standing = standing_tables(files, progress)
        lacking = lacking_of(fields_there(files), codes)
        clock = pregnancy_clock(standing.tables)
        if clock.is_empty():
            raise NoPregnancies(f"{files['MSD101'].name} holds no pregnancy, and no birth is without a booking")
        observed = observations_of(observed_facts(standing.tables, codes, clock), clock)
        histories = Histories(
            pregnancies=identified_pregnancies(clock, standing.tables, observed.observations, merged),
            observations=observed.observations.lazy(),
            unclear=observed.unclear,
            closed={name: since for name, since in NHS_CLOSED.items() if name not in lacking},
        )
        beside = {file.name: file for file in files_in(paths) if file.name in _BESIDE}
        return Records.dated(
            source=self.name,
            description=f"{self.title}: {', '.join(path.name for path in paths)}, {clock.height:,} pregnancies",
            data_digest=digest_of_files({**files, **beside}),
            histories=with_earlier_pregnancies(histories),
            known_from=NHS_KNOWN_FROM,
            lacking=lacking,
            notes=(
                *(("Simulated births: not for care.",) if SIMULATED_MARK in beside else ()),
                *absent_fields(files),
                *unread.notes,
            ),
            doubts={
                **observed.doubts,
                **unlisted_codes(standing.tables, codes),
                **events_of_this_pregnancy(standing.tables, codes, clock),
                **first_sent_later(standing.tables, clock),
                **doubts_of_the_clock(clock),
                **unknown_categories(standing.tables),
                **standing.doubts,
                **counted_under_both(clock["OrgCodeProvider"], merged),
            },
            set_aside=(*unread.set_aside, *standing.set_aside),
            is_simulated=SIMULATED_MARK in beside,
        )


MSDS = MsdsSource()
