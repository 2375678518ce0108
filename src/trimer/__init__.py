"""Trimer: simulate and judge T-cell-engager therapy in B-cell leukaemia. Research software, never advice for a patient."""

__version__ = "0.1.0"
