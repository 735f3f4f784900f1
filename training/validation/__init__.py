"""Validation: how a version does on births it has not seen, in another file, in later years and at other sites.

Every figure comes from the audit of a predictions table, so it keeps to the same disclosure rule and intervals.
A needed update is named and never applied. A plan, written and hashed before the outcomes are looked at, says what was
to be done; every opening of a holdout is kept in a chained ledger.
"""
