"""The front step: the command `equipartum`, its settings and the quick start.

Imports the three doors (training, serving, fairness_audits); nothing imports it.
"""
