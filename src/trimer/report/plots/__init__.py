"""Figures for posters and papers, one a file: each file has a ``PLOT``, ``draw`` and ``data``; see :mod:`.base`."""
