"""Keeping the computer from falling asleep by itself while files are moved."""
