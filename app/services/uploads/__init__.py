"""What `app.services.upload` is made of: what was dropped, names and conflicts, items, sending, wishes, tally."""
