"""sleeplint finds the waits of test suites and judges them: fixed sleeps, oversized timeouts, connection holds."""

__version__ = "0.1.0"
HOME = "https://github.com/sleeplint/sleeplint"
"""Where the project lives."""
