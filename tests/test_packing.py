import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.facts import Limit, Loop, Related, Task, Wait
from sleeplint.finding import Applicability, Finding, Fix, Severity
from sleeplint.packing import pack, unpack
from sleeplint.text import Edit, Location, Span

SPANS = st.builds(Span, st.integers(0, 9), st.integers(0, 9))
MILLISECONDS = st.none() | st.integers(0, 10**30) | st.floats(0, 1e9)
FINDINGS = st.builds(
    Finding,
    span=SPANS,
    severity=st.sampled_from(Severity),
    statement=st.none() | SPANS,
    covers=st.tuples(SPANS),
    duration_ms=MILLISECONDS,
    cost_ms=MILLISECONDS,
    location=st.builds(Location),
    related=st.just(()) | st.tuples(st.builds(Related, span=SPANS)),
    fix=st.none()
    | st.builds(Fix, applicability=st.sampled_from(Applicability), edits=st.tuples(st.builds(Edit, span=SPANS))),
)
WAITS = st.builds(
    Wait,
    span=SPANS,
    statement=SPANS,
    loop=st.none() | st.builds(Loop, span=SPANS),
    task=st.none() | st.builds(Task, span=SPANS),
    limit=st.none() | st.builds(Limit, ms=st.integers() | st.floats(0, 1e9), span=SPANS),
    duration_ms=MILLISECONDS,
    cost_ms=MILLISECONDS,
)


@given(FINDINGS)
def test_a_finding_comes_back_as_it_was(finding: Finding) -> None:
    assert unpack(Finding, json.loads(json.dumps(pack(finding)))) == finding


@given(WAITS)
def test_a_wait_comes_back_as_it_was(wait: Wait) -> None:
    assert unpack(Wait, json.loads(json.dumps(pack(wait)))) == wait


@pytest.mark.parametrize("packed", [None, 1, "x", [], [1], [1, "2"], [1, 2, 3], [1, None], {}, [1.0, 2], [True, 2]])
def test_what_does_not_fit_is_refused(packed: object) -> None:
    with pytest.raises(ValueError, match="is no"):
        unpack(Span, packed)
