"""To say something, in public or in private."""

from socialcare import Action

SPEECH = (
    Action(
        name="reply",
        doc="answer in public, under their post",
        example="reply: 'We are open 9 to 18, Monday to Friday.'",
        slot="public",
        effect="public",
        speaks=True,
        settles="answered",
    ),
    Action(
        name="quote",
        doc="post their words again with ours above, for all our followers",
        example="quote: 'Thank you {{ author.handle }}, this is why we do it.'",
        slot="public",
        effect="public",
        speaks=True,
        settles="answered",
    ),
    Action(
        name="repost",
        doc="post their words again, without a word of ours",
        example="repost: true",
        slot="public",
        effect="public",
    ),
    Action(
        name="post",
        doc="say something of our own, to nobody in particular; for rules on a schedule",
        example="post: {say: '{{ tip.text }}', counts_as: tip}",
        slot="public",
        effect="public",
        speaks=True,
        original=True,
    ),
    Action(
        name="dm",
        doc="answer in a private message",
        example="dm: {say: Congratulations! Reply here with your postal address., when: {author.wrote_first: true}}",
        slot="private",
        effect="private",
        speaks=True,
        settles="answered",
    ),
)
