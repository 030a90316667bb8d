"""The commands behind ./simpul: one module per subcommand, started by ops.main."""
