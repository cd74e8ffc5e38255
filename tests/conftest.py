"""What every test stands on."""

import os
from collections.abc import Iterator

import pytest

# Figures are drawn without a screen; Brian2 imports matplotlib, which reads this then.
os.environ["MPLBACKEND"] = "Agg"

import brian2 as b2


@pytest.fixture(scope="session", autouse=True)
def builds_of_the_tests(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Keep what the tests compile apart from the user's builds, until the next time."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    folder = cache.mkdir("builds") if cache else tmp_path_factory.mktemp("builds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRISYNAPSE_CACHE", str(folder))
        yield


@pytest.fixture(scope="module")
def numpy_target() -> Iterator[None]:
    """Run Brian2's objects in Python, where a compiler would take longer."""
    before = b2.prefs.codegen.target
    b2.prefs.codegen.target = "numpy"
    yield
    b2.prefs.codegen.target = before
