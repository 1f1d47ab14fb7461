"""`tagdrop provision` as IT runs it: on paper, against a stand-in of AWS, and what it prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from app.__main__ import main
from app.settings.sources import load

# moto's CloudFormation leaves bucket policies out, and warns of it.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Tried to parse AWS..S3..BucketPolicy:UserWarning"),
    pytest.mark.filterwarnings("ignore:Unable to delete \\w+BucketPolicy:UserWarning"),
]

REGION = "eu-central-1"
CLIENT_ID = "1234-abcd.apps.googleusercontent.com"
BUCKETS = ("--region", REGION, "--storage-bucket", "example-files", "--staging-bucket", "example-staging")
PEOPLE = ("--organization", "Example Ltd", "--domain", "example.com", "--google-client-id", CLIENT_ID)
ALL = (*BUCKETS, *PEOPLE)
ACCOUNT = ("--account", "123456789012")


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [found for found in self.objects if found["event"] == event]


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["tagdrop", "provision", *map(str, words)])
        code = main()
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stand-in of AWS, account 123456789012."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield


@pytest.fixture
def s3(aws: None) -> Any:
    return boto3.client("s3", region_name=REGION)


@pytest.fixture
def iam(aws: None) -> Any:
    return boto3.client("iam", region_name=REGION)


def _make(s3: Any, *names: str) -> None:
    for name in names:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})


def test_on_paper_it_asks_nobody_and_prints_the_template_alone_on_stdout(run: Run, tmp_path: Path) -> None:
    done = run(*ALL, *ACCOUNT, "--no-delete")
    assert done.code == 0
    assert {"StorageBucket", "StagingBucket", "Role"} <= set(json.loads(done.out)["Resources"])
    text = done.err.partition("Settings for the desktops:\n")[2].partition("Add client_secret")[0]
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    settings = load(config, ())
    assert settings.google is not None
    assert settings.google.client_id == CLIENT_ID
    assert settings.organization.domain == ("example.com",)
    assert settings.storage.role_arn == "arn:aws:iam::123456789012:role/tagdrop"
    assert settings.storage.allow_delete is False
    assert settings.storage.region == REGION
    assert run(*ALL, *ACCOUNT, "--no-delete").out == done.out


def test_with_a_file_for_the_template_stdout_holds_the_settings(run: Run, tmp_path: Path) -> None:
    template, config = tmp_path / "tagdrop.json", tmp_path / "config.toml"
    done = run(*ALL, *ACCOUNT, "--output", template)
    assert json.loads(template.read_text(encoding="utf-8"))["Resources"]
    config.write_text(done.out, encoding="utf-8")
    assert load(config, ()).storage.allow_delete is True
    done = run(*ALL, *ACCOUNT, "--output", template, "--settings-output", config, "--force")
    assert (done.code, done.out) == (0, "")
    assert load(config, ()).storage.storage_bucket == "example-files"


def test_json_is_one_object_a_line_and_the_summary_is_last(run: Run) -> None:
    done = run(*ALL, *ACCOUNT, "--json")
    assert [line["event"] for line in done.objects] == ["template", "settings", "summary"]
    assert done.err == ""
    template, settings, summary = done.objects
    assert template["path"] is None
    assert template["template"]["Resources"]["Role"]
    assert settings["toml"].startswith("[organization]\n")
    role_arn = "arn:aws:iam::123456789012:role/tagdrop"
    assert summary == {
        "event": "summary",
        "applied": False,
        "open": 0,
        "failed": 0,
        "role_arn": role_arn,
        "publisher_policy_arn": None,
    }


def test_what_the_settings_say_need_not_be_said_again(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    text = f"""
        [organization]
        name = "Büro “Süd”"
        domain = ["example.com", "example.org"]
        [google]
        client_id = "{CLIENT_ID}"
        client_secret = "no-secret"
        [storage]
        region = "eu-west-1"
        storage_bucket = "example-files"
        staging_bucket = "example-staging"
        role_arn = "arn:aws:iam::123456789012:role/office/files"
        [tags]
        key = "Client"
        fixed = {{ "Made by" = "Tagdrop" }}
        [upload]
        allow_replace = false
        """
    config.write_text(text, encoding="utf-8")
    done = run("--config", config, "--public-links", "--json")
    assert done.code == 0, done.out
    role = done.of("template")[0]["template"]["Resources"]["Role"]["Properties"]
    assert (role["RoleName"], role["Path"], role["MaxSessionDuration"]) == ("files", "/office/", 43200)
    assert "NoReplacing" in json.dumps(role["Policies"])
    written = tmp_path / "written.toml"
    written.write_text(done.of("settings")[0]["toml"], encoding="utf-8")
    before, after = load(config, ()), load(written, ())
    assert (after.organization, after.google, after.tags) == (before.organization, before.google, before.tags)
    assert after.storage.role_arn == before.storage.role_arn
    assert (after.upload.allow_replace, after.share.public_links, after.storage.allow_delete) == (False, True, True)


def test_settings_that_are_only_begun_are_enough(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[organization]\nname = "Example Ltd"\ndomain = "example.com"\n', encoding="utf-8")
    assert run("--config", config, *BUCKETS, "--google-client-id", CLIENT_ID, *ACCOUNT).code == 0


def test_without_a_client_id_there_are_only_buckets_and_that_is_said(run: Run, tmp_path: Path) -> None:
    done = run(*BUCKETS, "--settings-output", tmp_path / "config.toml")
    assert done.code == 0
    assert "Role" not in json.loads(done.out)["Resources"]
    assert "No role: give --google-client-id for people to sign in with Google." in done.err
    assert load(tmp_path / "config.toml", ()).google is None


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((), 2, "Also needed: --region, --storage-bucket, --staging-bucket"),
        ((*BUCKETS, "--google-client-id", CLIENT_ID), 2, "Also needed: --domain"),
        (ALL, 2, "Also needed: --account"),
        ((*ALL, "--account", "1234-5678-9012"), 2, "An AWS account has 12 digits"),
        ((*ALL, *ACCOUNT, "--kms-key", "alias/x"), 2, "This isn’t the ARN of a KMS key"),
        ((*ALL, *ACCOUNT, "--keep-versions", "soon"), 2, "Argument --keep-versions: invalid int value: 'soon'"),
    ],
)
def test_what_is_missing_or_wrong_is_said(run: Run, words: tuple[str, ...], code: int, sentence: str) -> None:
    plain = run(*words)
    assert (plain.code, plain.out) == (code, "")
    assert sentence in plain.err
    (error,) = run(*words, "--json").objects
    assert error["event"] == "error"
    assert sentence.startswith(error["title"][:20])


def test_another_issuer_is_refused(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[google]\nclient_id = "{CLIENT_ID}"\nissuer = "https://id.example.com"\n', encoding="utf-8")
    done = run("--config", config, *BUCKETS, "--domain", "example.com", *ACCOUNT)
    assert done.code == 3
    assert "The role can only let in Google accounts" in done.err


def test_a_file_that_is_there_is_not_replaced_without_being_told_to(run: Run, tmp_path: Path) -> None:
    template = tmp_path / "tagdrop.json"
    template.write_text("precious", encoding="utf-8")
    for option in ("--output", "--settings-output"):
        done = run(*ALL, *ACCOUNT, option, template)
        assert (done.code, done.out) == (2, "")
        assert f"{template} is there already. Choose another name, or replace it with --force." in done.err
        assert template.read_text(encoding="utf-8") == "precious"
    assert run(*ALL, *ACCOUNT, "--output", template, "--force").code == 0
    assert json.loads(template.read_text(encoding="utf-8"))["Resources"]


def test_a_file_that_cannot_be_written_is_said(run: Run, tmp_path: Path) -> None:
    done = run(*ALL, *ACCOUNT, "--output", tmp_path / "no" / "such" / "folder.json")
    assert done.code == 1
    assert "The file is gone" in done.err


def test_apply_creates_the_stack_and_a_second_time_changes_nothing_else(run: Run, s3: Any, iam: Any) -> None:
    done = run(*ALL, "--apply", "--json")
    assert done.code == 0, done.out
    assert done.of("part") == [
        {"event": "part", "kind": "stack", "name": "tagdrop", "status": "created", "error": None}
    ]
    assert done.objects[-1] == {
        "event": "summary", "applied": True, "open": 0, "failed": 0, "role_arn": "arn:aws:iam::123456789012:role/tagdrop", "publisher_policy_arn": None,
    }  # fmt: skip
    assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == {"example-files", "example-staging"}
    assert s3.get_bucket_encryption(Bucket="example-files")["ServerSideEncryptionConfiguration"]["Rules"]
    role = iam.get_role(RoleName="tagdrop")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"] == {
        "accounts.google.com:aud": CLIENT_ID,
        "accounts.google.com:hd": "example.com",
    }
    assert str(iam.get_role_policy(RoleName="tagdrop", PolicyName="tagdrop")).count("s3:DeleteObject") == 3
    # Its buckets are there now, but they are its own.
    again = run(*ALL, "--apply", "--no-delete", "--json")
    assert again.code == 0, again.out
    assert [part["status"] for part in again.of("part")] == ["updated"]
    deployed = boto3.client("cloudformation", region_name=REGION).get_template(StackName="tagdrop")["TemplateBody"]
    assert deployed == again.of("template")[0]["template"]


def test_apply_prints_what_it_did_for_people_and_the_settings_on_stdout(run: Run, aws: None, tmp_path: Path) -> None:
    done = run(*ALL, "--apply")
    assert "Stack tagdrop: created" in done.err
    config = tmp_path / "config.toml"
    config.write_text(done.out, encoding="utf-8")
    assert load(config, ()).storage.role_arn == "arn:aws:iam::123456789012:role/tagdrop"


def test_apply_for_another_account_is_refused(run: Run, s3: Any) -> None:
    done = run(*ALL, "--apply", "--account", "999999999999")
    assert done.code == 2
    assert "Your AWS credentials belong to account 123456789012, not to 999999999999" in done.err
    assert s3.list_buckets()["Buckets"] == []


def test_buckets_that_are_there_are_taken_over_only_when_told_to(run: Run, s3: Any, iam: Any) -> None:
    _make(s3, "example-files")
    done = run(*ALL, "--apply", "--json")
    assert done.code == 5
    assert (done.objects[-1]["event"], done.objects[-1]["code"]) == ("error", "bucket-there")
    assert done.objects[-1]["target"] == "example-files"
    assert "--adopt" in done.objects[-1]["detail"]
    assert iam.list_roles()["Roles"] == []


def _close(s3: Any, bucket: str) -> None:
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(switches, True))
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )


def _found(done: Ran) -> dict[tuple[str, str], str]:
    return {(found["bucket"], found["guard"]): found["state"] for found in done.of("finding")}


def test_on_paper_adopting_says_what_is_open_and_changes_nothing(run: Run, s3: Any) -> None:
    _make(s3, "example-files", "example-staging")
    _close(s3, "example-staging")
    done = run(*ALL, "--adopt", "--json")
    assert done.code == 1
    found = _found(done)
    assert found["example-files", "public-access"] == "open"
    assert found["example-files", "ownership"] == "open"
    assert found["example-files", "versioning"] == "open"
    assert found["example-files", "lifecycle"] == "open"
    assert found["example-files", "policy"] == "in-template"
    assert found["example-staging", "lifecycle"] == "open"
    assert ("example-staging", "public-access") not in found
    template = done.of("template")[0]["template"]
    assert set(template["Resources"]) == {"StorageBucketPolicy", "StagingBucketPolicy", "Role"}
    assert (
        "example-files: Public access isn’t blocked. Block all public access."
        in template["Metadata"]["Tagdrop"]["Open"]
    )
    assert done.objects[-1]["open"] == len([state for state in found.values() if state == "open"])
    assert "Status" not in s3.get_bucket_versioning(Bucket="example-files")


def test_a_half_open_block_is_open(run: Run, s3: Any) -> None:
    _make(s3, "example-files", "example-staging")
    _close(s3, "example-files")
    s3.put_public_access_block(
        Bucket="example-files",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": False,
        },
    )  # fmt: skip
    found = _found(run(*ALL, "--adopt", "--json"))
    assert found["example-files", "public-access"] == "open"
    assert ("example-files", "ownership") not in found


def test_applied_adopting_sets_what_is_open_and_leaves_what_was_there(run: Run, s3: Any) -> None:
    _make(s3, "example-files", "example-staging")
    s3.put_object(Bucket="example-files", Key="old.pdf", Body=b"old")
    s3.put_bucket_lifecycle_configuration(
        Bucket="example-files",
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"},
                    "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
                }
            ]
        },
    )  # fmt: skip
    backup = {"Sid": "Backup", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::example-files/*"}  # fmt: skip
    s3.put_bucket_policy(Bucket="example-files", Policy=json.dumps({"Version": "2012-10-17", "Statement": [backup]}))

    done = run(*ALL, "--adopt", "--apply", "--json")

    assert done.code == 0, done.out
    assert set(_found(done).values()) == {"closed"}
    block = s3.get_public_access_block(Bucket="example-files")["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert s3.get_bucket_versioning(Bucket="example-files")["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket="example-files")["Rules"]
    assert [rule["ID"] for rule in rules] == ["logs", "tagdrop-files"]
    statements = json.loads(s3.get_bucket_policy(Bucket="example-files")["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["Backup", "TagdropTlsOnly"]
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket="example-staging")["Rules"]
    assert rule["Expiration"]["Days"] == 1
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="example-files")["Contents"]] == ["old.pdf"]
    again = run(*ALL, "--adopt", "--apply", "--json")
    assert (again.code, again.of("finding")) == (0, []), again.objects[-1]


def test_other_files_are_not_given_a_day_to_live(run: Run, s3: Any) -> None:
    _make(s3, "example-files", "example-staging")
    s3.put_object(Bucket="example-staging", Key="contracts/2020.pdf", Body=b"kept for ten years")
    done = run(*ALL, "--adopt", "--apply", "--json")
    assert done.code == 1
    assert _found(done)["example-staging", "lifecycle"] == "open"
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket="example-staging")
    assert done.objects[-1] == {
        "event": "summary", "applied": True, "open": 1, "failed": 0, "role_arn": "arn:aws:iam::123456789012:role/tagdrop", "publisher_policy_arn": None,
    }  # fmt: skip


def test_temporary_copies_are_no_other_files(run: Run, s3: Any) -> None:
    _make(s3, "example-files", "example-staging")
    for key in ("1001/20260101T000000Z-0123abcd/request.json", "shared/1001/20260101T000000Z-0123abcd/files/a.zip"):
        s3.put_object(Bucket="example-staging", Key=key, Body=b"x")
    assert run(*ALL, "--adopt", "--apply", "--json").code == 0


def test_a_bucket_in_another_region_is_said(run: Run, s3: Any) -> None:
    west = boto3.client("s3", region_name="eu-west-1")
    west.create_bucket(Bucket="example-files", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    done = run(*ALL, "--adopt")
    assert done.code == 3
    assert "example-files: The bucket is in eu-west-1, not in eu-central-1" in done.err


def test_without_credentials_it_says_which_to_set(run: Run) -> None:
    done = run(*ALL, "--apply")
    assert done.code == 4
    assert "There are no AWS credentials" in done.err


def test_the_publisher_s_policy_is_set_up_and_named(run: Run, s3: Any, iam: Any) -> None:
    done = run(*ALL, "--publisher", "--apply", "--json")
    assert done.code == 0, done.out
    arn = "arn:aws:iam::123456789012:policy/tagdrop-publisher"
    assert done.objects[-1]["publisher_policy_arn"] == arn
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert [statement["Sid"] for statement in document["Statement"]] == ["ListFiles", "Files", "Catalogue"]
    stack = boto3.client("cloudformation", region_name=REGION).describe_stacks(StackName="tagdrop")["Stacks"][0]
    assert {out["OutputKey"]: out["OutputValue"] for out in stack["Outputs"]}["PublisherPolicyArn"] == arn


def test_adopting_adds_the_catalogue_s_rule_only_where_somebody_publishes(run: Run, s3: Any) -> None:
    _make(s3, "example-files", "example-staging")
    assert run(*ALL, "--adopt", "--apply", "--json").code == 0
    done = run(*ALL, "--adopt", "--publisher", "--json")
    assert [(found["guard"], found["remedy"]) for found in done.of("finding")] == [
        ("lifecycle", "Add the lifecycle rule tagdrop-catalog.")
    ]
    done = run(*ALL, "--adopt", "--publisher", "--apply", "--json")
    assert _found(done) == {("example-files", "lifecycle"): "closed"}
    rules = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket="example-files")["Rules"]}
    assert set(rules) == {"tagdrop-files", "tagdrop-catalog"}
    assert rules["tagdrop-catalog"]["Filter"] == {"Prefix": ".tagdrop/catalog/"}
    assert rules["tagdrop-files"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rules["tagdrop-files"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    again = run(*ALL, "--adopt", "--publisher", "--apply", "--json")
    assert (again.code, again.of("finding")) == (0, [])
