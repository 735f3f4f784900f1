"""One module a subcommand: its NAME, its EXAMPLES, and `command`, which reads as the sentence it performs."""
