"""The document in which tags are sent."""

from __future__ import annotations

from hypothesis import given, strategies as st

from app.aws.documents import tag_set
from app.aws.tagging import tagging_document

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\t\n\r<>&\"'"))


@given(st.dictionaries(TEXT, TEXT, max_size=10))
def test_whoever_reads_it_gets_the_tags_that_were_written(tags):
    assert tag_set(tagging_document(tags)) == tags
