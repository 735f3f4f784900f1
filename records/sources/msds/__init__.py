"""MSDS: NHS England's Maternity Services Data Set, version 2, as a folder of its tables.

`tables` names the tables and fields that are read; `reading` reads them as text; `submissions` keeps the latest of rows
sent again; `dates` reads dates; `clock` dates each pregnancy; `observations` turns fields and codes into concepts;
`source` puts them together; `write` does the reverse for simulated births.
"""

from __future__ import annotations

from records.sources.msds.source import MSDS, MsdsSource
from records.sources.msds.write import write_msds

__all__ = ["MSDS", "MsdsSource", "write_msds"]
