"""Intake at the window: the form with its files, what may be the same, and links between cases."""
