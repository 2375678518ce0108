"""Search for better schedules: candidates on the same patients, Pareto set, comparison on fresh patients."""
