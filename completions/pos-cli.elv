
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
            cand deploy 'Checks and packs the app, and sends it to a server'
            cand d 'Checks and packs the app, and sends it to a server'
            cand logs 'Prints or follows log lines'
            cand l 'Prints or follows log lines'
            cand jobs 'Lists, shows, retries, cancels and drains jobs'
            cand mail 'Lists, shows and waits for captured mail'
            cand check 'Checks every file of the app: path:line:col, message, what to do'
            cand constants 'Lists, sets and unsets constants'
            cand data 'Exports, imports and cleans the data of the app'
            cand env 'Adds and lists the environments of `.pos`'
            cand exec 'Runs a template or a GraphQL document at a server'
            cand migrations 'Lists, runs and generates the app''s migrations'
            cand render 'Renders a template to text'
            cand sync 'Sends each file to an instance when it is saved, and deletes there what has gone here'
            cand s 'Sends each file to an instance when it is saved, and deletes there what has gone here'
            cand test 'Runs the tests of the app'
            cand completions 'Prints the completions of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;run'= {
            cand --instance 'Serve what is deployed to this folder, instead of an app''s own files'
            cand -p 'Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]'
            cand --port 'Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]'
            cand --host 'Address to listen on; anything but loopback lets other machines in [default: 127.0.0.1]'
            cand --environment 'What templates see as `context.environment` [default: staging]'
            cand --constants 'A file of NAME=value lines: `context.constants`, over those that are stored'
            cand --workers 'Jobs worked at the same time [default: 4]'
            cand --retry-scale 'Multiplies the waiting time between attempts (5s, 30s, 2m, 10m); 0: no waiting [default: 1]'
            cand --grace 'How long running jobs may go on after ctrl-c [default: 5s]'
            cand --smtp-url 'A mail server that receives captured e-mails, too: smtp://user:password@host:port'
            cand --smtp-only-to 'Only recipients with such an address receive them'
            cand --api-calls 'Who answers the calls of APIs [default: live]'
            cand --stubs 'The rules that answer the calls; `--api-calls stub` alone reads stubs.yml in the project'
            cand --unmatched 'What becomes of a call that no rule matches; means `--api-calls stub`, too [default: error]'
            cand --api-failure 'What a call does that nobody answers [default: auto]'
            cand --state 'Keep databases in this folder [default: .pos-dev in the project]'
            cand --seed 'Import this archive or JSON file first, after the migrations; twice is as good as once'
            cand --durability 'When a commit counts as done [default: full]'
            cand --visit 'Request this page once ready; repeated: one after the other'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --strict-port 'A taken port is an error'
            cand -o 'Open the app in a browser'
            cand --open 'Open the app in a browser'
            cand --no-jobs 'Queue jobs, but work none'
            cand --strict-scope 'Jobs see only the variables passed to them, as on the platform'
            cand --offline 'Nothing leaves the machine: no call of an API, no download, no mail'
            cand --retry-on-5xx 'An answer with status 5xx fails the attempt of a job'
            cand --ephemeral 'Keep databases in a temporary folder and forget them at the end'
            cand --no-migrate 'Leave the app''s pending migrations alone'
            cand --reset 'Forget all jobs, logs and sessions first; what was deployed stays, as an app''s own files do'
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
            cand --rollback 'Serve release N of a server of ours again; without a number the one before the current'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand -p 'Keep the files of the instance that are not in this project'
            cand --partial 'Keep the files of the instance that are not in this project'
            cand --partial-deploy 'Keep the files of the instance that are not in this project'
            cand -o 'Send the assets inside the archive of the release, not on their own'
            cand --one-archive 'Send the assets inside the archive of the release, not on their own'
            cand --old-assets-upload 'Send the assets inside the archive of the release, not on their own'
            cand --dry-run 'Show what would change, and change nothing'
            cand --no-check 'Skip `pos-cli check`, which otherwise comes first'
            cand --releases 'List the releases a server of ours keeps'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;d'= {
            cand --rollback 'Serve release N of a server of ours again; without a number the one before the current'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand -p 'Keep the files of the instance that are not in this project'
            cand --partial 'Keep the files of the instance that are not in this project'
            cand --partial-deploy 'Keep the files of the instance that are not in this project'
            cand -o 'Send the assets inside the archive of the release, not on their own'
            cand --one-archive 'Send the assets inside the archive of the release, not on their own'
            cand --old-assets-upload 'Send the assets inside the archive of the release, not on their own'
            cand --dry-run 'Show what would change, and change nothing'
            cand --no-check 'Skip `pos-cli check`, which otherwise comes first'
            cand --releases 'List the releases a server of ours keeps'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;logs'= {
            cand --tail 'Without N the same as --follow; with N the same as -n'
            cand -n 'The last N of the lines that match'
            cand -i 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]'
            cand --interval 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
            cand -i 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]'
            cand --interval 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;mail'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'Messages, newest first: captured, relayed, failed, skipped'
            cand show 'One message: headers and text'
            cand clear 'Forgets all messages and their files'
            cand wait 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;mail;list'= {
            cand --to 'To a recipient like this: `*` and `?` stand for any characters'
            cand --subject 'With this in the subject'
            cand --template 'Made by this template'
            cand --limit 'At most so many'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;mail;show'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --html 'Only the HTML, as it was sent'
            cand --raw 'The whole message as a mail program opens it (.eml)'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;mail;clear'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;mail;wait'= {
            cand --to 'To a recipient like this: `*` and `?` stand for any characters'
            cand --subject 'With this in the subject'
            cand --template 'Made by this template'
            cand --timeout 'Give up after this long'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;mail;help'= {
            cand list 'Messages, newest first: captured, relayed, failed, skipped'
            cand show 'One message: headers and text'
            cand clear 'Forgets all messages and their files'
            cand wait 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;mail;help;list'= {
        }
        &'pos-cli;mail;help;show'= {
        }
        &'pos-cli;mail;help;clear'= {
        }
        &'pos-cli;mail;help;wait'= {
        }
        &'pos-cli;mail;help;help'= {
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
        &'pos-cli;constants'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'All constants; SAFE=1 in the environment shows whole values'
            cand set 'Sets a constant, whether it is there or not'
            cand unset 'Takes a constant away; one that is not there is no error'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;constants;list'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;constants;set'= {
            cand --name 'name'
            cand --value 'value'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;constants;unset'= {
            cand --name 'name'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;constants;help'= {
            cand list 'All constants; SAFE=1 in the environment shows whole values'
            cand set 'Sets a constant, whether it is there or not'
            cand unset 'Takes a constant away; one that is not there is no error'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;constants;help;list'= {
        }
        &'pos-cli;constants;help;set'= {
        }
        &'pos-cli;constants;help;unset'= {
        }
        &'pos-cli;constants;help;help'= {
        }
        &'pos-cli;data'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand import 'Reads a file into the app'
            cand update 'Reads a JSON file over what is in the app'
            cand export 'Writes all data to a file: an archive if its name ends in .zip, else JSON'
            cand clean 'Takes all records, users, activities and sessions away for good; constants stay'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;data;import'= {
            cand -p 'The file; then the other word is the environment'
            cand --path 'The file; then the other word is the environment'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --raw-ids 'The ids in a JSON file are ids, not external ids; those of an archive always are'
            cand -z 'Its content tells whether the file is an archive'
            cand --zip 'Its content tells whether the file is an archive'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;data;update'= {
            cand -p 'The file; then the other word is the environment'
            cand --path 'The file; then the other word is the environment'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;data;export'= {
            cand -p 'The file; then the other word is the environment'
            cand --path 'The file; then the other word is the environment'
            cand -e 'The same, as the platform''s own client has it'
            cand --export-internal-ids 'The same, as the platform''s own client has it'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand -z 'An archive, whatever the file is called'
            cand --zip 'An archive, whatever the file is called'
            cand --raw-ids 'Ids instead of external ids in JSON'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;data;clean'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --yes 'Your consent, without which nothing is cleaned'
            cand -i 'Also forget which migrations have run and what the tables looked like'
            cand --include-schema 'Also forget which migrations have run and what the tables looked like'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;data;help'= {
            cand import 'Reads a file into the app'
            cand update 'Reads a JSON file over what is in the app'
            cand export 'Writes all data to a file: an archive if its name ends in .zip, else JSON'
            cand clean 'Takes all records, users, activities and sessions away for good; constants stay'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;data;help;import'= {
        }
        &'pos-cli;data;help;update'= {
        }
        &'pos-cli;data;help;export'= {
        }
        &'pos-cli;data;help;clean'= {
        }
        &'pos-cli;data;help;help'= {
        }
        &'pos-cli;env'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand add 'Adds an environment, or replaces it'
            cand list 'Lists the environments, without their tokens'
            cand refresh-token 'Signs in again, for a token that is accepted no longer'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;env;add'= {
            cand --url 'Where the instance is'
            cand --email 'Sign in with a password: POS_PORTAL_PASSWORD, else it is asked for, or read from standard input'
            cand --token 'The token, if it is known; then nobody signs in'
            cand --partner-portal-url 'The portal to sign in at; PARTNER_PORTAL_HOST says it too'
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
        &'pos-cli;env;list'= {
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
        &'pos-cli;env;refresh-token'= {
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
        &'pos-cli;env;help'= {
            cand add 'Adds an environment, or replaces it'
            cand list 'Lists the environments, without their tokens'
            cand refresh-token 'Signs in again, for a token that is accepted no longer'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;env;help;add'= {
        }
        &'pos-cli;env;help;list'= {
        }
        &'pos-cli;env;help;refresh-token'= {
        }
        &'pos-cli;env;help;help'= {
        }
        &'pos-cli;exec'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand liquid 'Renders a template and prints the result as it is'
            cand graphql 'Runs a document and prints the answer; exit code 1 if it has errors'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;exec;liquid'= {
            cand -f 'Read it from a file; `-` is standard input'
            cand --file 'Read it from a file; `-` is standard input'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand -y 'Run it without asking, whatever the environment is called'
            cand --yes 'Run it without asking, whatever the environment is called'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;exec;graphql'= {
            cand -f 'Read it from a file; `-` is standard input'
            cand --file 'Read it from a file; `-` is standard input'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -p 'The document''s variables, a JSON object'
            cand --variables 'The document''s variables, a JSON object'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand -y 'Run it without asking, whatever the environment is called'
            cand --yes 'Run it without asking, whatever the environment is called'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'pos-cli;exec;help'= {
            cand liquid 'Renders a template and prints the result as it is'
            cand graphql 'Runs a document and prints the answer; exit code 1 if it has errors'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;exec;help;liquid'= {
        }
        &'pos-cli;exec;help;graphql'= {
        }
        &'pos-cli;exec;help;help'= {
        }
        &'pos-cli;migrations'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'All migrations with their states, in the order in which they run'
            cand run 'Runs a migration, or all that are not done; exit code 1 if one fails'
            cand generate 'Writes a new migration, named after the time'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;migrations;list'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;migrations;run'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;migrations;generate'= {
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;migrations;help'= {
            cand list 'All migrations with their states, in the order in which they run'
            cand run 'Runs a migration, or all that are not done; exit code 1 if one fails'
            cand generate 'Writes a new migration, named after the time'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;migrations;help;list'= {
        }
        &'pos-cli;migrations;help;run'= {
        }
        &'pos-cli;migrations;help;generate'= {
        }
        &'pos-cli;migrations;help;help'= {
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
        &'pos-cli;sync'= {
            cand -c 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it'
            cand --concurrency 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it'
            cand -f 'Send this file alone, then end: with 1 if the instance does not take it'
            cand --file 'Send this file alone, then end: with 1 if the instance does not take it'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --all 'Send every file first, whether or not it was changed'
            cand -o 'Open the instance in a browser'
            cand --open 'Open the instance in a browser'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;s'= {
            cand -c 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it'
            cand --concurrency 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it'
            cand -f 'Send this file alone, then end: with 1 if the instance does not take it'
            cand --file 'Send this file alone, then end: with 1 if the instance does not take it'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --all 'Send every file first, whether or not it was changed'
            cand -o 'Open the instance in a browser'
            cand --open 'Open the instance in a browser'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'pos-cli;test'= {
            cand -C 'Change to this folder first'
            cand --color 'When to colour: auto, always, never'
            cand --json 'One JSON object per line instead of text'
            cand -q 'Only errors on stderr'
            cand --quiet 'Only errors on stderr'
            cand -v 'Diagnostics on stderr; repeat for more'
            cand --verbose 'Diagnostics on stderr; repeat for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand run 'Runs the tests; exit code 1 if one fails'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;test;run'= {
            cand --junit 'Also write the results to a file, as JUnit XML'
            cand --timeout 'How long all of them may take: 30s, 10m'
            cand --state 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder'
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
        &'pos-cli;test;help'= {
            cand run 'Runs the tests; exit code 1 if one fails'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'pos-cli;test;help;run'= {
        }
        &'pos-cli;test;help;help'= {
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
            cand deploy 'Checks and packs the app, and sends it to a server'
            cand logs 'Prints or follows log lines'
            cand jobs 'Lists, shows, retries, cancels and drains jobs'
            cand mail 'Lists, shows and waits for captured mail'
            cand check 'Checks every file of the app: path:line:col, message, what to do'
            cand constants 'Lists, sets and unsets constants'
            cand data 'Exports, imports and cleans the data of the app'
            cand env 'Adds and lists the environments of `.pos`'
            cand exec 'Runs a template or a GraphQL document at a server'
            cand migrations 'Lists, runs and generates the app''s migrations'
            cand render 'Renders a template to text'
            cand sync 'Sends each file to an instance when it is saved, and deletes there what has gone here'
            cand test 'Runs the tests of the app'
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
        &'pos-cli;help;mail'= {
            cand list 'Messages, newest first: captured, relayed, failed, skipped'
            cand show 'One message: headers and text'
            cand clear 'Forgets all messages and their files'
            cand wait 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes'
        }
        &'pos-cli;help;mail;list'= {
        }
        &'pos-cli;help;mail;show'= {
        }
        &'pos-cli;help;mail;clear'= {
        }
        &'pos-cli;help;mail;wait'= {
        }
        &'pos-cli;help;check'= {
        }
        &'pos-cli;help;constants'= {
            cand list 'All constants; SAFE=1 in the environment shows whole values'
            cand set 'Sets a constant, whether it is there or not'
            cand unset 'Takes a constant away; one that is not there is no error'
        }
        &'pos-cli;help;constants;list'= {
        }
        &'pos-cli;help;constants;set'= {
        }
        &'pos-cli;help;constants;unset'= {
        }
        &'pos-cli;help;data'= {
            cand import 'Reads a file into the app'
            cand update 'Reads a JSON file over what is in the app'
            cand export 'Writes all data to a file: an archive if its name ends in .zip, else JSON'
            cand clean 'Takes all records, users, activities and sessions away for good; constants stay'
        }
        &'pos-cli;help;data;import'= {
        }
        &'pos-cli;help;data;update'= {
        }
        &'pos-cli;help;data;export'= {
        }
        &'pos-cli;help;data;clean'= {
        }
        &'pos-cli;help;env'= {
            cand add 'Adds an environment, or replaces it'
            cand list 'Lists the environments, without their tokens'
            cand refresh-token 'Signs in again, for a token that is accepted no longer'
        }
        &'pos-cli;help;env;add'= {
        }
        &'pos-cli;help;env;list'= {
        }
        &'pos-cli;help;env;refresh-token'= {
        }
        &'pos-cli;help;exec'= {
            cand liquid 'Renders a template and prints the result as it is'
            cand graphql 'Runs a document and prints the answer; exit code 1 if it has errors'
        }
        &'pos-cli;help;exec;liquid'= {
        }
        &'pos-cli;help;exec;graphql'= {
        }
        &'pos-cli;help;migrations'= {
            cand list 'All migrations with their states, in the order in which they run'
            cand run 'Runs a migration, or all that are not done; exit code 1 if one fails'
            cand generate 'Writes a new migration, named after the time'
        }
        &'pos-cli;help;migrations;list'= {
        }
        &'pos-cli;help;migrations;run'= {
        }
        &'pos-cli;help;migrations;generate'= {
        }
        &'pos-cli;help;render'= {
        }
        &'pos-cli;help;sync'= {
        }
        &'pos-cli;help;test'= {
            cand run 'Runs the tests; exit code 1 if one fails'
        }
        &'pos-cli;help;test;run'= {
        }
        &'pos-cli;help;completions'= {
        }
        &'pos-cli;help;help'= {
        }
    ]
    $completions[$command]
}
