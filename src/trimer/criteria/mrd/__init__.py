"""Categories of minimal residual disease, one published scheme a file; what they read in common is in ``levels``."""
