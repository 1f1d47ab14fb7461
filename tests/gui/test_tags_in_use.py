"""The tags in use, as the window learns them from the local index."""

from __future__ import annotations

from app.core.query import Term


def put(boto, buckets, **tags):
    for key, tag in tags.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Body=b"x", Tagging=f"Tag1={tag}&Tag2=Tag-value")


def most_used(person):
    found = person.place.tags.vocabulary.most_used
    return found and (found.value, found.files)


def test_both_pages_know_what_a_search_has_learnt(person, boto, buckets):
    put(boto, buckets, a="Lot", b="Lot", c="Draft")
    person.place.find.search_for([Term("Lot")])
    person.waits_for_search()
    person.wait(lambda: most_used(person) == ("Lot", 2))
    assert person.place.upload.first.field.findChild(type(person.place.upload.first.field._edit)).placeholderText() == (
        "Type a tag, for example Lot"
    )
    for field in (person.place.find.field, person.place.upload.list.field):
        assert [found.value for found in field._vocabulary().complete("dr", 6)] == ["Draft"]


def test_an_upload_is_known_when_it_has_ended(person, tmp_path, boto, buckets):
    put(boto, buckets, a="Lot")
    person.place.find.search_for([Term("Lot")])
    person.waits_for_search()
    path = tmp_path / "b.txt"
    path.write_text("b")
    person.place.upload.add_paths([path])
    person.wait(lambda: person.place.upload.model.rowCount() == 1)
    person.place.upload.list.field.set_terms([Term("Fresh tag")])
    person.place.upload.upload()
    person.wait(lambda: person.place.tags.vocabulary.known("fresh tag") == "Fresh tag")


def test_who_comes_next_knows_nothing_of_it(person, boto, buckets):
    put(boto, buckets, a="Lot")
    person.place.find.search_for([Term("Lot")])
    person.waits_for_search()
    person.wait(lambda: most_used(person) is not None)
    person.place.forget()
    assert most_used(person) is None
    assert person.place.upload.first.field._edit.placeholderText() == "Type a tag"
