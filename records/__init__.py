"""What a maternity record says, whoever recorded it.

Concepts and their units, prediction points, ethnic groups, records and predictions tables, and the sources they
come from. Knows nothing of outcomes, models or services.
"""
