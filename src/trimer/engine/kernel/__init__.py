"""Printing traced equations as code, compiling it, keeping what was compiled."""
