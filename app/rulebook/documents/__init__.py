"""Rule documents: acceptance criteria, procedure, responsibilities, privacy notice, as texts.

Each version is a row; published, it never changes, and publishing the next one ends it. Change
here: which data a text may include (`expansion.SOURCES`), what simple text knows (`rendering`),
which version governs (`rules.governing`), what an empty database begins with (`seed/*.md`).
"""
