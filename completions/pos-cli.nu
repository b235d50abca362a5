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

  def "nu-complete pos-cli run api_calls" [] {
    [ "live" "stub" "record" "replay" "off" ]
  }

  def "nu-complete pos-cli run unmatched" [] {
    [ "live" "error" "404" ]
  }

  def "nu-complete pos-cli run api_failure" [] {
    [ "auto" "return" "raise" ]
  }

  def "nu-complete pos-cli run durability" [] {
    [ "full" "normal" ]
  }

  def "nu-complete pos-cli run color" [] {
    [ "auto" "always" "never" ]
  }

  # Serves the app in DIR and works its jobs
  export extern "pos-cli run" [
    --instance: path          # Serve what is deployed to this folder, instead of an app's own files
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
    --smtp-url: string        # A mail server that receives captured e-mails, too: smtp://user:password@host:port
    --smtp-only-to: string    # Only recipients with such an address receive them
    --offline                 # Nothing leaves the machine: no call of an API, no download, no mail
    --api-calls: string@"nu-complete pos-cli run api_calls" # Who answers the calls of APIs [default: live]
    --stubs: path             # The rules that answer the calls; `--api-calls stub` alone reads stubs.yml in the project
    --unmatched: string@"nu-complete pos-cli run unmatched" # What becomes of a call that no rule matches; means `--api-calls stub`, too [default: error]
    --api-failure: string@"nu-complete pos-cli run api_failure" # What a call does that nobody answers [default: auto]
    --retry-on-5xx            # An answer with status 5xx fails the attempt of a job
    --state: path             # Keep databases in this folder [default: .pos-dev in the project]
    --ephemeral               # Keep databases in a temporary folder and forget them at the end
    --no-migrate              # Leave the app's pending migrations alone
    --seed: path              # Import this archive or JSON file first, after the migrations; twice is as good as once
    --reset                   # Forget all jobs, logs and sessions first; what was deployed stays, as an app's own files do
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

  # Checks and packs the app, and sends it to a server
  export extern "pos-cli deploy" [
    --partial(-p)             # Keep the files of the instance that are not in this project
    --partial-deploy          # Keep the files of the instance that are not in this project
    --one-archive(-o)         # Send the assets inside the archive of the release, not on their own
    --old-assets-upload       # Send the assets inside the archive of the release, not on their own
    --dry-run                 # Show what would change, and change nothing
    --no-check                # Skip `pos-cli check`, which otherwise comes first
    --rollback: string        # Serve release N of a server of ours again; without a number the one before the current
    --releases                # List the releases a server of ours keeps
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli deploy color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
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
    --interval(-i): string    # How often to look for new lines, in milliseconds [default: 250, for a platform 3000]
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
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
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
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
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
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
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
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
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
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
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
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
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
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
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

  def "nu-complete pos-cli mail color" [] {
    [ "auto" "always" "never" ]
  }

  # Lists, shows and waits for captured mail
  export extern "pos-cli mail" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli mail color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli mail list color" [] {
    [ "auto" "always" "never" ]
  }

  # Messages, newest first: captured, relayed, failed, skipped
  export extern "pos-cli mail list" [
    --to: string              # To a recipient like this: `*` and `?` stand for any characters
    --subject: string         # With this in the subject
    --template: string        # Made by this template
    --limit: string           # At most so many
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli mail list color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli mail show color" [] {
    [ "auto" "always" "never" ]
  }

  # One message: headers and text
  export extern "pos-cli mail show" [
    --html                    # Only the HTML, as it was sent
    --raw                     # The whole message as a mail program opens it (.eml)
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli mail show color" # When to colour: auto, always, never
    --help(-h)                # Print help
    id: string
  ]

  def "nu-complete pos-cli mail clear color" [] {
    [ "auto" "always" "never" ]
  }

  # Forgets all messages and their files
  export extern "pos-cli mail clear" [
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli mail clear color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli mail wait color" [] {
    [ "auto" "always" "never" ]
  }

  # Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes
  export extern "pos-cli mail wait" [
    --to: string              # To a recipient like this: `*` and `?` stand for any characters
    --subject: string         # With this in the subject
    --template: string        # Made by this template
    --timeout: string         # Give up after this long
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli mail wait color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli mail help" [
  ]

  # Messages, newest first: captured, relayed, failed, skipped
  export extern "pos-cli mail help list" [
  ]

  # One message: headers and text
  export extern "pos-cli mail help show" [
  ]

  # Forgets all messages and their files
  export extern "pos-cli mail help clear" [
  ]

  # Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes
  export extern "pos-cli mail help wait" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli mail help help" [
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

  def "nu-complete pos-cli constants color" [] {
    [ "auto" "always" "never" ]
  }

  # Lists, sets and unsets constants
  export extern "pos-cli constants" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli constants color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli constants list color" [] {
    [ "auto" "always" "never" ]
  }

  # All constants; SAFE=1 in the environment shows whole values
  export extern "pos-cli constants list" [
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli constants list color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli constants set color" [] {
    [ "auto" "always" "never" ]
  }

  # Sets a constant, whether it is there or not
  export extern "pos-cli constants set" [
    --name: string
    --value: string
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli constants set color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli constants unset color" [] {
    [ "auto" "always" "never" ]
  }

  # Takes a constant away; one that is not there is no error
  export extern "pos-cli constants unset" [
    --name: string
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli constants unset color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli constants help" [
  ]

  # All constants; SAFE=1 in the environment shows whole values
  export extern "pos-cli constants help list" [
  ]

  # Sets a constant, whether it is there or not
  export extern "pos-cli constants help set" [
  ]

  # Takes a constant away; one that is not there is no error
  export extern "pos-cli constants help unset" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli constants help help" [
  ]

  def "nu-complete pos-cli data color" [] {
    [ "auto" "always" "never" ]
  }

  # Exports, imports and cleans the data of the app
  export extern "pos-cli data" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli data color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete pos-cli data import color" [] {
    [ "auto" "always" "never" ]
  }

  # Reads a file into the app
  export extern "pos-cli data import" [
    --path(-p): path          # The file; then the other word is the environment
    --raw-ids                 # The ids in a JSON file are ids, not external ids; those of an archive always are
    --zip(-z)                 # Its content tells whether the file is an archive
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli data import color" # When to colour: auto, always, never
    --help(-h)                # Print help
    first?: string            # The file
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli data update color" [] {
    [ "auto" "always" "never" ]
  }

  # Reads a JSON file over what is in the app
  export extern "pos-cli data update" [
    --path(-p): path          # The file; then the other word is the environment
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli data update color" # When to colour: auto, always, never
    --help(-h)                # Print help
    first?: string            # The file
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli data export export_internal_ids" [] {
    [ "true" "false" ]
  }

  def "nu-complete pos-cli data export color" [] {
    [ "auto" "always" "never" ]
  }

  # Writes all data to a file: an archive if its name ends in .zip, else JSON
  export extern "pos-cli data export" [
    --path(-p): path          # The file; then the other word is the environment
    --zip(-z)                 # An archive, whatever the file is called
    --raw-ids                 # Ids instead of external ids in JSON
    --export-internal-ids(-e): string@"nu-complete pos-cli data export export_internal_ids" # The same, as the platform's own client has it
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli data export color" # When to colour: auto, always, never
    --help(-h)                # Print help
    first?: string            # The file
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli data clean color" [] {
    [ "auto" "always" "never" ]
  }

  # Takes all records, users, activities and sessions away for good; constants stay
  export extern "pos-cli data clean" [
    --yes                     # Your consent, without which nothing is cleaned
    --include-schema(-i)      # Also forget which migrations have run and what the tables looked like
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli data clean color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli data help" [
  ]

  # Reads a file into the app
  export extern "pos-cli data help import" [
  ]

  # Reads a JSON file over what is in the app
  export extern "pos-cli data help update" [
  ]

  # Writes all data to a file: an archive if its name ends in .zip, else JSON
  export extern "pos-cli data help export" [
  ]

  # Takes all records, users, activities and sessions away for good; constants stay
  export extern "pos-cli data help clean" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli data help help" [
  ]

  def "nu-complete pos-cli env color" [] {
    [ "auto" "always" "never" ]
  }

  # Adds and lists the environments of `.pos`
  export extern "pos-cli env" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli env color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli env add color" [] {
    [ "auto" "always" "never" ]
  }

  # Adds an environment, or replaces it
  export extern "pos-cli env add" [
    --url: string             # Where the instance is
    --email: string           # Sign in with a password: POS_PORTAL_PASSWORD, else it is asked for, or read from standard input
    --token: string           # The token, if it is known; then nobody signs in
    --partner-portal-url: string # The portal to sign in at; PARTNER_PORTAL_HOST says it too
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli env add color" # When to colour: auto, always, never
    --help(-h)                # Print help
    name: string              # What other commands call it
  ]

  def "nu-complete pos-cli env list color" [] {
    [ "auto" "always" "never" ]
  }

  # Lists the environments, without their tokens
  export extern "pos-cli env list" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli env list color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli env refresh-token color" [] {
    [ "auto" "always" "never" ]
  }

  # Signs in again, for a token that is accepted no longer
  export extern "pos-cli env refresh-token" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli env refresh-token color" # When to colour: auto, always, never
    --help(-h)                # Print help
    name: string              # One that is there already
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli env help" [
  ]

  # Adds an environment, or replaces it
  export extern "pos-cli env help add" [
  ]

  # Lists the environments, without their tokens
  export extern "pos-cli env help list" [
  ]

  # Signs in again, for a token that is accepted no longer
  export extern "pos-cli env help refresh-token" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli env help help" [
  ]

  def "nu-complete pos-cli exec color" [] {
    [ "auto" "always" "never" ]
  }

  # Runs a template or a GraphQL document at a server
  export extern "pos-cli exec" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli exec color" # When to colour: auto, always, never
    --help(-h)                # Print help
  ]

  def "nu-complete pos-cli exec liquid color" [] {
    [ "auto" "always" "never" ]
  }

  # Renders a template and prints the result as it is
  export extern "pos-cli exec liquid" [
    --file(-f): path          # Read it from a file; `-` is standard input
    --yes(-y)                 # Run it without asking, whatever the environment is called
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli exec liquid color" # When to colour: auto, always, never
    --help(-h)                # Print help
    first?: string            # `local`, which is the server running here, or an environment of `.pos`
    second?: string           # What is run, instead of a file or standard input
  ]

  def "nu-complete pos-cli exec graphql color" [] {
    [ "auto" "always" "never" ]
  }

  # Runs a document and prints the answer; exit code 1 if it has errors
  export extern "pos-cli exec graphql" [
    --file(-f): path          # Read it from a file; `-` is standard input
    --yes(-y)                 # Run it without asking, whatever the environment is called
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    --variables(-p): string   # The document's variables, a JSON object
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli exec graphql color" # When to colour: auto, always, never
    --help(-h)                # Print help
    first?: string            # `local`, which is the server running here, or an environment of `.pos`
    second?: string           # What is run, instead of a file or standard input
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli exec help" [
  ]

  # Renders a template and prints the result as it is
  export extern "pos-cli exec help liquid" [
  ]

  # Runs a document and prints the answer; exit code 1 if it has errors
  export extern "pos-cli exec help graphql" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli exec help help" [
  ]

  def "nu-complete pos-cli migrations color" [] {
    [ "auto" "always" "never" ]
  }

  # Lists, runs and generates the app's migrations
  export extern "pos-cli migrations" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli migrations color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete pos-cli migrations list color" [] {
    [ "auto" "always" "never" ]
  }

  # All migrations with their states, in the order in which they run
  export extern "pos-cli migrations list" [
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli migrations list color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli migrations run color" [] {
    [ "auto" "always" "never" ]
  }

  # Runs a migration, or all that are not done; exit code 1 if one fails
  export extern "pos-cli migrations run" [
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli migrations run color" # When to colour: auto, always, never
    --help(-h)                # Print help
    timestamp?: string        # The fourteen digits its file name begins with; without it, all that are not done
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli migrations generate color" [] {
    [ "auto" "always" "never" ]
  }

  # Writes a new migration, named after the time
  export extern "pos-cli migrations generate" [
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli migrations generate color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
    name: string              # A few words: fill_in_slugs
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli migrations help" [
  ]

  # All migrations with their states, in the order in which they run
  export extern "pos-cli migrations help list" [
  ]

  # Runs a migration, or all that are not done; exit code 1 if one fails
  export extern "pos-cli migrations help run" [
  ]

  # Writes a new migration, named after the time
  export extern "pos-cli migrations help generate" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli migrations help help" [
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

  def "nu-complete pos-cli sync color" [] {
    [ "auto" "always" "never" ]
  }

  # Sends each file to an instance when it is saved, and deletes there what has gone here
  export extern "pos-cli sync" [
    --concurrency(-c): string # Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it
    --file(-f): path          # Send this file alone, then end: with 1 if the instance does not take it
    --all                     # Send every file first, whether or not it was changed
    --open(-o)                # Open the instance in a browser
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli sync color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
    environment?: string      # Where to: `local`, which is the server running here, or an environment of `.pos`
  ]

  def "nu-complete pos-cli test color" [] {
    [ "auto" "always" "never" ]
  }

  # Runs the tests of the app
  export extern "pos-cli test" [
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli test color" # When to colour: auto, always, never
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete pos-cli test run color" [] {
    [ "auto" "always" "never" ]
  }

  # Runs the tests; exit code 1 if one fails
  export extern "pos-cli test run" [
    --junit: path             # Also write the results to a file, as JUnit XML
    --timeout: string         # How long all of them may take: 30s, 10m
    --state: path             # State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    -C: path                  # Change to this folder first
    --json                    # One JSON object per line instead of text
    --quiet(-q)               # Only errors on stderr
    --verbose(-v)             # Diagnostics on stderr; repeat for more
    --color: string@"nu-complete pos-cli test run color" # When to colour: auto, always, never
    --help(-h)                # Print help
    environment?: string      # `local`, which is the server running here, or an environment of `.pos`
    name?: string             # Only tests with this in their path
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli test help" [
  ]

  # Runs the tests; exit code 1 if one fails
  export extern "pos-cli test help run" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli test help help" [
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

  # Checks and packs the app, and sends it to a server
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

  # Lists, shows and waits for captured mail
  export extern "pos-cli help mail" [
  ]

  # Messages, newest first: captured, relayed, failed, skipped
  export extern "pos-cli help mail list" [
  ]

  # One message: headers and text
  export extern "pos-cli help mail show" [
  ]

  # Forgets all messages and their files
  export extern "pos-cli help mail clear" [
  ]

  # Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes
  export extern "pos-cli help mail wait" [
  ]

  # Checks every file of the app: path:line:col, message, what to do
  export extern "pos-cli help check" [
  ]

  # Lists, sets and unsets constants
  export extern "pos-cli help constants" [
  ]

  # All constants; SAFE=1 in the environment shows whole values
  export extern "pos-cli help constants list" [
  ]

  # Sets a constant, whether it is there or not
  export extern "pos-cli help constants set" [
  ]

  # Takes a constant away; one that is not there is no error
  export extern "pos-cli help constants unset" [
  ]

  # Exports, imports and cleans the data of the app
  export extern "pos-cli help data" [
  ]

  # Reads a file into the app
  export extern "pos-cli help data import" [
  ]

  # Reads a JSON file over what is in the app
  export extern "pos-cli help data update" [
  ]

  # Writes all data to a file: an archive if its name ends in .zip, else JSON
  export extern "pos-cli help data export" [
  ]

  # Takes all records, users, activities and sessions away for good; constants stay
  export extern "pos-cli help data clean" [
  ]

  # Adds and lists the environments of `.pos`
  export extern "pos-cli help env" [
  ]

  # Adds an environment, or replaces it
  export extern "pos-cli help env add" [
  ]

  # Lists the environments, without their tokens
  export extern "pos-cli help env list" [
  ]

  # Signs in again, for a token that is accepted no longer
  export extern "pos-cli help env refresh-token" [
  ]

  # Runs a template or a GraphQL document at a server
  export extern "pos-cli help exec" [
  ]

  # Renders a template and prints the result as it is
  export extern "pos-cli help exec liquid" [
  ]

  # Runs a document and prints the answer; exit code 1 if it has errors
  export extern "pos-cli help exec graphql" [
  ]

  # Lists, runs and generates the app's migrations
  export extern "pos-cli help migrations" [
  ]

  # All migrations with their states, in the order in which they run
  export extern "pos-cli help migrations list" [
  ]

  # Runs a migration, or all that are not done; exit code 1 if one fails
  export extern "pos-cli help migrations run" [
  ]

  # Writes a new migration, named after the time
  export extern "pos-cli help migrations generate" [
  ]

  # Renders a template to text
  export extern "pos-cli help render" [
  ]

  # Sends each file to an instance when it is saved, and deletes there what has gone here
  export extern "pos-cli help sync" [
  ]

  # Runs the tests of the app
  export extern "pos-cli help test" [
  ]

  # Runs the tests; exit code 1 if one fails
  export extern "pos-cli help test run" [
  ]

  # Prints the completions of a shell
  export extern "pos-cli help completions" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "pos-cli help help" [
  ]

}

export use completions *
