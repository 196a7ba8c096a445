"""Models: what continues a text or answers a question."""
