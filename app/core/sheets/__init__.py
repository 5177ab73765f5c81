"""Read workbooks that people made and mark what is wrong in them; hostile ones are refused.

A file is opened in a process of its own (`child`), which has no secrets, 200 MB of memory and a
few seconds of processor time; `reading` starts it, and says in a sentence what it refused. What is
read is a `grid`: cells with their values, merged areas, hidden rows. Nothing is imported here, so
that the child stays small.
"""
