"""The engine: solves batches of initial value problems; knows arrays, not biology."""
