"""Drugs, doses, regimens and protocols as values; flattened to administrations that the engine's events are made of."""
