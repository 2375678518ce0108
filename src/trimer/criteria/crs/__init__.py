"""Cytokine release syndrome, one published scale a file; how episodes are found in common is in ``episodes``."""
