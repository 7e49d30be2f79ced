"""The words that X knows: fields and expansions, under the names of its older and of its newer description.

The older names are those of description 2.159 (and of X's written documentation), the newer ones those of 2.167.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Names(NamedTuple):
    """What the two descriptions call differently."""

    fields: str
    history: str
    referenced: str
    includes: str
    reposts: str
    posts: str


OLD = Names(
    "tweet.fields", "edit_history_tweet_ids", "referenced_tweets", "tweets", "retweet_count", "tweet_count"
)
NEW = Names("post.fields", "edit_history_post_ids", "referenced_posts", "posts", "repost_count", "post_count")

_BOTH = frozenset(
    [
        "article",
        "attachments",
        "card_uri",
        "community_id",
        "context_annotations",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "entities",
        "geo",
        "id",
        "lang",
        "media_metadata",
        "non_public_metrics",
        "organic_metrics",
        "possibly_sensitive",
        "promoted_metrics",
        "public_metrics",
        "reply_settings",
        "scopes",
        "source",
        "suggested_source_links",
        "suggested_source_links_with_counts",
        "text",
        "withheld",
    ]
)
_USER = frozenset(
    [
        "confirmed_email",
        "connection_status",
        "created_at",
        "description",
        "entities",
        "id",
        "is_identity_verified",
        "location",
        "name",
        "parody",
        "profile_banner_url",
        "profile_image_url",
        "protected",
        "public_metrics",
        "receives_your_dm",
        "subscription",
        "subscription_type",
        "url",
        "username",
        "verified",
        "verified_followers_count",
        "verified_type",
        "withheld",
        "affiliation",
        "most_recent_tweet_id",
        "pinned_tweet_id",
        "subscribes_to_you",
    ]
)
_MEDIA = frozenset(
    [
        "alt_text",
        "duration_ms",
        "height",
        "media_key",
        "non_public_metrics",
        "organic_metrics",
        "preview_image_url",
        "promoted_metrics",
        "public_metrics",
        "type",
        "url",
        "variants",
        "width",
    ]
)

FIELDS: Mapping[str, frozenset[str]] = {
    "tweet.fields": _BOTH
    | {"author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets"},
    "post.fields": _BOTH
    | {"article_title", "matched_media_notes", "note_post", "note_request_suggestions", "paid_partnership"},
    "user.fields": _USER,
    "media.fields": _MEDIA,
    "poll.fields": frozenset({"duration_minutes", "end_datetime", "id", "options", "voting_status"}),
    "place.fields": frozenset(
        {"contained_within", "country", "country_code", "full_name", "geo", "id", "name", "place_type"}
    ),
    "dm_event.fields": frozenset(
        [
            "attachments",
            "created_at",
            "dm_conversation_id",
            "entities",
            "event_type",
            "id",
            "participant_ids",
            "referenced_tweets",
            "sender_id",
            "text",
        ]
    ),
    "usage.fields": frozenset(
        [
            "cap_reset_day",
            "daily_client_app_usage",
            "daily_project_usage",
            "project_cap",
            "project_id",
            "project_usage",
        ]
    ),
    "webhook_config.fields": frozenset({"created_at", "id", "url", "valid"}),
}
"""The words that each parameter of fields takes."""

_POST_EXPANSIONS = frozenset(
    [
        "article.cover_media",
        "article.media_entities",
        "attachments.media_keys",
        "attachments.poll_ids",
        "author_id",
        "entities.mentions.username",
        "geo.place_id",
        "in_reply_to_user_id",
    ]
)
POST_EXPANSIONS = {
    OLD: _POST_EXPANSIONS
    | {
        "attachments.media_source_tweet",
        "edit_history_tweet_ids",
        "entities.note.mentions.username",
        "referenced_tweets.id",
        "referenced_tweets.id.attachments.media_keys",
        "referenced_tweets.id.author_id",
    },
    NEW: _POST_EXPANSIONS
    | {"attachments.media_source_tweet", "edit_history_post_ids", "referenced_posts", "username"},
}
USER_EXPANSIONS = frozenset(
    [
        "affiliation.user_id",
        "affiliation",
        "most_recent_tweet_id",
        "most_recent_post_id",
        "pinned_tweet_id",
        "pinned_post_id",
    ]
)
MESSAGE_EXPANSIONS = frozenset(
    ["attachments.media_keys", "participant_ids", "referenced_tweets.id", "referenced_posts", "sender_id"]
)

POST_FIELDS = (
    "tweet.fields",
    "post.fields",
    "user.fields",
    "media.fields",
    "poll.fields",
    "place.fields",
    "expansions",
)
"""The parameters with which a request for posts says what it wants of them."""


def names_of(query: Mapping[str, str]) -> Names:
    """The names under which a request is answered: those that it uses itself, else the older ones."""
    return NEW if "post.fields" in query or "referenced_posts" in query.get("expansions", "") else OLD
