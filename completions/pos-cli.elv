
use builtin;
use str;

set edit:completion:arg-completer[pos-cli] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'pos-cli'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'pos-cli'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand run 'Serves the app in DIR and works its jobs'
            cand deploy 'Checks and packs the app, and verifies that the server has it'
            cand d 'Checks and packs the app, and verifies that the server has it'
            cand logs 'Prints or follows log lines'
            cand l 'Prints or follows log lines'
            cand jobs 'Lists, shows, retries, cancels and drains jobs'
            cand check 'Checks every file of the app: path:line:col, message, what to do'
            cand render 'Renders a template to text'
            cand completions 'Prints the completions of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;run'= {
            cand -p 'Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]'
            cand --port 'Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]'
            cand --host 'Address to listen on; anything but loopback lets other machines in [default: 127.0.0.1]'
            cand --environment 'What templates see as `context.environment` [default: staging]'
            cand --constants 'A file of NAME=value lines: `context.constants`, over those that are stored'
            cand --workers 'Jobs worked at the same time [default: 4]'
            cand --retry-scale 'Multiplies the waiting time between attempts (5s, 30s, 2m, 10m); 0: no waiting [default: 1]'
            cand --grace 'How long running jobs may go on after ctrl-c [default: 5s]'
            cand --state 'Keep databases in this folder [default: .pos-dev in the project]'
            cand --durability 'When a commit counts as done [default: full]'
            cand --visit 'Request this page once ready; repeated: one after the other'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --strict-port 'A taken port is an error'
            cand -o 'Open the app in a browser'
            cand --open 'Open the app in a browser'
            cand --no-jobs 'Queue jobs, but work none'
            cand --strict-scope 'Jobs see only the variables passed to them, as on the platform'
            cand --ephemeral 'Keep databases in a temporary folder and forget them at the end'
            cand --reset 'Forget all jobs, logs and sessions first'
            cand --until-idle 'End when nothing is queued, running or retrying; exit 1 if a visited page answered 5xx or a job died'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;deploy'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;d'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;logs'= {
            cand --tail 'Without N the same as --follow; with N the same as -n'
            cand -n 'The last N of the lines that match'
            cand -i 'How often to look for new lines, in milliseconds, besides being told of them [default: 250]'
            cand --interval 'How often to look for new lines, in milliseconds, besides being told of them [default: 250]'
            cand --source-name 'Lines of jobs with this name; `*` and `?` are wildcards'
            cand --status 'Lines with this status'
            cand --type 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system'
            cand --filter 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system'
            cand -l 'Lines of this level and above'
            cand --level 'Lines of this level and above'
            cand --kind 'Lines of this kind'
            cand -g 'Lines in which this pattern is found; repeated: all of them'
            cand --grep 'Lines in which this pattern is found; repeated: all of them'
            cand -x 'Lines in which this pattern is not found'
            cand --exclude 'Lines in which this pattern is not found'
            cand --since 'Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start'
            cand --until 'Lines before then'
            cand --job 'Lines of this job'
            cand --trace 'Lines of everything one request or job caused'
            cand --until-match 'Follow until a shown line matches, then end with 0'
            cand --timeout 'Give up after this time, with 1: 30s, 2m'
            cand --fail-on 'End with 1 if a shown line has this status; when following, at once'
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand -f 'Print what is stored, then every new line as it comes, until ctrl-c'
            cand --follow 'Print what is stored, then every new line as it comes, until ctrl-c'
            cand --no-follow 'End after the stored lines, whatever the default is'
            cand --utc 'Show and read times in UTC'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;l'= {
            cand --tail 'Without N the same as --follow; with N the same as -n'
            cand -n 'The last N of the lines that match'
            cand -i 'How often to look for new lines, in milliseconds, besides being told of them [default: 250]'
            cand --interval 'How often to look for new lines, in milliseconds, besides being told of them [default: 250]'
            cand --source-name 'Lines of jobs with this name; `*` and `?` are wildcards'
            cand --status 'Lines with this status'
            cand --type 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system'
            cand --filter 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system'
            cand -l 'Lines of this level and above'
            cand --level 'Lines of this level and above'
            cand --kind 'Lines of this kind'
            cand -g 'Lines in which this pattern is found; repeated: all of them'
            cand --grep 'Lines in which this pattern is found; repeated: all of them'
            cand -x 'Lines in which this pattern is not found'
            cand --exclude 'Lines in which this pattern is not found'
            cand --since 'Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start'
            cand --until 'Lines before then'
            cand --job 'Lines of this job'
            cand --trace 'Lines of everything one request or job caused'
            cand --until-match 'Follow until a shown line matches, then end with 0'
            cand --timeout 'Give up after this time, with 1: 30s, 2m'
            cand --fail-on 'End with 1 if a shown line has this status; when following, at once'
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand -f 'Print what is stored, then every new line as it comes, until ctrl-c'
            cand --follow 'Print what is stored, then every new line as it comes, until ctrl-c'
            cand --no-follow 'End after the stored lines, whatever the default is'
            cand --utc 'Show and read times in UTC'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;jobs'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'Jobs that have not ended, newest first'
            cand show 'One job: arguments, attempts, errors, output'
            cand retry 'Runs dead, cancelled, retrying or scheduled jobs now'
            cand cancel 'Ends jobs that have not ended; the result of a running one is ignored'
            cand drain 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile'
            cand stats 'Jobs per state'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;jobs;list'= {
            cand --limit 'At most so many'
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --all 'Those that have ended too'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;jobs;show'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;jobs;retry'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;jobs;cancel'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;jobs;drain'= {
            cand --timeout 'Give up after this long: 30s, 5m'
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;jobs;stats'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;jobs;help'= {
            cand list 'Jobs that have not ended, newest first'
            cand show 'One job: arguments, attempts, errors, output'
            cand retry 'Runs dead, cancelled, retrying or scheduled jobs now'
            cand cancel 'Ends jobs that have not ended; the result of a running one is ignored'
            cand drain 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile'
            cand stats 'Jobs per state'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;jobs;help;list'= {
        }
        &'pos-cli;jobs;help;show'= {
        }
        &'pos-cli;jobs;help;retry'= {
        }
        &'pos-cli;jobs;help;cancel'= {
        }
        &'pos-cli;jobs;help;drain'= {
        }
        &'pos-cli;jobs;help;stats'= {
        }
        &'pos-cli;jobs;help;help'= {
        }
        &'pos-cli;check'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;render'= {
            cand --data 'Variables, as a JSON object; its `context` becomes the context object'
            cand --partials 'Partials below this folder are found by their path without `.liquid`'
            cand --format 'html escapes printed values, others do not; default: what front matter or the file''s name says, else html'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --plain 'Print arrays and hashes as Shopify''s Liquid does, and escape nothing'
            cand --batch 'Answer JSON requests from standard input, one a line: {"template", "data", "templates", "format", "plain"}'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;completions'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;help'= {
            cand run 'Serves the app in DIR and works its jobs'
            cand deploy 'Checks and packs the app, and verifies that the server has it'
            cand logs 'Prints or follows log lines'
            cand jobs 'Lists, shows, retries, cancels and drains jobs'
            cand check 'Checks every file of the app: path:line:col, message, what to do'
            cand render 'Renders a template to text'
            cand completions 'Prints the completions of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;help;run'= {
        }
        &'pos-cli;help;deploy'= {
        }
        &'pos-cli;help;logs'= {
        }
        &'pos-cli;help;jobs'= {
            cand list 'Jobs that have not ended, newest first'
            cand show 'One job: arguments, attempts, errors, output'
            cand retry 'Runs dead, cancelled, retrying or scheduled jobs now'
            cand cancel 'Ends jobs that have not ended; the result of a running one is ignored'
            cand drain 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile'
            cand stats 'Jobs per state'
        }
        &'pos-cli;help;jobs;list'= {
        }
        &'pos-cli;help;jobs;show'= {
        }
        &'pos-cli;help;jobs;retry'= {
        }
        &'pos-cli;help;jobs;cancel'= {
        }
        &'pos-cli;help;jobs;drain'= {
        }
        &'pos-cli;help;jobs;stats'= {
        }
        &'pos-cli;help;check'= {
        }
        &'pos-cli;help;render'= {
        }
        &'pos-cli;help;completions'= {
        }
        &'pos-cli;help;help'= {
        }
    ]
    $completions[$command]
}
