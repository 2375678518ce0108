"""Questions answered: the same subjects under several treatments, difference by difference, in three sentences."""
