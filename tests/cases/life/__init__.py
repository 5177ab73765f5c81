"""The life of cases as a whole: whatever people do, and whenever a process dies."""
