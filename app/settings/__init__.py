"""The settings: each declared once, read from layered sources."""
