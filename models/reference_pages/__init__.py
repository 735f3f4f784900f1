"""Pages of docs/reference that say what the code declares: outcomes, predictors, and the data dictionary.

`python -m models.reference_pages docs/reference` writes them. A test fails where a page says anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from models.reference_pages.data_dictionary import data_dictionary_page
from models.reference_pages.outcomes import outcomes_page
from models.reference_pages.predictors import predictors_page

__all__ = ["PAGES"]

#: By file name.
PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "outcomes.md": outcomes_page,
        "predictors.md": predictors_page,
        "data-dictionary.md": data_dictionary_page,
    }
)
