"""The only place where threads meet Qt."""
