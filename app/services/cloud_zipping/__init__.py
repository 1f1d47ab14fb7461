"""What `app.services.cloud_zip` is made of: one try at a ZIP in the storage, its checksums, its multipart uploads."""
