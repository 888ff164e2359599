"""The built-in rules, one module each, listed by name."""

from __future__ import annotations

from typing import Final

from sleeplint.rule import Rule
from sleeplint_rules.absence_sleep import AbsenceSleep
from sleeplint_rules.blocking_sleep import BlockingSleep
from sleeplint_rules.burned_timeout import BurnedTimeout
from sleeplint_rules.connection_hold import ConnectionHold
from sleeplint_rules.duration_unit import DurationUnit
from sleeplint_rules.elapsed_upper_bound import ElapsedUpperBound
from sleeplint_rules.endless_sleep import EndlessSleep
from sleeplint_rules.expiry_sleep import ExpirySleep
from sleeplint_rules.frozen_clock_async_sleep import FrozenClockAsyncSleep
from sleeplint_rules.idle_timeout_over_budget import IdleTimeoutOverBudget
from sleeplint_rules.nested_timeout import NestedTimeout
from sleeplint_rules.pacing_sleep import PacingSleep
from sleeplint_rules.poll_falls_through import PollFallsThrough
from sleeplint_rules.poll_without_deadline import PollWithoutDeadline
from sleeplint_rules.real_clock_under_pause import RealClockUnderPause
from sleeplint_rules.repeated_timeout import RepeatedTimeout
from sleeplint_rules.settle_sleep import SettleSleep
from sleeplint_rules.sleep_ordering import SleepOrdering
from sleeplint_rules.sleep_over_budget import SleepOverBudget
from sleeplint_rules.startup_sleep import StartupSleep
from sleeplint_rules.suite_sleep_budget import SuiteSleepBudget
from sleeplint_rules.syntax_error import SyntaxTrouble
from sleeplint_rules.test_sleep_budget import TestSleepBudget
from sleeplint_rules.timeout_over_budget import TimeoutOverBudget
from sleeplint_rules.timeout_too_short import TimeoutTooShort
from sleeplint_rules.unknown_rule import UnknownRule
from sleeplint_rules.unread_code import UnreadCode
from sleeplint_rules.unused_suppression import UnusedSuppression
from sleeplint_rules.workload_sleep import WorkloadSleep

RULES: Final[tuple[type[Rule], ...]] = (
    SleepOverBudget,
    ConnectionHold,
    StartupSleep,
    SettleSleep,
    AbsenceSleep,
    ExpirySleep,
    WorkloadSleep,
    PacingSleep,
    SleepOrdering,
    PollWithoutDeadline,
    PollFallsThrough,
    BlockingSleep,
    EndlessSleep,
    TestSleepBudget,
    SuiteSleepBudget,
    TimeoutOverBudget,
    BurnedTimeout,
    RepeatedTimeout,
    TimeoutTooShort,
    NestedTimeout,
    IdleTimeoutOverBudget,
    ElapsedUpperBound,
    RealClockUnderPause,
    FrozenClockAsyncSleep,
    DurationUnit,
    UnusedSuppression,
    UnknownRule,
    SyntaxTrouble,
    UnreadCode,
)
"""In the order of their codes."""
