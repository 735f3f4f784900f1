"""Where records come from: one module or package a source, each with a `scan` that returns `Records`.

`records.sources.registry` names them all. A source never names an outcome.
"""
