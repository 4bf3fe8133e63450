"""What operators of one kind share: the leaves in `ops/` build on these and never on each other."""
