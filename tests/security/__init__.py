"""Who sees what and may do what, on every path; and what surrounds a log-in."""
