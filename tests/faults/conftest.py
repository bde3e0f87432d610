"""The towns of the scenarios, for processes of their own."""

from tests.scenarios.conftest import town

__all__ = ["town"]
