"""The files of a case: taken in by their content, kept, told of on the timeline, served in scope.

Change here: which types are taken (`rules.KINDS`), how one is recognised (`content`), who may add
and remove (`operations`), how they are served (`views`, `api`).
"""
