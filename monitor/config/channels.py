"""The tables of the channels, one for each type. What a channel does with a message stands in `monitor.notifiers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.config.table import Table
from monitor.config.values import (
    FilePath,
    Headers,
    Id,
    Room,
    Sealed,
    SealedService,
    SealedToken,
    SealedUrl,
    Url,
    Variable,
)

Rate = Annotated[
    float,
    Field(ge=0.01, le=1000, description="How many messages a second it is sent at most."),
]
Fallback = Annotated[
    Id | None,
    Field(description="The id of another channel, which is told when this one is disabled or stops taking messages."),
]


class Webhook(Table):
    """`[channels.ID]` of type `webhook`: signed requests after Standard Webhooks."""

    at_most_one = (("url", "url_env"), ("secret_env", "secret_file"))
    at_least_one = (("url", "url_env"), ("secret_env", "secret_file"))
    hidden = ("secret",)

    type: Annotated[Literal["webhook"], Field(description="`webhook`: signed HTTP requests after Standard Webhooks.")]
    url: Annotated[
        SealedUrl,
        Field(description="Where alerts are sent: an https URL; http too where `allow_private` is true."),
    ]
    url_env: Annotated[
        Variable | None,
        Field(description="The environment variable that holds the URL, where the URL itself is a secret."),
    ] = None
    secret_env: Annotated[
        Variable | None,
        Field(
            description="The environment variable that holds the signing secret: `whsec_` and base64 of 24 to 64 bytes; two of them, apart by white space, while it rotates."
        ),
    ] = None
    secret_file: Annotated[
        FilePath | None,
        Field(description="The file that holds the signing secret; readable by its owner alone (mode 0600 or less)."),
    ] = None
    allow_private: Annotated[
        bool,
        Field(description="Whether the receiver may stand on a loopback or private address, and speak plain http."),
    ] = False
    headers: Annotated[
        Headers,
        Field(description="Further headers of each request, as `name = value`; no secrets, none that Monitor writes."),
    ] = Field(default_factory=dict)
    rate: Rate = 20.0
    fallback: Fallback = None
    firehose: Annotated[
        bool, Field(description="Whether it is also sent every article event: discovered, revised, gone, restored.")
    ] = False
    secret: SkipJsonSchema[Sealed]


class Slack(Table):
    """`[channels.ID]` of type `slack`: a bot that threads what it says about one article."""

    hidden = ("token",)

    type: Annotated[
        Literal["slack"], Field(description="`slack`: a Slack bot, which threads what it says about one article.")
    ]
    token_env: Annotated[
        Variable, Field(description="The environment variable that holds the bot's token: `xoxb-…`, with `chat:write`.")
    ]
    channel: Annotated[
        Room, Field(description="The id of the Slack channel, such as `C024BE91L`; the bot must be in it.")
    ]
    api: Annotated[Url, Field(description="Where Slack's API is; another place for GovSlack.")] = (
        "https://slack.com/api/"
    )
    allow_private: Annotated[bool, Field(description="Whether `api` may stand on a loopback or private address.")] = (
        False
    )
    rate: Rate = 1.0
    fallback: Fallback = None
    token: SkipJsonSchema[SealedToken]


class Apprise(Table):
    """`[channels.ID]` of type `apprise`: whatever Apprise can reach, by a URL of its own."""

    hidden = ("url",)

    type: Annotated[
        Literal["apprise"],
        Field(description="`apprise`: Slack, Discord, Teams, Telegram, e-mail, ntfy and others, by an Apprise URL."),
    ]
    url_env: Annotated[Variable, Field(description="The environment variable that holds the Apprise URL, a secret.")]
    allow_private: Annotated[bool, Field(description="Whether it may reach loopback and private addresses.")] = False
    rate: Rate = 1.0
    fallback: Fallback = None
    url: SkipJsonSchema[SealedService]


class JsonLines(Table):
    """`[channels.ID]` of type `jsonl`: a line of JSON in a file for each message."""

    type: Annotated[Literal["jsonl"], Field(description="`jsonl`: a line of JSON in a file for each message.")]
    file: Annotated[FilePath, Field(description="The file; its folder must be there.")]
    rotate_mib: Annotated[
        int, Field(ge=1, le=10_240, description="The size in MiB from which a new file is begun.")
    ] = 100
    keep: Annotated[
        int, Field(ge=1, le=1000, description="How many full files are kept, as FILE.1, FILE.2 and so on.")
    ] = 10


class Atom(Table):
    """`[channels.ID]` of type `atom`: feeds of what was found, as files."""

    type: Annotated[
        Literal["atom"],
        Field(description="`atom`: Atom feeds as files: `all.atom`, one for each watchlist, and one for each article."),
    ]
    folder: Annotated[FilePath, Field(description="The folder of the feeds; it is made where it is not there.")]
    entries: Annotated[int, Field(ge=1, le=1000, description="How many entries a feed keeps, the newest.")] = 100


class Console(Table):
    """`[channels.ID]` of type `console`: one line for each alert on standard output."""

    type: Annotated[Literal["console"], Field(description="`console`: a line on standard output for each alert.")]


AnyChannel = Webhook | Slack | Apprise | JsonLines | Atom | Console
Channel = Annotated[AnyChannel, Field(discriminator="type")]
TABLES: Mapping[str, type[Table]] = {
    "webhook": Webhook,
    "slack": Slack,
    "apprise": Apprise,
    "jsonl": JsonLines,
    "atom": Atom,
    "console": Console,
}
"""The tables by what their `type` says."""
