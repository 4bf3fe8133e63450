"""What tests share: random networks, the command in a process, published figures, comparison with oracles."""
