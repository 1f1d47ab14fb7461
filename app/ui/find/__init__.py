"""Find: type a tag, see every file that carries it."""
