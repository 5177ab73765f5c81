"""Bancheng: the panel of the 办不成事 window. ARCHITECTURE.md is the map of this house."""
