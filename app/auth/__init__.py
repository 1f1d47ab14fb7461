"""Signing in with the organisation's account; yields checked ID tokens and knows nothing of AWS."""
