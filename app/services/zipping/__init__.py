"""A ZIP as Tagdrop makes and trusts it: what goes in, how it is written, read back and checked."""
