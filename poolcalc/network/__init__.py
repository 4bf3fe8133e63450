"""What a network is: operators and their parameters, the graph that they make, and changes of it."""
