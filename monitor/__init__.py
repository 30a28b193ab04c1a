"""Monitor watches the news and tells people the moment something they track appears, changes or vanishes."""

__version__ = "0.1.0"
