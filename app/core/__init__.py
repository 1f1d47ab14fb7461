"""Types, rules and ports: no file, no network, no window."""
