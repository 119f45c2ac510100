"""Why a step was not decided, in terms a page can explain."""

from katip.core.errors import KatipError


class LapsedError(KatipError):
    """The last day to answer has passed. `process_id` leads to the page that says so."""

    def __init__(self, process_id: int) -> None:
        super().__init__(f"process {process_id} has lapsed")
        self.process_id = process_id


class AlreadyDecidedError(KatipError):
    """The step is decided, or the process closed. `process_id` leads to the page that says by whom and when."""

    def __init__(self, process_id: int) -> None:
        super().__init__(f"process {process_id} is decided")
        self.process_id = process_id
