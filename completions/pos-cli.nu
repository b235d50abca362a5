module completions {

  def "nu-complete pos-cli color" [] {
    [ "auto" "always" "never" ]
  }

  # Run a platformOS app on this machine: pages, background jobs, events and logs, offline
  export extern pos-cli [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli color" # When to colour: auto, always, never
    --help(-h)                # Print help
    --version(-V)             # Print version
  ]

  def "nu-complete pos-cli run durability" [] {
    [ "full" "normal" ]
  }

  def "nu-complete pos-cli run color" [] {
    [ "auto" "always" "never" ]
  }

  # Serves the app in DIR and works its jobs
  export extern "pos-cli run" [
    --port(-p): string        # Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]
    --strict-port             # A taken port is an error
    --host: string            # Address to listen on; anything but loopback lets other machines in [default: 127.0.0.1]
    --open(-o)                # Open the app in a browser
    --environment: string     # What templates see as `context.environment` [default: staging]
    --constants: path         # A file of NAME=value lines: `context.constants`, over those that are stored
    --workers: string         # Jobs worked at the same time [default: 4]
    --no-jobs                 # Queue jobs, but work none
    --retry-scale: string     # Multiplies the waiting time between attempts (5s, 30s, 2m, 10m); 0: no waiting [default: 1]
    --strict-scope            # Jobs see only the variables passed to them, as on the platform
    --grace: string           # How long running jobs may go on after ctrl-c [default: 5s]
    --state: path             # Keep databases in this folder [default: .pos-dev in the project]
    --ephemeral               # Keep databases in a temporary folder and forget them at the end
    --reset                   # Forget all jobs, logs and sessions first
    --durability: string@"nu-complete pos-cli run durability" # When a commit counts as done [default: full]
    --visit: string           # Request this page once ready; repeated: one after the other
    --until-idle              # End when nothing is queued, running or retrying; exit 1 if a visited page answered 5xx or a job died
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli run color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
    root?: path               # The project: the folder that holds `app`
  ]

  def "nu-complete pos-cli deploy color" [] {
    [ "auto" "always" "never" ]
  }

  # Checks and packs the app, and verifies that the server has it
  export extern "pos-cli deploy" [
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli deploy color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # Where to: `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli logs statuses" [] {
    [ "queued" "success" "failed" "dead" "cancelled" "rescued" ]
  }

  def "nu-complete pos-cli logs level" [] {
    [ "debug" "info" "warn" "error" ]
  }

  def "nu-complete pos-cli logs kinds" [] {
    [ "job" "request" "log" "mail" "api" "system" ]
  }

  def "nu-complete pos-cli logs fail_on" [] {
    [ "queued" "success" "failed" "dead" "cancelled" "rescued" ]
  }

  def "nu-complete pos-cli logs color" [] {
    [ "auto" "always" "never" ]
  }

  # Prints or follows log lines
  export extern "pos-cli logs" [
    --follow(-f)              # Print what is stored, then every new line as it comes, until ctrl-c
    --tail: string            # Without N the same as --follow; with N the same as -n
    -n: string                # The last N of the lines that match
    --no-follow               # End after the stored lines, whatever the default is
    --interval(-i): string    # How often to look for new lines, in milliseconds, besides being told of them [default: 250]
    --source-name: string     # Lines of jobs with this name; `*` and `?` are wildcards
    --status: string@"nu-complete pos-cli logs statuses" # Lines with this status
    --type: string            # Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system
    --filter: string          # Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system
    --level(-l): string@"nu-complete pos-cli logs level" # Lines of this level and above
    --kind: string@"nu-complete pos-cli logs kinds" # Lines of this kind
    --grep(-g): string        # Lines in which this pattern is found; repeated: all of them
    --exclude(-x): string     # Lines in which this pattern is not found
    --since: string           # Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start
    --until: string           # Lines before then
    --job: string             # Lines of this job
    --trace: string           # Lines of everything one request or job caused
    --utc                     # Show and read times in UTC
    --until-match: string     # Follow until a shown line matches, then end with 0
    --timeout: string         # Give up after this time, with 1: 30s, 2m
    --fail-on: string@"nu-complete pos-cli logs fail_on" # End with 1 if a shown line has this status; when following, at once
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli logs color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
    environment?: string      # Whose log: an environment of `.pos`, or `local` [default: local, where the app has run here]
  ]

  def "nu-complete pos-cli jobs color" [] {
    [ "auto" "always" "never" ]
  }

  # Lists, shows, retries, cancels and drains jobs
  export extern "pos-cli jobs" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli jobs color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli jobs list color" [] {
    [ "auto" "always" "never" ]
  }

  # Jobs that have not ended, newest first
  export extern "pos-cli jobs list" [
    --all                     # Those that have ended too
    --limit: string           # At most so many
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli jobs list color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli jobs show color" [] {
    [ "auto" "always" "never" ]
  }

  # One job: arguments, attempts, errors, output
  export extern "pos-cli jobs show" [
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli jobs show color" # When to colour: auto, always, never
    --help(-h)                # Print help
    id: string
  ]

  def "nu-complete pos-cli jobs retry color" [] {
    [ "auto" "always" "never" ]
  }

  # Runs dead, cancelled, retrying or scheduled jobs now
  export extern "pos-cli jobs retry" [
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli jobs retry color" # When to colour: auto, always, never
    --help(-h)                # Print help
    ...ids: string
  ]

  def "nu-complete pos-cli jobs cancel color" [] {
    [ "auto" "always" "never" ]
  }

  # Ends jobs that have not ended; the result of a running one is ignored
  export extern "pos-cli jobs cancel" [
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli jobs cancel color" # When to colour: auto, always, never
    --help(-h)                # Print help
    ...ids: string
  ]

  def "nu-complete pos-cli jobs drain color" [] {
    [ "auto" "always" "never" ]
  }

  # Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile
  export extern "pos-cli jobs drain" [
    --timeout: string         # Give up after this long: 30s, 5m
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli jobs drain color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete pos-cli jobs stats color" [] {
    [ "auto" "always" "never" ]
  }

  # Jobs per state
  export extern "pos-cli jobs stats" [
    --state: path             # State folder, if it is not `.pos-dev` in the project
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli jobs stats color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli jobs help" [
  ]

  # Jobs that have not ended, newest first
  export extern "pos-cli jobs help list" [
  ]

  # One job: arguments, attempts, errors, output
  export extern "pos-cli jobs help show" [
  ]

  # Runs dead, cancelled, retrying or scheduled jobs now
  export extern "pos-cli jobs help retry" [
  ]

  # Ends jobs that have not ended; the result of a running one is ignored
  export extern "pos-cli jobs help cancel" [
  ]

  # Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile
  export extern "pos-cli jobs help drain" [
  ]

  # Jobs per state
  export extern "pos-cli jobs help stats" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli jobs help help" [
  ]

  def "nu-complete pos-cli check color" [] {
    [ "auto" "always" "never" ]
  }

  # Checks every file of the app: path:line:col, message, what to do
  export extern "pos-cli check" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli check color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
    path?: path               # A project, or a file or folder of the project here
  ]

  def "nu-complete pos-cli render color" [] {
    [ "auto" "always" "never" ]
  }

  # Renders a template to text
  export extern "pos-cli render" [
    --data: string            # Variables, as a JSON object; its `context` becomes the context object
    --partials: path          # Partials below this folder are found by their path without `.liquid`
    --format: string          # html escapes printed values, others do not; default: what front matter or the file's name says, else html
    --plain                   # Print arrays and hashes as Shopify's Liquid does, and escape nothing
    --batch                   # Answer JSON requests from standard input, one a line: {"template", "data", "templates", "format", "plain"}
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli render color" # When to colour: auto, always, never
    --help(-h)                # Print help
    file?: path               # The template, its front matter skipped; without it, or `-`, standard input
  ]

  def "nu-complete pos-cli completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  def "nu-complete pos-cli completions color" [] {
    [ "auto" "always" "never" ]
  }

  # Prints the completions of a shell
  export extern "pos-cli completions" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli completions color" # When to colour: auto, always, never
    --help(-h)                # Print help
    shell: string@"nu-complete pos-cli completions shell"
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli help" [
  ]

  # Serves the app in DIR and works its jobs
  export extern "pos-cli help run" [
  ]

  # Checks and packs the app, and verifies that the server has it
  export extern "pos-cli help deploy" [
  ]

  # Prints or follows log lines
  export extern "pos-cli help logs" [
  ]

  # Lists, shows, retries, cancels and drains jobs
  export extern "pos-cli help jobs" [
  ]

  # Jobs that have not ended, newest first
  export extern "pos-cli help jobs list" [
  ]

  # One job: arguments, attempts, errors, output
  export extern "pos-cli help jobs show" [
  ]

  # Runs dead, cancelled, retrying or scheduled jobs now
  export extern "pos-cli help jobs retry" [
  ]

  # Ends jobs that have not ended; the result of a running one is ignored
  export extern "pos-cli help jobs cancel" [
  ]

  # Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile
  export extern "pos-cli help jobs drain" [
  ]

  # Jobs per state
  export extern "pos-cli help jobs stats" [
  ]

  # Checks every file of the app: path:line:col, message, what to do
  export extern "pos-cli help check" [
  ]

  # Renders a template to text
  export extern "pos-cli help render" [
  ]

  # Prints the completions of a shell
  export extern "pos-cli help completions" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli help help" [
  ]

}

export use completions *
