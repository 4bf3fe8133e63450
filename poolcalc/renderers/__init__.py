"""Dumb renderers: each turns one table into one format, as text, and knows nothing of networks."""
