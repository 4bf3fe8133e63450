"""What follows from a graph by formulas alone: sizes, costs, fields, and the input sizes that suit it."""
