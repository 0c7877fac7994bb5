# shellcheck shell=bash disable=SC2034
# The steps of scripts/test, in their order: each a function step_NAME, with one line of what it is about.

STEPS=(format tidy generate clippy docs build tests doctests webhooks widgets pkb crash postgres s3 cluster newman schemathesis fhir browser desktop)
# What --quick leaves out.
SLOW=(webhooks widgets pkb crash cluster newman schemathesis fhir browser desktop)
declare -A ABOUT=(
    [format]="the code is formatted"
    [tidy]="the house rules are kept"
    [generate]="generated files are what the code says"
    [clippy]="no warning anywhere"
    [docs]="the documentation builds, private items included"
    [build]="the program that the journeys run"
    [tests]="unit, property and integration tests, and journeys against the program"
    [doctests]="examples in the documentation"
    [webhooks]="what the gateway posts is taken by the packages that products check it with"
    [widgets]="what a toolbar opens is checked by JOSE packages of npm and PyPI, and what they make by the gateway"
    [pkb]="OAuth clients and FHIR models that are not ours at the PKB sandbox, our client at foreign servers"
    [crash]="no message lost or filed twice: kills, a full disk, damaged files, jumping clocks"
    [postgres]="what the platform keeps in PostgreSQL: every promise of a store, and how it is kept"
    [s3]="large attachments in S3"
    [cluster]="three nodes on PostgreSQL and S3: killed nodes, a killed database, nothing lost or doubled"
    [newman]="the shipped Postman collection, top to bottom"
    [schemathesis]="made-up requests from openapi.json: no 5xx, no undocumented answer"
    [fhir]="what the Test PAS answers is FHIR R4 to a library that is not ours"
    [browser]="pages in Chromium, without axe violations"
    [desktop]="the practice's window on an X server, by mouse, by keys, and as a screen reader is told of it"
)

step_format() { cargo fmt --all --check; }

step_tidy() { cargo xtask tidy; }

step_generate() { cargo xtask generate --check; }

step_clippy() { cargo clippy --workspace --all-targets --quiet -- -D warnings; }

step_docs() { RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --quiet; }

step_build() { cargo build --package baton; }

# Those under `browser`, `crash` and `desktop` in the package `e2e` have steps of their own. So have those that need
# servers, which are marked as ignored and counted as skipped here.
step_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --workspace --no-fail-fast -E 'not (package(e2e) & test(/^(browser|crash|desktop)::/))'
    else
        cargo test --workspace --no-fail-fast --lib --bins --tests -- --skip browser:: --skip crash:: --skip desktop::
    fi
}

step_doctests() { cargo test --workspace --doc --quiet; }

step_webhooks() {
    need_node_tools
    need_python_tools
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --package gateway --run-ignored only -E 'test(/^webhooks::packages::/)'
    else
        cargo test --package gateway --test it -- webhooks::packages:: --ignored
    fi
}

step_widgets() {
    need_node_tools
    need_python_tools
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --package gateway --package e2e --run-ignored only -E 'test(/launch::foreign::|widgets::foreign::/)'
    else
        cargo test --package gateway --test it -- launch::foreign:: --ignored
        cargo test --package e2e --test it -- widgets::foreign:: --ignored
    fi
}

# One sandbox for each profile, and one within a whole environment; every part starts from nothing.
step_pkb() {
    need_node_tools
    need_python_tools
    local profile
    for profile in as-documented strict; do
        # shellcheck disable=SC2016 # the arguments are the inner shell's
        with_baton --pkb-sandbox "$profile" bash -ec '
            "$1" tools/check_pkb.py
            node tools/check_pkb_openid_client.mjs
            node tools/check_pkb_oauth4webapi.mjs' clients "$TOOLS/python/bin/python"
    done
    with_baton "$TOOLS/python/bin/python" scripts/lib/pkb_fhir_check.py
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --package gateway --run-ignored only -E 'test(/^foreign::/)'
    else
        cargo test --package gateway --test it -- foreign:: --ignored
    fi
}

# What they print is shown: seeds, figures, and what this machine made them skip.
step_crash() {
    need_clock
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --package e2e --no-fail-fast --success-output immediate -E 'test(/^crash::/)'
    else
        cargo test --package e2e --no-fail-fast --tests -- crash:: --nocapture
    fi
}

# A step ends with 77 when what it needs cannot be had here: it was skipped, and neither passed nor failed.

step_postgres() {
    need_postgres
    beside with-postgres -- "${ALL_OF[@]}" --package store-postgres --package testdb \
        "${AND_IGNORED[@]}" --skip s3::
}

step_s3() {
    need_python_tools
    beside with-s3 -- "${ALL_OF[@]}" --package store-s3 --package testdb "${AND_IGNORED[@]}" --skip postgres::
}

# What they print is shown: seeds, figures, times of recovery.
step_cluster() {
    need_postgres
    need_python_tools
    cargo run --quiet --package testdb -- check
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --package e2e --no-fail-fast --success-output immediate --run-ignored only \
            -E 'test(/^cluster::/)'
    else
        cargo test --package e2e --no-fail-fast --tests -- cluster:: --ignored --nocapture --test-threads 2
    fi
}

# Runs a command beside throw-away servers.
beside() { cargo run --quiet --package testdb -- "$@"; }

# All tests of some packages, those that need servers included, and how to leave some out: `--skip NAME`.
if cargo nextest --version >/dev/null 2>&1; then
    ALL_OF=(cargo nextest run --no-fail-fast --run-ignored all)
    AND_IGNORED=(--)
else
    ALL_OF=(cargo test --no-fail-fast --lib --bins --tests)
    AND_IGNORED=(-- --include-ignored)
fi

step_newman() {
    need_node_tools
    # shellcheck disable=SC2016 # with_baton sets these
    with_baton bash -c 'tools/node_modules/.bin/newman run "$UP_SDK/IM1_Send_Message.postman_collection.json" \
        --environment "$UP_SDK/local.postman_environment.json" --color off --timeout-request 20000'
}

step_schemathesis() {
    need_python_tools
    with_baton "$TOOLS/python/bin/python" scripts/lib/schema_check.py
}

step_fhir() {
    need_python_tools
    with_baton --demo "$TOOLS/python/bin/python" scripts/lib/fhir_check.py
}

step_browser() {
    need_browser
    need_node_tools
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --package e2e --no-fail-fast -E 'test(/^browser::/)'
    else
        cargo test --package e2e --no-fail-fast --tests -- browser::
    fi
}

# First every screen by itself, with pictures, then the whole. What they print is shown: what a key press costs.
step_desktop() {
    need_desktop
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --package desktop --no-fail-fast
        cargo nextest run --package e2e --no-fail-fast --success-output immediate -E 'test(/^desktop::/)'
    else
        cargo test --package desktop --no-fail-fast --lib --bins --tests
        cargo test --package e2e --no-fail-fast --tests -- desktop:: --nocapture --test-threads 2
    fi
    # Where no Secret Service can be started it says so and is passed over.
    scripts/keyring || (($? == 77))
}

# Runs a command against a whole environment of its own, and ends that environment with it.
with_baton() {
    cargo build --package baton --quiet
    python3 scripts/lib/with_baton.py "$@"
}
