"""What a rule is, what it may look at, and what it says."""
