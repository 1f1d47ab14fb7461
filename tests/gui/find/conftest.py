import pytest

from tests.gui.find.storing import put


@pytest.fixture
def stored(boto, buckets):
    """Five files, three of them tagged Invoice."""
    put(boto, buckets, "north/a.pdf", "Invoice", "Lot 3", by="maria@example.com")
    put(boto, buckets, "b.pdf", "invoice", body=b"longer content")
    put(boto, buckets, "c.pdf", "Invoice", "Lot 4")
    put(boto, buckets, "d.pdf", "Invoices")
    put(boto, buckets, "e.pdf")
