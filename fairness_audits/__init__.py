"""The reviewers' door: ``audit(predictions)`` says who is missed, whose risk is understated, and what cannot be told.

It reads a predictions table (`records.predictions`), a policy, and optionally aggregates about the model
(`AuditContext`); it knows nothing of how a prediction was made.
"""
