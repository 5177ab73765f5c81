"""Subscriptions: which ledger goes to whom, when, and what became of each sending.

A run is a row that is unique for its subscription and planned instant; it is written with one
sending for each recipient in one transaction. The ledgers themselves are made by `tasks`; what is
ready is told, with its figures, in the transaction that says so.

Change here: when a plan falls due (`rules`), who may get what (`recipients`), what is begun and
what is told (`operations`, `telling`), the pages (`views`).
"""
