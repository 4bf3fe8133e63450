"""The command line: the only part that reads files, prints and chooses exit codes. One file for each command."""
