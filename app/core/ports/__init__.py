"""What the use cases need from outside, as Protocols; `app.bootstrap` hands in the real ones."""
