"""Event records: pregnancies with a clock, dated observations of each, and what of them is known by a point.

`tables` says what the two tables hold; `as_of` reads facts from them up to a day; `histories` is the value that a
source of dated records gives; `earlier_pregnancies` tells a woman's later record what came of her earlier one.
"""
