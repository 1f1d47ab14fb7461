"""The use cases, one a file: plain callables over the ports of `app.core.ports`."""
