"""What only a person can put right before a process can work."""


class Misconfigured(Exception):
    """The settings, or what the process finds where they lead, are wrong: to start again would not help.

    The message is one line for the person who starts the process; it names what to do, and holds no secret.
    """
