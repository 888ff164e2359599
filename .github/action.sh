#!/usr/bin/env bash
# The work of action.yml: installs sleeplint, runs it once, writes SARIF, annotations and a job summary.
set -euo pipefail

lines() { # the lines of $1 that are not empty
    while IFS= read -r line; do
        [ -z "$line" ] || printf '%s\0' "$line"
    done <<<"$1"
}

mapfile -d '' -t paths < <(lines "${LINT_PATHS:-.}")
mapfile -d '' -t arguments < <(lines "${LINT_ARGS:-}")

environment=$RUNNER_TEMP/sleeplint
python3 -m venv "$environment"
if [ -n "${LINT_VERSION:-}" ]; then
    package=sleeplint==$LINT_VERSION
else
    package=$GITHUB_ACTION_PATH
fi
"$environment/bin/pip" install --quiet --disable-pip-version-check "$package"

sarif=$RUNNER_TEMP/sleeplint.sarif
outputs=(--output-format github
    --output-format sarif --output-file "$sarif"
    --output-format markdown --output-file "$RUNNER_TEMP/sleeplint.md")
case ${LINT_FAIL_ON:-warning} in
    never) outputs+=(--exit-zero) ;;
    *) outputs+=(--fail-on "${LINT_FAIL_ON:-warning}") ;;
esac

code=0
"$environment/bin/sleeplint" check "${outputs[@]}" "${arguments[@]}" -- "${paths[@]}" || code=$?

# What was a mistake of the user has no findings to show.
if [ -s "$sarif" ]; then
    cat "$RUNNER_TEMP/sleeplint.md" >>"$GITHUB_STEP_SUMMARY"
    printf 'sarif=%s\n' "$sarif" >>"$GITHUB_OUTPUT"
fi
printf 'exit-code=%s\n' "$code" >>"$GITHUB_OUTPUT"
