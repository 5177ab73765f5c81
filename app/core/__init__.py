"""What every feature stands on: the database, the one commit, the one now, scope, generated CRUD.

Nothing here knows a feature. What a row of a table looks like on every path (list, form, REST,
export) is made in `crud` from what the model says of itself.
"""
