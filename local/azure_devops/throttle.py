"""THROTTLE: the two stages of the service's rate limit, as data; counts, no clock.

Documented: Azure DevOps, "Rate and usage limits". First a request is delayed and still
answered with 200 and Retry-After; then requests are refused with 429. The service
measures consumption; here a test says how many requests each stage lasts.
"""

from dataclasses import dataclass
from typing import Literal

RESOURCE = "ServicesUsage"
BLOCKED = (
    "TF400733: The request has been canceled: Request was blocked due to exceeding"
    " usage of resource {resource} in namespace {namespace}."
)

Stage = Literal["free", "warned", "delayed", "blocked"]


@dataclass(slots=True)
class Throttle:
    """How many requests are still warned, delayed and blocked, in this order."""

    warned: int = 0
    delayed: int = 0
    blocked: int = 0
    delay_seconds: float = 0.1
    retry_after: int = 1
    limit: int = 200

    def next_stage(self) -> Stage:
        """Count one request and say how it fares."""
        if self.warned:
            self.warned -= 1
            return "warned"
        if self.delayed:
            self.delayed -= 1
            return "delayed"
        if self.blocked:
            self.blocked -= 1
            return "blocked"
        return "free"

    def headers(self, stage: Stage, epoch: int) -> dict[str, str]:
        """Name the headers of a request in this stage; none while it is free."""
        if stage == "free":
            return {}
        headers = {
            "X-RateLimit-Resource": RESOURCE,
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit // 10 if stage == "warned" else 0),
            "X-RateLimit-Reset": str(epoch + 300),
            "Retry-After": str(self.retry_after),
        }
        if stage == "delayed":
            headers["X-RateLimit-Delay"] = f"{self.delay_seconds:.3f}"
        return headers
