"""Swaps: two people exchange duties, and it is written down who agreed."""
