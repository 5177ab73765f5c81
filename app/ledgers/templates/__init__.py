"""Templates of ledgers: designed in the panel, kept version by version, resolved for each reader.

Change here: what a template may ask for (`definition`, `rules`), which columns can be sorted,
grouped or narrowed (`sorts`), what a reader must be allowed to see (`rights`), how a template
becomes a table (`shaping`, `groups`), the page on which one is designed (`drafts`, `views`).
"""
