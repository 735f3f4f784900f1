"""A data audit, before any model: what a file records, for whom less often, and what it cannot say.

`questions` says what to count of a file's records, `counting` counts it in one streaming pass, `printing` puts it under
the disclosure rule; `passport`, `missingness`, `outcomes`, `published` and `lacking` read the printed counts, `words`
says what they come to, and `audit` is the sentence they all perform.
"""
