"""A small OpenID provider on this machine: who works with the demo signs in here, as people do at Google."""

from app.demo.provider.people import PEOPLE, Person
from app.demo.provider.provider import Provider

__all__ = ["PEOPLE", "Person", "Provider"]
