"""Simulated histories as MSDS tables: the reverse of reading them.

`folder` writes the files, each row as it was sent; `pregnancy` makes the tables of booking, care and history, `birth`
those of labour and the babies; `site_codes` are the codes of the simulated site, for what has none that is national.
"""

from __future__ import annotations

from records.sources.msds.writing.folder import write_msds

__all__ = ["write_msds"]
