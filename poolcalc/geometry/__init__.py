"""Integers and fractions along one axis: how many windows fit, what they read, how far a unit sees."""
