"""CloudFormation stacks: created or updated, waited for, and why they failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from app.aws.errors import admin_error, stack_error
from app.core.errors import CancelledError, ConflictError
from app.core.job import CancelToken
from app.core.provisioning import Document, PartStatus

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_LOOK_SECONDS = 2.0
_NO_CHANGE = "No updates are to be performed"
_DONE = {"CREATE_COMPLETE": PartStatus.CREATED, "UPDATE_COMPLETE": PartStatus.UPDATED}


class Stacks:
    """A `StackKeeper`.

    Args:
        client: boto3's.
        look_seconds: time between two looks at a stack that is being set up; CloudFormation tells nobody by itself.
    """

    def __init__(self, client: CloudFormationClient, look_seconds: float = _LOOK_SECONDS) -> None:
        self._client = client
        self._look_seconds = look_seconds

    def is_there(self) -> bool:
        """Tell whether the server has CloudFormation at all.

        Raises:
            OutageError: it can't be reached.
        """
        try:
            self._client.describe_stacks(StackName="tagdrop")
        except ClientError as error:
            return error.response["Error"]["Code"] == "ValidationError"
        except BotoCoreError as error:
            raise admin_error(error, "") from error
        return True

    def resources(self, stack: str) -> Mapping[str, str]:
        """Return the stack's resources, physical name by logical id (ListStackResources)."""
        found: dict[str, str] = {}
        try:
            for page in self._client.get_paginator("list_stack_resources").paginate(StackName=stack):
                for resource in page["StackResourceSummaries"]:
                    if not resource["ResourceStatus"].startswith("DELETE_"):
                        found[resource["LogicalResourceId"]] = resource.get("PhysicalResourceId", "")
        except (BotoCoreError, ClientError) as error:
            if _is_missing(error):
                return {}
            raise admin_error(error, stack) from error
        return found

    def deploy(self, stack: str, template: Document, cancel: CancelToken) -> PartStatus:
        """Create or update the stack and wait until that is done."""
        text = json.dumps(template)
        try:
            stack_id, events_before = self._begin(stack, text)
            if stack_id is None:
                return PartStatus.UNCHANGED
            status = self._wait(stack_id, cancel)
            if status in _DONE:
                return _DONE[status]
            raise stack_error(self._reasons(stack_id, events_before), status, stack)
        except (BotoCoreError, ClientError) as error:
            raise admin_error(error, stack) from error

    def _begin(self, stack: str, text: str) -> tuple[str | None, frozenset[str]]:
        """Return the stack's id, None where nothing is to change, and the events that are of another time."""
        capabilities = {"TemplateBody": text, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
        status, stack_id = self._status(stack)
        if stack_id is None:
            # A stack that failed at its first creation can't be updated, so it isn't left behind.
            answer = self._client.create_stack(StackName=stack, OnFailure="DELETE", **capabilities)  # type: ignore[arg-type]
            return answer["StackId"], frozenset()
        if status.endswith("_IN_PROGRESS"):
            raise ConflictError("stack-busy", "Somebody is changing the stack", "Try again when it is done.", stack)
        before = frozenset(event for event, _, _ in self._events(stack_id))
        try:
            self._client.update_stack(StackName=stack, **capabilities)  # type: ignore[arg-type]
        except ClientError as error:
            if _NO_CHANGE in str(error):
                return None, before
            raise
        return stack_id, before

    def _wait(self, stack_id: str, cancel: CancelToken) -> str:
        """Return the status in which the stack comes to rest.

        Raises:
            CancelledError: when cancelled meanwhile.
        """
        while True:
            status, _ = self._status(stack_id)
            if not status.endswith("_IN_PROGRESS"):
                return status
            if cancel.wait(self._look_seconds):
                raise CancelledError

    def _status(self, stack: str) -> tuple[str, str | None]:
        """Return status and id of a stack, by name or id; no id where there is none of that name."""
        try:
            found = self._client.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if _is_missing(error):
                return "", None
            raise
        return found["StackStatus"], found["StackId"]

    def _reasons(self, stack_id: str, events_before: frozenset[str]) -> Mapping[str, str]:
        """Return why parts failed, by logical id; parts that were stopped because another failed are left out."""
        return {
            part: reason
            for event, part, reason in self._events(stack_id)
            if reason and "cancelled" not in reason and event not in events_before
        }

    def _events(self, stack_id: str) -> list[tuple[str, str, str]]:
        """Return id, part and reason of every event, oldest first; the reason is empty unless the part failed."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        events = [event for page in pages for event in page["StackEvents"]]
        return [
            (
                event["EventId"],
                event.get("LogicalResourceId", ""),
                event.get("ResourceStatusReason", "") if event.get("ResourceStatus", "").endswith("_FAILED") else "",
            )
            for event in reversed(events)
        ]


def _is_missing(error: Exception) -> bool:
    return isinstance(error, ClientError) and "does not exist" in str(error)
