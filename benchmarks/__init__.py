"""Tagdrop side by side with other clients on one local server; each module is a command."""
