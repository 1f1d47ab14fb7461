"""The file beside a ZIP in which it comes to be: begun, noted, gone on with after an interruption, put in its place."""
