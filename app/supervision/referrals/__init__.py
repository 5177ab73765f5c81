"""Referrals: what is handed over for accountability, as a sealed file, and what came of it."""
