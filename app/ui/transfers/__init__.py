"""Transfers: what is being uploaded and downloaded, in the sidebar and in the drawer."""
