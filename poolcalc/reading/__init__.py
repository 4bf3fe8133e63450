"""From the text of a file to a graph, with every mistake found at its line and column."""
