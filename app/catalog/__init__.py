"""Finding by tag, behind the port `TagCatalog`."""
