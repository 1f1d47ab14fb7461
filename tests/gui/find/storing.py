"""Files as another client stores and tags them."""


def put(boto, buckets, key, *values, body=b"content", by=""):
    keys = ("Tag1", "Tag3", "Tag4")
    tagging = "&".join(f"{tag}={value}" for tag, value in zip(keys, values, strict=False))
    metadata = {"uploaded-by": by} if by else {}
    boto.put_object(Bucket=buckets.storage, Key=key, Body=body, Tagging=tagging, Metadata=metadata)


def retag(boto, buckets, key, value):
    tagging = {"TagSet": [{"Key": "Tag1", "Value": value}]}
    boto.put_object_tagging(Bucket=buckets.storage, Key=key, Tagging=tagging)
