"""Stacks: waited for, and their failures in sentences. The answers are those of the CloudFormation API Reference."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import ANY, Stubber

from app.aws.cloudformation import Stacks
from app.core.errors import CancelledError, ConflictError, InputError, OutageError, RefusalError
from app.core.job import CancelToken
from app.core.provisioning import PartStatus

ID = "arn:aws:cloudformation:eu-central-1:123456789012:stack/tagdrop/1"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEMPLATE = {"Resources": {}}


@contextmanager
def _answering(look_seconds=0.0):
    client = boto3.client(
        "cloudformation", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        yield Stacks(client, look_seconds), stub
        stub.assert_no_pending_responses()


def _status(stub, status, name="tagdrop"):
    stack = {"StackId": ID, "StackName": "tagdrop", "CreationTime": NOW, "StackStatus": status}
    stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": name})


def _no_stack(stub, operation="describe_stacks"):
    stub.add_client_error(operation, "ValidationError", "Stack with id tagdrop does not exist")


def _created(stub):
    _no_stack(stub)
    expected = {
        "StackName": "tagdrop", "TemplateBody": '{"Resources": {}}', "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "OnFailure": "DELETE",
    }  # fmt: skip
    stub.add_response("create_stack", {"StackId": ID}, expected)


def _events(stub, *events):
    """Queue events, oldest first: id, part, status, reason."""
    described = [
        {
            "StackId": ID, "EventId": event, "StackName": "tagdrop", "Timestamp": NOW,
            "LogicalResourceId": part, "ResourceStatus": status, "ResourceStatusReason": reason,
        }
        for event, part, status, reason in reversed(events)
    ]  # fmt: skip
    stub.add_response("describe_stack_events", {"StackEvents": described}, {"StackName": ID})


def test_a_new_stack_is_created_and_waited_for():
    with _answering() as (stacks, stub):
        _created(stub)
        _status(stub, "CREATE_IN_PROGRESS", ID)
        _status(stub, "CREATE_IN_PROGRESS", ID)
        _status(stub, "CREATE_COMPLETE", ID)
        assert stacks.deploy("tagdrop", TEMPLATE, CancelToken()) is PartStatus.CREATED


def test_a_stack_that_is_there_is_updated():
    with _answering() as (stacks, stub):
        _status(stub, "CREATE_COMPLETE")
        _events(stub)
        stub.add_response(
            "update_stack", {"StackId": ID}, {"StackName": "tagdrop", "TemplateBody": ANY, "Capabilities": ANY}
        )
        _status(stub, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ID)
        _status(stub, "UPDATE_COMPLETE", ID)
        assert stacks.deploy("tagdrop", TEMPLATE, CancelToken()) is PartStatus.UPDATED


def test_where_nothing_is_to_change_nothing_is_waited_for():
    with _answering() as (stacks, stub):
        _status(stub, "CREATE_COMPLETE")
        _events(stub)
        stub.add_client_error("update_stack", "ValidationError", "No updates are to be performed.")
        assert stacks.deploy("tagdrop", TEMPLATE, CancelToken()) is PartStatus.UNCHANGED


@pytest.mark.parametrize(
    ("reason", "kind", "title"),
    [
        ("example-files already exists", ConflictError, "One of the names is in use already"),
        ("User: x is not authorized to perform: iam:CreateRole", RefusalError, "Your credentials don’t allow it"),
        ("The bucket is being deleted.", OutageError, "The stack couldn’t be set up"),
    ],
)
def test_a_failed_creation_names_what_failed_and_why(reason, kind, title):
    with _answering() as (stacks, stub):
        _created(stub)
        _status(stub, "DELETE_COMPLETE", ID)
        _events(
            stub,
            ("1", "StorageBucket", "CREATE_FAILED", reason),
            ("2", "Role", "CREATE_FAILED", "Resource creation cancelled"),
            ("3", "StagingBucket", "DELETE_COMPLETE", ""),
        )
        with pytest.raises(kind) as caught:
            stacks.deploy("tagdrop", TEMPLATE, CancelToken())
    sentence = f"StorageBucket: {reason.rstrip('.')}. Everything is as it was before."
    assert str(caught.value) == f"tagdrop: {title}. {sentence}"


def test_a_failed_update_does_not_name_what_failed_another_time():
    old = ("1", "StagingBucket", "CREATE_FAILED", "long ago")
    with _answering() as (stacks, stub):
        _status(stub, "UPDATE_ROLLBACK_COMPLETE")
        _events(stub, old)
        stub.add_response("update_stack", {"StackId": ID})
        _status(stub, "UPDATE_ROLLBACK_COMPLETE", ID)
        _events(stub, old, ("2", "Role", "UPDATE_FAILED", "Policy too long"))
        with pytest.raises(OutageError) as caught:
            stacks.deploy("tagdrop", TEMPLATE, CancelToken())
    assert caught.value.detail == "Role: Policy too long. Everything is as it was before."


def test_a_stack_that_could_not_be_undone_is_not_called_undone():
    with _answering() as (stacks, stub):
        _created(stub)
        _status(stub, "DELETE_FAILED", ID)
        _events(stub, ("1", "StorageBucket", "DELETE_FAILED", "not empty"))
        with pytest.raises(OutageError) as caught:
            stacks.deploy("tagdrop", TEMPLATE, CancelToken())
    assert caught.value.detail == "StorageBucket: not empty. It ended in DELETE_FAILED; look at it in AWS’s console."


def test_a_stack_that_somebody_is_changing_is_left_alone():
    with _answering() as (stacks, stub):
        _status(stub, "UPDATE_IN_PROGRESS")
        with pytest.raises(ConflictError, match="Somebody is changing the stack"):
            stacks.deploy("tagdrop", TEMPLATE, CancelToken())


def test_a_refused_template_is_said_in_the_servers_words():
    with _answering() as (stacks, stub):
        _no_stack(stub)
        stub.add_client_error("create_stack", "ValidationError", "Template format error")
        with pytest.raises(InputError, match="The server doesn’t take it") as caught:
            stacks.deploy("tagdrop", TEMPLATE, CancelToken())
    assert "Template format error" in caught.value.detail


def test_waiting_ends_when_it_is_cancelled():
    cancel = CancelToken()
    with _answering(look_seconds=60) as (stacks, stub):
        _created(stub)
        _status(stub, "CREATE_IN_PROGRESS", ID)
        threading.Timer(0.1, cancel.cancel).start()
        with pytest.raises(CancelledError):
            stacks.deploy("tagdrop", TEMPLATE, cancel)


def _resource(logical_id, name, status="CREATE_COMPLETE"):
    return {
        "LogicalResourceId": logical_id, "PhysicalResourceId": name, "ResourceType": "AWS::S3::Bucket",
        "LastUpdatedTimestamp": NOW, "ResourceStatus": status,
    }  # fmt: skip


def test_the_stacks_resources_are_those_it_still_has():
    with _answering() as (stacks, stub):
        found = [_resource("StorageBucket", "example-files"), _resource("Role", "tagdrop", "DELETE_COMPLETE")]
        stub.add_response("list_stack_resources", {"StackResourceSummaries": found})
        assert stacks.resources("tagdrop") == {"StorageBucket": "example-files"}


def test_a_stack_that_is_not_there_has_none():
    with _answering() as (stacks, stub):
        _no_stack(stub, "list_stack_resources")
        assert stacks.resources("tagdrop") == {}


@pytest.mark.parametrize(
    ("code", "message", "is_there"),
    [
        ("ValidationError", "Stack with id tagdrop does not exist", True),
        ("AccessDenied", "IAM write operations are disabled on this server", False),
        ("NotImplemented", "", False),
    ],
)
def test_a_server_has_cloudformation_when_it_answers_as_such(code, message, is_there):
    with _answering() as (stacks, stub):
        stub.add_client_error("describe_stacks", code, message)
        assert stacks.is_there() is is_there
