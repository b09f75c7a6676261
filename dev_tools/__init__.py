"""What developers run: the generated descriptions, and the parts of `./dev` that are not about the local stack."""
