"""What the storage deletes by itself: too little, or what it mustn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.core.provisioning import Document, Finding, Guard
from app.services.provisioning.buckets import Lifecycle
from app.services.provisioning.look import Look


def lifecycle_findings(look: Look) -> Iterator[Finding]:
    """Yield what the bucket's lifecycle rules lack, and those that delete people's files."""
    if look.plan.lifecycle and not look.plan.lifecycle.file_days:
        yield from (_deleting(look, rule) for rule in _enabled(look) if _deletes_files(rule))
    for wanted in look.plan.lifecycles:
        lacks = _lacks(look, wanted)
        if lacks:
            yield _lacking(look, wanted, lacks)


def joined_rules(look: Look) -> list[Document]:
    """Return the rules that the bucket has, and those of ours that are lacking."""
    ours = [wanted for wanted in look.plan.lifecycles if _lacks(look, wanted)]
    names = {wanted.rule_id for wanted in ours}
    return [*(rule for rule in look.state.lifecycle if rule.get("ID") not in names), *(one.rule for one in ours)]


_COPIES_STAY = "Temporary copies aren’t deleted after a day"


def _lacks(look: Look, wanted: Lifecycle) -> list[str]:
    rules = [rule for rule in _enabled(look) if _covers(rule, wanted.prefix)]
    wishes = _catalog_wishes(wanted) if wanted.prefix else _wishes(wanted)
    return [text for text, is_met in wishes if not any(map(is_met, rules))]


def _lacking(look: Look, wanted: Lifecycle, lacks: list[str]) -> Finding:
    if _COPIES_STAY in lacks and look.holds_other_files():
        return look.finding(
            Guard.LIFECYCLE,
            "It holds other files, which would be deleted with the temporary copies",
            "Take another bucket, or move them elsewhere.",
            can_close=False,
        )
    return look.finding(Guard.LIFECYCLE, ". ".join(lacks), f"Add the lifecycle rule {wanted.rule_id}.")


def _enabled(look: Look) -> list[Document]:
    return [rule for rule in look.state.lifecycle if rule.get("Status") == "Enabled"]


def _wishes(wanted: Lifecycle) -> Iterator[tuple[str, Callable[[Document], bool]]]:
    """Yield what is lacking unless a rule for the whole bucket meets it."""
    yield "Parts of unfinished uploads stay for ever", lambda rule: "AbortIncompleteMultipartUpload" in rule
    if wanted.file_days:
        yield _COPIES_STAY, lambda rule: rule.get("Expiration", {}).get("Days") == wanted.file_days
    if wanted.old_version_days:
        days = wanted.old_version_days
        text = f"Old versions aren’t deleted after {days} days"
        yield text, lambda rule: rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") == days


def _catalog_wishes(wanted: Lifecycle) -> Iterator[tuple[str, Callable[[Document], bool]]]:
    """Yield what is lacking unless a rule meets it; one that keeps a number of old versions doesn't."""
    met = {"NoncurrentDays": wanted.old_version_days}
    text = "Old versions of the published catalogue aren’t deleted after a day"
    yield text, lambda rule: rule.get("NoncurrentVersionExpiration") == met


def _covers(rule: Document, prefix: str) -> bool:
    """Tell whether a rule is for every key with the prefix, whatever its size and tags."""
    found = rule.get("Filter", {})
    return set(found) <= {"Prefix"} and prefix.startswith(rule.get("Prefix") or found.get("Prefix", ""))


def _deletes_files(rule: Document) -> bool:
    return bool({"Days", "Date"} & set(rule.get("Expiration", {})))


def _deleting(look: Look, rule: Document) -> Finding:
    return look.finding(
        Guard.LIFECYCLE,
        f"Its rule {rule.get('ID', 'without a name')} deletes files after a while",
        "Remove the rule, unless that is meant.",
        can_close=False,
    )
