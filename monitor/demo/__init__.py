"""The demo: a newsroom on loopback that publishes and rewrites its stories, watched by the real daemon. No part of the daemon uses it."""
