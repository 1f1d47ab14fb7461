"""The program's log: on stderr with `-v`, and for the window in a small file; never with a secret in it."""
