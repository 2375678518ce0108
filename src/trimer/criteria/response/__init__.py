"""Response and relapse of leukaemia, one published definition a file; what they read in common is in ``evidence``."""
