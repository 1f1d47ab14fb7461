"""Setting up what Tagdrop works with: looking at what is there, and setting what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from app.core.errors import AppError, ConflictError, OutageError, RefusalError, SignInError
from app.core.job import Job
from app.core.ports.provisioning import Provisioner, StackKeeper
from app.core.provisioning import (
    BucketState,
    Document,
    Finding,
    FindingState,
    FindingTold,
    Guard,
    PartProvisioned,
    PartStatus,
)
from app.services.provisioning.buckets import AUDIT_ID, BucketPlan, adopted, kms_keys, planned_buckets
from app.services.provisioning.guards import close, findings
from app.services.provisioning.look import Look
from app.services.provisioning.request import ProvisionRequest
from app.services.provisioning.template import people_role, policy_id, template


@dataclass(frozen=True, slots=True)
class Survey:
    """What is to be set up, in the light of what is there.

    Attributes:
        request: what was asked for.
        plans: of every bucket.
        found: what buckets that were there before lack, and the template doesn't set.
        in_template: what they lack, and the template sets.
    """

    request: ProvisionRequest
    plans: tuple[BucketPlan, ...]
    found: tuple[Finding, ...] = ()
    in_template: tuple[Finding, ...] = ()

    @property
    def template(self) -> Document:
        """The template that sets up what is missing."""
        return template(self.request, self.plans, self.found)


@dataclass(frozen=True, slots=True)
class ProvisionReport:
    """How it ended.

    Attributes:
        open: findings that are still so, those that failed to be set among them.
        failed: parts and findings that couldn't be set.
    """

    open: int
    failed: int


def plan(request: ProvisionRequest) -> Survey:
    """Return what is to be set up where nothing is there yet; asks nobody."""
    return Survey(request, planned_buckets(request))


def survey(request: ProvisionRequest, provisioner: Provisioner, adopts: bool) -> Survey:
    """Look at what is there, and return what is to be set up.

    Args:
        request: what was asked for.
        provisioner: where.
        adopts: whether buckets that are there already may be taken over; those of the stack are its own.

    Raises:
        ConflictError: `bucket-there`, and it may not be taken over.
        AppError: it can't be looked at.
    """
    owned = provisioner.stacks.resources(request.stack) if provisioner.stacks else {}
    plans: list[BucketPlan] = []
    found: list[Finding] = []
    in_template: list[Finding] = []
    for bucket in planned_buckets(request):
        state = None if owned.get(bucket.logical_id) == bucket.name else provisioner.buckets.read(bucket.name)
        if state is None:
            plans.append(bucket)
            continue
        _check_may_adopt(bucket, adopts)
        plans.append(adopted(bucket, state, request, owns_policy=policy_id(bucket) in owned))
        for finding in findings(_look(plans[-1], state, provisioner)):
            is_set_by_template = plans[-1].has_policy_in_template and finding.guard is Guard.POLICY
            (in_template if is_set_by_template and finding.can_close else found).append(finding)
    return Survey(request, tuple(plans), tuple(found), tuple(in_template))


def tell(surveyed: Survey, job: Job) -> ProvisionReport:
    """Tell what was found, as `FindingTold`, and set nothing."""
    for finding in surveyed.in_template:
        job.events(FindingTold(finding, FindingState.IN_TEMPLATE))
    for finding in surveyed.found:
        job.events(FindingTold(finding, FindingState.OPEN))
    return ProvisionReport(open=len(surveyed.found), failed=0)


def apply(surveyed: Survey, provisioner: Provisioner, job: Job) -> ProvisionReport:
    """Set up what is missing, telling `PartProvisioned` and `FindingTold`.

    Where there is CloudFormation the template is deployed; it doesn't reach into buckets that were there before, so
    those are set through S3, as all are where there is none. What the server can't do is told, and the rest goes on.

    Raises:
        AppError: the stack failed, a bucket can't be created, or the server can't be reached.
        CancelledError: when cancelled between two steps.
    """
    told = list(_steps(surveyed, provisioner, job))
    parts = [step for step in told if isinstance(step, PartProvisioned)]
    open_findings = [step for step in told if isinstance(step, FindingTold) and step.state is not FindingState.CLOSED]
    failed = [step for step in open_findings if step.state is FindingState.FAILED]
    failed_parts = [part for part in parts if part.status is PartStatus.FAILED]
    return ProvisionReport(open=len(open_findings), failed=len(failed) + len(failed_parts))


def _steps(surveyed: Survey, provisioner: Provisioner, job: Job) -> Iterator[PartProvisioned | FindingTold]:
    stacks = provisioner.stacks
    steps = _by_api(surveyed, provisioner) if stacks is None else _by_stack(surveyed, provisioner, stacks, job)
    for step in steps:
        job.events(step)
        yield step
        job.cancel.raise_if_cancelled()


def _by_stack(
    surveyed: Survey, provisioner: Provisioner, stacks: StackKeeper, job: Job
) -> Iterator[PartProvisioned | FindingTold]:
    stack = surveyed.request.stack
    yield PartProvisioned("stack", stack, stacks.deploy(stack, surveyed.template, job.cancel))
    for bucket in surveyed.plans:
        if bucket.adopted is not None:
            yield from _set_guards(bucket, provisioner)


def _by_api(surveyed: Survey, provisioner: Provisioner) -> Iterator[PartProvisioned | FindingTold]:
    request = surveyed.request
    for bucket in surveyed.plans:
        if bucket.logical_id == AUDIT_ID:
            continue
        if bucket.adopted is None:
            provisioner.buckets.create(bucket.name)
            yield PartProvisioned("bucket", bucket.name, PartStatus.CREATED)
        yield from _set_guards(bucket, provisioner)
    if request.people is not None:
        role = people_role(request, request.people, kms_keys(surveyed.plans))
        yield _part("role", role.name, lambda: provisioner.roles.put(role))
    if request.publisher:
        yield PartProvisioned("policy", request.publisher_name, PartStatus.FAILED, _NO_POLICIES)
    if request.audit_bucket:
        yield PartProvisioned("trail", request.stack, PartStatus.FAILED, _NO_TRAIL)


_NO_POLICIES = RefusalError(
    "no-policies",
    "Without CloudFormation this policy can’t be set up",
    "Give its rights to whoever publishes in the server’s own way; the template of --output holds them.",
)
_NO_TRAIL = RefusalError("no-trail", "This server keeps no trail", "CloudTrail is AWS’s; use the server’s own log.")


def _set_guards(bucket: BucketPlan, provisioner: Provisioner) -> Iterator[FindingTold]:
    look = _look(bucket, provisioner.buckets.read(bucket.name) or BucketState(), provisioner)
    for finding in findings(look):
        if not finding.can_close:
            yield FindingTold(finding, FindingState.OPEN)
            continue
        error = _tried(partial(close, finding, look, provisioner.buckets))
        yield FindingTold(finding, FindingState.FAILED if error else FindingState.CLOSED, error)


def _part(kind: str, name: str, put: Callable[[], PartStatus]) -> PartProvisioned:
    try:
        return PartProvisioned(kind, name, put())
    except AppError as error:
        _raise_if_pointless(error)
        return PartProvisioned(kind, name, PartStatus.FAILED, error)


def _tried(put: Callable[[], None]) -> AppError | None:
    try:
        put()
    except AppError as error:
        _raise_if_pointless(error)
        return error
    return None


def _raise_if_pointless(error: AppError) -> None:
    """Raise it again where every other step would end the same way."""
    if isinstance(error, SignInError) or (isinstance(error, OutageError) and error.code in _NOBODY_THERE):
        raise error


_NOBODY_THERE = ("no-connection", "untrusted-connection")


def _look(bucket: BucketPlan, state: BucketState, provisioner: Provisioner) -> Look:
    return Look(bucket, state, provisioner.uses_tls, lambda: provisioner.buckets.holds_other_files(bucket.name))


def _check_may_adopt(bucket: BucketPlan, adopts: bool) -> None:
    if adopts and bucket.logical_id != AUDIT_ID:
        return
    remedy = "Choose another name." if adopts else "Choose another name, or take it over with --adopt."
    raise ConflictError("bucket-there", "This bucket is there already", remedy, bucket.name)
