"""Fever and pancreatitis by CTCAE, and what every scale of toxicity shares: treatments, charts, spans, answers."""
