"""What `app.services.upload` is made of: what was dropped, its names and conflicts, items, parts, wishes, tally."""
