"""Why an import as a whole cannot be done."""

from caferoam.errors import CafeRoamError


class ImportRefused(CafeRoamError):
    """The file cannot be read, or is not what the importer takes. Nothing was written. One line of text."""

    code = "import_refused"

    def __init__(self, detail: str) -> None:
        super().__init__(" ".join(detail.split()))
