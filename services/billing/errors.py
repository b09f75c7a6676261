"""What cannot be billed, as an error with its cause. Pure."""


class BillingError(ValueError):
    """The input cannot be billed; nothing was computed.

    ``slug`` is stable and machine-readable, ``message`` a sentence for the person who corrects the input.
    """

    def __init__(self, slug: str, message: str) -> None:
        self.slug = slug
        self.message = message
        super().__init__(message)
