"""Signing in and out: the pages that cover the window, and the row at the sidebar's foot."""
