"""What is looked for, as one small value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl, urlencode

from app.core.errors import InputError
from app.core.tags import fold, normalise

ENGINES = ("auto", "live", "index")
"""What can answer a search; `auto` is the index where there is one, else live."""


class Relation(Enum):
    """How a file's tags must stand to a term's value."""

    IS = "is"
    IS_NOT = "is not"
    BEGINS_WITH = "begins with"


class Joined(Enum):
    """How several terms are joined; terms that exclude always count."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Term:
    """One value looked for.

    Attributes:
        value: as typed.
        relation: `IS` unless it was said otherwise.
    """

    value: str
    relation: Relation = Relation.IS

    def holds(self, folded_values: Iterable[str]) -> bool:
        """Tell whether a file with these values, each folded, is meant."""
        wanted = fold(self.value)
        if self.relation is Relation.BEGINS_WITH:
            return any(value.startswith(wanted) for value in folded_values)
        return (wanted in folded_values) is (self.relation is Relation.IS)


@dataclass(frozen=True, slots=True)
class Query:
    """A search by tag.

    Attributes:
        terms: in the order in which they were typed; none means everything.
        joined: whether all or any of the including terms must hold; excluding terms must hold in any case.
    """

    terms: tuple[Term, ...] = ()
    joined: Joined = Joined.ALL

    @property
    def is_everything(self) -> bool:
        """Whether every file is meant, tagged or not."""
        return not self.terms

    def matches(self, values: Iterable[str]) -> bool:
        """Tell whether a file that carries `values` is meant."""
        folded = {fold(value) for value in values}
        including = [term for term in self.terms if term.relation is not Relation.IS_NOT]
        if not all(term.holds(folded) for term in self.terms if term.relation is Relation.IS_NOT):
            return False
        join = all if self.joined is Joined.ALL else any
        return not including or join(term.holds(folded) for term in including)

    def describe(self) -> str:
        """Return the query in a few words, for the name of a ZIP or of temporary copies."""
        if self.is_everything:
            return "All files"
        words = {Relation.IS: "{}", Relation.IS_NOT: "not {}", Relation.BEGINS_WITH: "{}…"}
        return ", ".join(words[term.relation].format(term.value) for term in self.terms)


def query_of(values: Iterable[str], excluded: Iterable[str] = (), joined: Joined = Joined.ALL) -> Query:
    """Make a query of values as the command line takes them: a trailing `*` means *begins with*.

    Raises:
        InputError: `tag-empty`, a value is empty.
    """
    terms = [_term(value) for value in values] + [Term(normalise(value), Relation.IS_NOT) for value in excluded]
    if any(not term.value for term in terms):
        raise InputError("tag-empty", "Type a tag first")
    return Query(tuple(terms), joined)


def _term(text: str) -> Term:
    if text.endswith("*"):
        return Term(normalise(text[:-1]), Relation.BEGINS_WITH)
    return Term(normalise(text))


_NAMES = {Relation.IS: "is", Relation.IS_NOT: "not", Relation.BEGINS_WITH: "begins"}
_RELATIONS = {name: relation for relation, name in _NAMES.items()}
_JOIN = "join"
_MOST_TERMS = 100


def query_to_text(query: Query) -> str:
    """Return the query as text that `query_from_text` reads: the parameters of an address.

    `is=Lot+1&not=Draft&join=any`, for example; everything is the empty text.
    """
    pairs = [(_NAMES[term.relation], term.value) for term in query.terms]
    if query.joined is Joined.ANY:
        pairs.append((_JOIN, Joined.ANY.value))
    return urlencode(pairs)


def query_from_text(text: str) -> Query:
    """Read what `query_to_text` wrote; it may come from a stranger.

    Raises:
        InputError: `query-unreadable`, it isn't such a text.
    """
    try:
        pairs = parse_qsl(
            text, strict_parsing=bool(text), keep_blank_values=True, errors="strict", max_num_fields=_MOST_TERMS
        )
        joined = [Joined(value) for name, value in pairs if name == _JOIN]
        terms = [Term(value, _RELATIONS[name]) for name, value in pairs if name != _JOIN]
    except (ValueError, KeyError):
        raise _unreadable(text) from None
    if len(joined) > 1 or not all(term.value == normalise(term.value) != "" for term in terms):
        raise _unreadable(text)
    return Query(tuple(terms), joined[0] if joined else Joined.ALL)


def _unreadable(text: str) -> InputError:
    return InputError("query-unreadable", "This search can’t be read", "Ask for the link again.", text[:200])
