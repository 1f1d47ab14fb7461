"""What a person's work on this computer leaves behind so that it can be undone, or gone on with."""
