"""Neurologic toxicity: ICANS, and neurologic events as graded by CTCAE, which are not converted into each other."""
