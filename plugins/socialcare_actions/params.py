from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """The parameters of an action; a misspelt one is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
