"""The one way out: how rules and plugins call addresses of the internet, without being led into our own network (S16, S17)."""

from socialcare.egress.addresses import why_blocked
from socialcare.egress.client import Egress, EgressError, Forbidden, Response

__all__ = ["Egress", "EgressError", "Forbidden", "Response", "why_blocked"]
