"""Views of lists, kept under a name: search, filters, order and columns, for oneself or a role.

Change here: how many and how long (`rules`), who may share (`rules.SHARERS`), who sees one
(`models.views`), what is left out of one that its reader may not use (`opening`).
"""
