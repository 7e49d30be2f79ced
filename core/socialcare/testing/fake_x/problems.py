"""The problem documents that X answers with."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]  # Any: JSON

KINDS = "https://api.x.com/2/problems/"
"""What types begin with in the newer description; older answers have `api.twitter.com`: clients look at the last part."""
TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    402: "CreditsDepleted",
    403: "Forbidden",
    404: "Not Found Error",
}

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of "
    "the post you are replying to."
)
BLOCKED = "You have been blocked from the author of this post."
RESTRICTED = "The original post author restricted who can reply to this post."
NO_MESSAGES = "You do not have permission to DM one or more participants."


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """An answer that is a definite no."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(body.get("detail", ""))
        self.status = status
        self.body = body


def problem(
    status: int, detail: str, *, kind: str = "about:blank", title: str = "", **more: Any
) -> Json:  # Any: JSON
    """A problem document (RFC 7807) as X words them; `kind` is the last part of its type."""
    return {
        "title": title or TITLES.get(status, "Error"),
        "detail": detail,
        "type": kind if kind == "about:blank" else KINDS + kind,
        "status": status,
        **more,
    }


def refused(status: int, detail: str, **more: Any) -> Refusal:  # Any: JSON
    """A refusal with that problem."""
    return Refusal(status, problem(status, detail, **more))


def invalid(parameter: str, value: str, message: str) -> Refusal:
    """The refusal of a request that says something X does not understand."""
    return Refusal(
        400,
        {
            "errors": [{"parameters": {parameter: [value]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": KINDS + "invalid-request",
        },
    )


def not_found(what: str, key: str, value: str) -> Json:
    """What stands under `errors` beside what was found."""
    return {
        "resource_id": value,
        "parameter": key,
        "resource_type": what,
        "section": "data",
        "title": "Not Found Error",
        "value": value,
        "detail": f"Could not find {what} with {key}: [{value}].",
        "type": KINDS + "resource-not-found",
    }


def not_authorized(value: str, key: str) -> Json:
    """What stands under `errors` for a post of a protected account."""
    return {
        "resource_id": value,
        "parameter": key,
        "resource_type": "tweet",
        "section": "data",
        "title": "Authorization Error",
        "value": value,
        "detail": f"Sorry, you are not authorized to see the Tweet with {key}: [{value}].",
        "type": KINDS + "not-authorized-for-resource",
    }
