"""One move for many cases: all of them or none, or each for itself with a report.

Change here: which moves (`rules.BULK`), what is checked (`operations`), what is asked (`forms`).
"""
