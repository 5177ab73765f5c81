"""Ledgers with personal data in clear: who asked, why, what came of it; listed for the inspector.

The password waits, encrypted with the data key, until it is shown, once; the file, until it is
fetched, once. What the entry says of the asking is kept as it was, by the database.

Change here: the entry (`models`), what is done with it (`operations`), its list (`views`); who may
ask and how many rows at most in `app/ledgers/unmasking.py`.
"""
