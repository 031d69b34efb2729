import pytest


@pytest.fixture(scope="module")
def no_report():
    """Leave the drawing out: tests of the other files need it only to be there."""
    from thermo.output import report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "text", lambda result, summary: "<!DOCTYPE html>")
        yield
