"""Tumour lysis syndrome, one definition a file."""
