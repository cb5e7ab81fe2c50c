class Failure(Exception):
    """A measurement that could not be made; the message says why."""
