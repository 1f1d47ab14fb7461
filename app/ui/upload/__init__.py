"""Upload: drop files, type a tag."""
