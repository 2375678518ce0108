"""Febrile neutropenia, one definition a file."""
