"""Invented halls, people and cases to try the panel with. Nobody and nothing in it is real."""
