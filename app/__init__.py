"""Tagdrop: drop files, type a tag; later type the tag and take every file that carries it as one ZIP."""

__version__ = "0.1.0"
