"""Calibration of population parameters: what is known before, what is compared, and the ensemble that comes of it."""
