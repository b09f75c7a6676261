"""The commands of the command line, one module each; ``ops.cli`` names them."""
