"""The researchers' door: from a file of births to an audited, registered risk model."""
