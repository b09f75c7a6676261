"""How seldom Python's garbage collector looks for cycles, in processes that make objects by the million."""

import gc

_OBJECTS = 20_000


def collect_rarely() -> None:
    """Have the collector leave alone what is loaded by now, and look at the rest less often.

    A request, or a thousand lines of an import, makes thousands of objects, hardly any of them in a cycle: looking
    after every 700 of them costs more than what it finds. Memory that is in no cycle is freed at once as ever.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 50)
