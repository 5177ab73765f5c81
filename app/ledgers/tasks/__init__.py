"""Ledgers that take longer: asked for, made in the background, kept for a week, fetched.

The table is the truth. Whoever makes one holds it by a lease that is renewed each second; a lease
that ran out is taken over by the next one. A message of the broker only says that there is work.

Change here: states, moves and bounds (`rules`), how one is made (`making`), who makes them
(`workers`), the pages (`views`), what is cleaned up (`jobs`).
"""
