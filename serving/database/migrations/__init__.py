"""The history of the service's tables, run by `serving.database.upgrade`."""
