"""Cytopenia by CTCAE v5.0, with a baseline: what the leukaemia did before the treatment is no adverse event."""
