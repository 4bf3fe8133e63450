"""Which rules count, for which files, and what came of checking them."""
