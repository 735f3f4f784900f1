"""The search for a booster's settings on the training births of one design; the holdout takes no part in it.

`search_space` says what may be chosen, `folds` and `cross_fit` how settings are tried, `judging` what they are judged
by, `study` keeps every trial in a file (the one door to Optuna), `search` runs trials, `tune` reads as the whole.
"""
