"""What the billing engine says when it is given something that cannot be billed."""


class BillingError(ValueError):
    """The input cannot be billed; nothing was computed.

    ``slug`` is stable and machine-readable, ``message`` a sentence for whoever has to correct the input.
    """

    def __init__(self, slug: str, message: str) -> None:
        self.slug = slug
        self.message = message
        super().__init__(message)
