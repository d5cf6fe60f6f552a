"""Mends that need no thought: a finding's own lines are edited into the documented safe form, or nothing is.

There are few on purpose. What must be decided by somebody (a time limit, another hash, a parser to install)
is no fix, and what only hides a finding never is one.
"""

from lockgate.fixes.edits import apply
from lockgate.fixes.fixer import Fixer, Place
from lockgate.fixes.forms import is_known
from lockgate.fixes.pins import is_pin

__all__ = ["Fixer", "Place", "apply", "is_known", "is_pin"]
