"""MSDS: NHS England's Maternity Services Data Set, version 2, as a folder of its tables.

`tables` names the tables and fields that are read. `standing` gives the tables as they stand: `reading` reads them as
text (`csv_check` refuses those that are cut off), `dates` reads dates, `submissions` keeps the latest of rows sent
again, `placing` sets aside what belongs to nothing. `clock` dates each pregnancy, `observations` and `facts` turn
fields and codes into observations, `coverage` says what a folder cannot hold, `pregnancies` whose each is; `source`
puts them together, and `writing` does the reverse for simulated births.
"""

from __future__ import annotations

from records.sources.msds.source import MSDS, MsdsSource
from records.sources.msds.writing import write_msds

__all__ = ["MSDS", "MsdsSource", "write_msds"]
