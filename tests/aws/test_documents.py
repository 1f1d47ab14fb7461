from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, strategies as st

from app.aws.documents import DamagedError, listed_page, tag_set
from app.core.objects import StoredObject

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

# All that XML can carry and that it hands on as it is (Extensible Markup Language 1.0, sections 2.2 and 2.11).
text = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters=["\ufffe", "\uffff", "\u0085"]), max_size=20
)


def tagging(tags, head=HEAD, space=SPACE):
    rows = "".join(f"<Tag><Key>{escape(k)}</Key><Value>{escape(v)}</Value></Tag>" for k, v in tags.items())
    return f"{head}<Tagging{space}><TagSet>{rows}</TagSet></Tagging>".encode()


def listing(entries, rest="<IsTruncated>false</IsTruncated>", space=SPACE):
    return f"{HEAD}<ListBucketResult{space}><Name>b</Name>{entries}{rest}</ListBucketResult>".encode()


def entry(key, size="7", changed="2026-11-24T12:00:00.000Z"):
    return (
        f"<Contents><Key>{key}</Key><LastModified>{changed}</LastModified>"
        f"<ETag>&quot;abc&quot;</ETag><Size>{size}</Size></Contents>"
    )


@given(st.dictionaries(text, text, max_size=10), st.sampled_from([HEAD, ""]), st.sampled_from([SPACE, ""]))
def test_every_tag_is_read_as_it_was_written(tags, head, space):
    assert tag_set(tagging(tags, head, space)) == tags


@pytest.mark.parametrize(
    "body",
    [
        b"<Tagging>\n <TagSet>\n  <Tag>\n   <Key>Tag1</Key>\n   <Value>4711</Value>\n  </Tag>\n </TagSet>\n</Tagging>",
        b"<Tagging><!-- here --><TagSet><Tag><Key>Tag1</Key><Value><![CDATA[4711]]></Value></Tag></TagSet></Tagging>",
        b"<s3:Tagging xmlns:s3='urn:x'><s3:TagSet><s3:Tag><s3:Key>Tag1</s3:Key><s3:Value>4711</s3:Value></s3:Tag>"
        b"</s3:TagSet></s3:Tagging>",
    ],
    ids=["indented", "with a comment", "with a prefix"],
)
def test_a_document_that_is_written_in_another_manner_is_parsed(body):
    assert tag_set(body) == {"Tag1": "4711"}


@pytest.mark.parametrize("body", [b"<Tagging><TagSet/></Tagging>", b"<Tagging><TagSet></TagSet></Tagging>"])
def test_no_tags_are_an_empty_set(body):
    assert tag_set(body) == {}


@given(st.data())
def test_a_document_that_was_cut_is_never_read(data):
    body = tagging({"Tag1": "Invoice 2026", "Tag3": "Müller & Söhne"})
    end = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(DamagedError):
        tag_set(body[:end])


@pytest.mark.parametrize("read", [tag_set, listed_page])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Sign in to the guest network</body></html>",
        b"<Error><Code>X</Code></Error>",
        b"<Tagging><TagSet><Tag><Key>a</Key><Value>\xff</Value></Tag></TagSet></Tagging>",
    ],
)
def test_another_document_is_never_taken_for_an_answer(read, body):
    with pytest.raises(DamagedError):
        read(body)


def test_a_page_says_key_size_time_and_etag_of_each_object():
    page = listed_page(listing(entry("north/a+b &amp; c.pdf")))
    changed = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert page.objects == (StoredObject("north/a+b & c.pdf", 7, changed, "abc"),)
    assert page.next_token is None


def test_keys_that_the_server_encoded_are_decoded():
    encoded = listing(entry("a%2Bb+c%0A%C3%BC.pdf"), "<EncodingType>url</EncodingType>", space="")
    assert [stored.key for stored in listed_page(encoded).objects] == ["a+b c\nü.pdf"]


def test_a_page_that_was_cut_says_how_to_go_on():
    rest = "<IsTruncated>true</IsTruncated><NextContinuationToken>1/+=</NextContinuationToken>"
    assert listed_page(listing(entry("a"), rest)).next_token == "1/+="


@pytest.mark.parametrize(
    "body",
    [
        listing(entry("a", size="")),
        listing(entry("a", changed="yesterday")),
        listing(entry("a"), "<IsTruncated>true</IsTruncated>"),
    ],
    ids=["no size", "no time", "no way to go on"],
)
def test_a_page_with_a_part_missing_is_damaged(body):
    with pytest.raises(DamagedError):
        listed_page(body)
