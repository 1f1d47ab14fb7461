"""Temporary copies: what lies in the staging bucket for a day."""
