"""What `app.services.provision` is made of: request, policies, buckets and what they lack, template."""
