"""The mechanistic models: equations written once, as plain functions for one patient."""
