"""A private S3 server and sample files on this machine."""
