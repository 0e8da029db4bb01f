"""Maps of the indicators, fit for print.

Nothing is imported here: drawing one map need not load what preparing and classifying all of them takes.
"""
