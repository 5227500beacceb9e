"""LOCAL: what the host refuses to start with; knows none of the rules itself."""


class Refused(Exception):
    """The app, its settings or its host.json cannot run; the message says why."""
