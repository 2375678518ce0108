"""Questions asked of models and records: replay, fit, what if, trial."""
