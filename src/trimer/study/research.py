"""What every result says of itself: research only."""

from __future__ import annotations

RESEARCH = "Research software. Judged courses are for research use only, never advice for a patient."
"""Stands under every result on recorded courses, in text and in JSON."""

NOTICE = "Research software. Simulated and judged courses are for research use only, never advice for a patient."
"""Stands under every result that simulates."""
