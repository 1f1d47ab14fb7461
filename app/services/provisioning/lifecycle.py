"""What the storage deletes by itself: too little, or what it mustn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.core.provisioning import Document, Finding, Guard
from app.services.provisioning.buckets import Lifecycle
from app.services.provisioning.look import Look


def lifecycle_findings(look: Look) -> Iterator[Finding]:
    """Yield what the bucket's lifecycle rules lack, and those that delete people's files."""
    wanted = look.plan.lifecycle
    if wanted is None:
        return
    rules = [rule for rule in look.state.lifecycle if rule.get("Status") == "Enabled"]
    if not wanted.file_days:
        yield from (_deleting(look, rule) for rule in rules if _deletes_files(rule))
    for_all = [rule for rule in rules if _is_for_all(rule)]
    lacks = [text for text, is_met in _wishes(wanted) if not any(map(is_met, for_all))]
    if not lacks:
        return
    if _COPIES_STAY in lacks and look.holds_other_files():
        yield look.finding(
            Guard.LIFECYCLE,
            "It holds other files, which would be deleted with the temporary copies",
            "Take another bucket, or move them elsewhere.",
            can_close=False,
        )
    else:
        yield look.finding(Guard.LIFECYCLE, ". ".join(lacks), f"Add the lifecycle rule {wanted.rule_id}.")


def joined_rules(look: Look) -> list[Document]:
    """Return the rules that the bucket has, and ours."""
    ours = look.plan.lifecycle
    if ours is None:
        return list(look.state.lifecycle)
    return [*(rule for rule in look.state.lifecycle if rule.get("ID") != ours.rule_id), ours.rule]


_COPIES_STAY = "Temporary copies aren’t deleted after a day"


def _wishes(wanted: Lifecycle) -> Iterator[tuple[str, Callable[[Document], bool]]]:
    """Yield what is lacking unless a rule for the whole bucket meets it."""
    yield "Parts of unfinished uploads stay for ever", lambda rule: "AbortIncompleteMultipartUpload" in rule
    if wanted.file_days:
        yield _COPIES_STAY, lambda rule: rule.get("Expiration", {}).get("Days") == wanted.file_days
    if wanted.old_version_days:
        days = wanted.old_version_days
        text = f"Old versions aren’t deleted after {days} days"
        yield text, lambda rule: rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") == days


def _is_for_all(rule: Document) -> bool:
    return not rule.get("Prefix") and rule.get("Filter", {}) in ({}, {"Prefix": ""})


def _deletes_files(rule: Document) -> bool:
    return bool({"Days", "Date"} & set(rule.get("Expiration", {})))


def _deleting(look: Look, rule: Document) -> Finding:
    return look.finding(
        Guard.LIFECYCLE,
        f"Its rule {rule.get('ID', 'without a name')} deletes files after a while",
        "Remove the rule, unless that is meant.",
        can_close=False,
    )
