"""The public page: what a hall's rules are and were, for anybody, without a log-in."""
