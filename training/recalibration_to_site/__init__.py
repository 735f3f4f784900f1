"""Recalibration to a site: the least update that a site's own births call for, applied, and judged on those held out.

`compare_here` validates a version on one part of the births and says which update is enough; `recalibrate` makes it a
version of its own, whose women are those of the site, audited on the other part like any retrain.
"""
