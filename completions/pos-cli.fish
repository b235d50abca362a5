# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_pos_cli_global_optspecs
    string join \n C= json q/quiet v/verbose color= h/help V/version
end

function __fish_pos_cli_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_pos_cli_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_pos_cli_using_subcommand
    set -l cmd (__fish_pos_cli_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c pos-cli -n "__fish_pos_cli_needs_command" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_needs_command" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_needs_command" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -s V -l version -d 'Print version'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "run" -d 'Serves the app in DIR and works its jobs'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "deploy" -d 'Checks and packs the app, and sends it to a server'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "d" -d 'Checks and packs the app, and sends it to a server'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "logs" -d 'Prints or follows log lines'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "l" -d 'Prints or follows log lines'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "jobs" -d 'Lists, shows, retries, cancels and drains jobs'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "mail" -d 'Lists, shows and waits for captured mail'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "check" -d 'Checks every file of the app: path:line:col, message, what to do'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "constants" -d 'Lists, sets and unsets constants'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "data" -d 'Exports, imports and cleans the data of the app'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "env" -d 'Adds and lists the environments of `.pos`'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "exec" -d 'Runs a template or a GraphQL document at a server'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "migrations" -d 'Lists, runs and generates the app\'s migrations'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "render" -d 'Renders a template to text'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "sync" -d 'Sends each file to an instance when it is saved, and deletes there what has gone here'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "s" -d 'Sends each file to an instance when it is saved, and deletes there what has gone here'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "test" -d 'Runs the tests of the app'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "completions" -d 'Prints the completions of a shell'
complete -c pos-cli -n "__fish_pos_cli_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l instance -d 'Serve what is deployed to this folder, instead of an app\'s own files' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -s p -l port -d 'Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l host -d 'Address to listen on; anything but loopback lets other machines in [default: 127.0.0.1]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l environment -d 'What templates see as `context.environment` [default: staging]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l constants -d 'A file of NAME=value lines: `context.constants`, over those that are stored' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l workers -d 'Jobs worked at the same time [default: 4]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l retry-scale -d 'Multiplies the waiting time between attempts (5s, 30s, 2m, 10m); 0: no waiting [default: 1]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l grace -d 'How long running jobs may go on after ctrl-c [default: 5s]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l smtp-url -d 'A mail server that receives captured e-mails, too: smtp://user:password@host:port' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l smtp-only-to -d 'Only recipients with such an address receive them' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l api-calls -d 'Who answers the calls of APIs [default: live]' -r -f -a "live\t'Whoever is called'
stub\t'The rules of a file'
record\t'As live, and each exchange is kept in the state folder'
replay\t'What was recorded'
off\t'Nobody'"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l stubs -d 'The rules that answer the calls; `--api-calls stub` alone reads stubs.yml in the project' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l unmatched -d 'What becomes of a call that no rule matches; means `--api-calls stub`, too [default: error]' -r -f -a "live\t'It is made'
error\t'Nobody answers it'
404\t'It is answered with status 404'"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l api-failure -d 'What a call does that nobody answers [default: auto]' -r -f -a "auto\t'It fails a job, which is then tried again; a page goes on'
return\t'The caller goes on and finds `errors`'
raise\t'The caller fails'"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l state -d 'Keep databases in this folder [default: .pos-dev in the project]' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l seed -d 'Import this archive or JSON file first, after the migrations; twice is as good as once' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l durability -d 'When a commit counts as done [default: full]' -r -f -a "full\t'It survives a power cut'
normal\t'It survives a crash of the process; a power cut may lose the last moments'"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l visit -d 'Request this page once ready; repeated: one after the other' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l strict-port -d 'A taken port is an error'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -s o -l open -d 'Open the app in a browser'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l no-jobs -d 'Queue jobs, but work none'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l strict-scope -d 'Jobs see only the variables passed to them, as on the platform'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l offline -d 'Nothing leaves the machine: no call of an API, no download, no mail'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l retry-on-5xx -d 'An answer with status 5xx fails the attempt of a job'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l ephemeral -d 'Keep databases in a temporary folder and forget them at the end'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l no-migrate -d 'Leave the app\'s pending migrations alone'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l reset -d 'Forget all jobs, logs and sessions first; what was deployed stays, as an app\'s own files do'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l until-idle -d 'End when nothing is queued, running or retrying; exit 1 if a visited page answered 5xx or a job died'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -l rollback -d 'Serve release N of a server of ours again; without a number the one before the current' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -s p -l partial -l partial-deploy -d 'Keep the files of the instance that are not in this project'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -s o -l one-archive -l old-assets-upload -d 'Send the assets inside the archive of the release, not on their own'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -l dry-run -d 'Show what would change, and change nothing'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -l no-check -d 'Skip `pos-cli check`, which otherwise comes first'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -l releases -d 'List the releases a server of ours keeps'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand deploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -l rollback -d 'Serve release N of a server of ours again; without a number the one before the current' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -s p -l partial -l partial-deploy -d 'Keep the files of the instance that are not in this project'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -s o -l one-archive -l old-assets-upload -d 'Send the assets inside the archive of the release, not on their own'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -l dry-run -d 'Show what would change, and change nothing'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -l no-check -d 'Skip `pos-cli check`, which otherwise comes first'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -l releases -d 'List the releases a server of ours keeps'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand d" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l tail -d 'Without N the same as --follow; with N the same as -n' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s n -d 'The last N of the lines that match' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s i -l interval -d 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l source-name -d 'Lines of jobs with this name; `*` and `?` are wildcards' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l status -d 'Lines with this status' -r -f -a "queued\t''
success\t''
failed\t''
dead\t''
cancelled\t''
rescued\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l type -l filter -d 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s l -l level -d 'Lines of this level and above' -r -f -a "debug\t''
info\t''
warn\t''
error\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l kind -d 'Lines of this kind' -r -f -a "job\t''
request\t''
log\t''
mail\t''
api\t''
system\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s g -l grep -d 'Lines in which this pattern is found; repeated: all of them' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s x -l exclude -d 'Lines in which this pattern is not found' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l since -d 'Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l until -d 'Lines before then' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l job -d 'Lines of this job' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l trace -d 'Lines of everything one request or job caused' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l until-match -d 'Follow until a shown line matches, then end with 0' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l timeout -d 'Give up after this time, with 1: 30s, 2m' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l fail-on -d 'End with 1 if a shown line has this status; when following, at once' -r -f -a "queued\t''
success\t''
failed\t''
dead\t''
cancelled\t''
rescued\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s f -l follow -d 'Print what is stored, then every new line as it comes, until ctrl-c'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l no-follow -d 'End after the stored lines, whatever the default is'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l utc -d 'Show and read times in UTC'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l tail -d 'Without N the same as --follow; with N the same as -n' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s n -d 'The last N of the lines that match' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s i -l interval -d 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l source-name -d 'Lines of jobs with this name; `*` and `?` are wildcards' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l status -d 'Lines with this status' -r -f -a "queued\t''
success\t''
failed\t''
dead\t''
cancelled\t''
rescued\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l type -l filter -d 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s l -l level -d 'Lines of this level and above' -r -f -a "debug\t''
info\t''
warn\t''
error\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l kind -d 'Lines of this kind' -r -f -a "job\t''
request\t''
log\t''
mail\t''
api\t''
system\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s g -l grep -d 'Lines in which this pattern is found; repeated: all of them' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s x -l exclude -d 'Lines in which this pattern is not found' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l since -d 'Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l until -d 'Lines before then' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l job -d 'Lines of this job' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l trace -d 'Lines of everything one request or job caused' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l until-match -d 'Follow until a shown line matches, then end with 0' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l timeout -d 'Give up after this time, with 1: 30s, 2m' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l fail-on -d 'End with 1 if a shown line has this status; when following, at once' -r -f -a "queued\t''
success\t''
failed\t''
dead\t''
cancelled\t''
rescued\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s f -l follow -d 'Print what is stored, then every new line as it comes, until ctrl-c'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l no-follow -d 'End after the stored lines, whatever the default is'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l utc -d 'Show and read times in UTC'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand l" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -f -a "list" -d 'Jobs that have not ended, newest first'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -f -a "show" -d 'One job: arguments, attempts, errors, output'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -f -a "retry" -d 'Runs dead, cancelled, retrying or scheduled jobs now'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -f -a "cancel" -d 'Ends jobs that have not ended; the result of a running one is ignored'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -f -a "drain" -d 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -f -a "stats" -d 'Jobs per state'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and not __fish_seen_subcommand_from list show retry cancel drain stats help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -l all -d 'Those that have ended too'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from show" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from show" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from show" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from show" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from retry" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from retry" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from retry" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from retry" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -l timeout -d 'Give up after this long: 30s, 5m' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from drain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from stats" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from stats" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from stats" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from stats" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "list" -d 'Jobs that have not ended, newest first'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "show" -d 'One job: arguments, attempts, errors, output'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "retry" -d 'Runs dead, cancelled, retrying or scheduled jobs now'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'Ends jobs that have not ended; the result of a running one is ignored'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "drain" -d 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "stats" -d 'Jobs per state'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -f -a "list" -d 'Messages, newest first: captured, relayed, failed, skipped'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -f -a "show" -d 'One message: headers and text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -f -a "clear" -d 'Forgets all messages and their files'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -f -a "wait" -d 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and not __fish_seen_subcommand_from list show clear wait help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -l to -d 'To a recipient like this: `*` and `?` stand for any characters' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -l subject -d 'With this in the subject' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -l template -d 'Made by this template' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -l html -d 'Only the HTML, as it was sent'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -l raw -d 'The whole message as a mail program opens it (.eml)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from clear" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from clear" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from clear" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from clear" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -l to -d 'To a recipient like this: `*` and `?` stand for any characters' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -l subject -d 'With this in the subject' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -l template -d 'Made by this template' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -l timeout -d 'Give up after this long' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from wait" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from help" -f -a "list" -d 'Messages, newest first: captured, relayed, failed, skipped'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from help" -f -a "show" -d 'One message: headers and text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Forgets all messages and their files'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from help" -f -a "wait" -d 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand mail; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand check" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand check" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand check" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand check" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand check" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -f -a "list" -d 'All constants; SAFE=1 in the environment shows whole values'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -f -a "set" -d 'Sets a constant, whether it is there or not'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -f -a "unset" -d 'Takes a constant away; one that is not there is no error'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and not __fish_seen_subcommand_from list set unset help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from list" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from list" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from list" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from list" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -l name -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -l value -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -l name -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from help" -f -a "list" -d 'All constants; SAFE=1 in the environment shows whole values'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from help" -f -a "set" -d 'Sets a constant, whether it is there or not'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from help" -f -a "unset" -d 'Takes a constant away; one that is not there is no error'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand constants; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -f -a "import" -d 'Reads a file into the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -f -a "update" -d 'Reads a JSON file over what is in the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -f -a "export" -d 'Writes all data to a file: an archive if its name ends in .zip, else JSON'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -f -a "clean" -d 'Takes all records, users, activities and sessions away for good; constants stay'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and not __fish_seen_subcommand_from import update export clean help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -s p -l path -d 'The file; then the other word is the environment' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -l raw-ids -d 'The ids in a JSON file are ids, not external ids; those of an archive always are'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -s z -l zip -d 'Its content tells whether the file is an archive'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -s p -l path -d 'The file; then the other word is the environment' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -s p -l path -d 'The file; then the other word is the environment' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -s e -l export-internal-ids -d 'The same, as the platform\'s own client has it' -r -f -a "true\t''
false\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -s z -l zip -d 'An archive, whatever the file is called'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -l raw-ids -d 'Ids instead of external ids in JSON'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -l yes -d 'Your consent, without which nothing is cleaned'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -s i -l include-schema -d 'Also forget which migrations have run and what the tables looked like'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from clean" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from help" -f -a "import" -d 'Reads a file into the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from help" -f -a "update" -d 'Reads a JSON file over what is in the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from help" -f -a "export" -d 'Writes all data to a file: an archive if its name ends in .zip, else JSON'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from help" -f -a "clean" -d 'Takes all records, users, activities and sessions away for good; constants stay'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand data; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -f -a "add" -d 'Adds an environment, or replaces it'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -f -a "list" -d 'Lists the environments, without their tokens'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -f -a "refresh-token" -d 'Signs in again, for a token that is accepted no longer'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and not __fish_seen_subcommand_from add list refresh-token help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -l url -d 'Where the instance is' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -l email -d 'Sign in with a password: POS_PORTAL_PASSWORD, else it is asked for, or read from standard input' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -l token -d 'The token, if it is known; then nobody signs in' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -l partner-portal-url -d 'The portal to sign in at; PARTNER_PORTAL_HOST says it too' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from list" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from list" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from list" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from refresh-token" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from refresh-token" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from refresh-token" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from refresh-token" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from refresh-token" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from refresh-token" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from help" -f -a "add" -d 'Adds an environment, or replaces it'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from help" -f -a "list" -d 'Lists the environments, without their tokens'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from help" -f -a "refresh-token" -d 'Signs in again, for a token that is accepted no longer'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand env; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -f -a "liquid" -d 'Renders a template and prints the result as it is'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -f -a "graphql" -d 'Runs a document and prints the answer; exit code 1 if it has errors'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and not __fish_seen_subcommand_from liquid graphql help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -s f -l file -d 'Read it from a file; `-` is standard input' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -s y -l yes -d 'Run it without asking, whatever the environment is called'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from liquid" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -s f -l file -d 'Read it from a file; `-` is standard input' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -s p -l variables -d 'The document\'s variables, a JSON object' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -s y -l yes -d 'Run it without asking, whatever the environment is called'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from graphql" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from help" -f -a "liquid" -d 'Renders a template and prints the result as it is'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from help" -f -a "graphql" -d 'Runs a document and prints the answer; exit code 1 if it has errors'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand exec; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -f -a "list" -d 'All migrations with their states, in the order in which they run'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -f -a "run" -d 'Runs a migration, or all that are not done; exit code 1 if one fails'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -f -a "generate" -d 'Writes a new migration, named after the time'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and not __fish_seen_subcommand_from list run generate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from list" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from list" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from list" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from list" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from run" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from run" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from run" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from run" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from generate" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from generate" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from generate" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from generate" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from generate" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from generate" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from help" -f -a "list" -d 'All migrations with their states, in the order in which they run'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from help" -f -a "run" -d 'Runs a migration, or all that are not done; exit code 1 if one fails'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from help" -f -a "generate" -d 'Writes a new migration, named after the time'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand migrations; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -l data -d 'Variables, as a JSON object; its `context` becomes the context object' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -l partials -d 'Partials below this folder are found by their path without `.liquid`' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -l format -d 'html escapes printed values, others do not; default: what front matter or the file\'s name says, else html' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -l plain -d 'Print arrays and hashes as Shopify\'s Liquid does, and escape nothing'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -l batch -d 'Answer JSON requests from standard input, one a line: {"template", "data", "templates", "format", "plain"}'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand render" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -s c -l concurrency -d 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -s f -l file -d 'Send this file alone, then end: with 1 if the instance does not take it' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -l all -d 'Send every file first, whether or not it was changed'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -s o -l open -d 'Open the instance in a browser'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -s c -l concurrency -d 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -s f -l file -d 'Send this file alone, then end: with 1 if the instance does not take it' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -l all -d 'Send every file first, whether or not it was changed'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -s o -l open -d 'Open the instance in a browser'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand s" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -f -a "run" -d 'Runs the tests; exit code 1 if one fails'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and not __fish_seen_subcommand_from run help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -l junit -d 'Also write the results to a file, as JUnit XML' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -l timeout -d 'How long all of them may take: 30s, 10m' -r
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -l state -d 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from help" -f -a "run" -d 'Runs the tests; exit code 1 if one fails'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand test; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand completions" -s C -d 'Change to this folder first' -r -F
complete -c pos-cli -n "__fish_pos_cli_using_subcommand completions" -l color -d 'When to colour: auto, always, never' -r -f -a "auto\t'`NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal'
always\t''
never\t''"
complete -c pos-cli -n "__fish_pos_cli_using_subcommand completions" -l json -d 'One JSON object per line instead of text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand completions" -s q -l quiet -d 'Only errors on stderr'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand completions" -s v -l verbose -d 'Diagnostics on stderr; repeat for more'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand completions" -s h -l help -d 'Print help'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "run" -d 'Serves the app in DIR and works its jobs'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "deploy" -d 'Checks and packs the app, and sends it to a server'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "logs" -d 'Prints or follows log lines'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "jobs" -d 'Lists, shows, retries, cancels and drains jobs'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "mail" -d 'Lists, shows and waits for captured mail'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "check" -d 'Checks every file of the app: path:line:col, message, what to do'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "constants" -d 'Lists, sets and unsets constants'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "data" -d 'Exports, imports and cleans the data of the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "env" -d 'Adds and lists the environments of `.pos`'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "exec" -d 'Runs a template or a GraphQL document at a server'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "migrations" -d 'Lists, runs and generates the app\'s migrations'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "render" -d 'Renders a template to text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "sync" -d 'Sends each file to an instance when it is saved, and deletes there what has gone here'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "test" -d 'Runs the tests of the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "completions" -d 'Prints the completions of a shell'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and not __fish_seen_subcommand_from run deploy logs jobs mail check constants data env exec migrations render sync test completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "list" -d 'Jobs that have not ended, newest first'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "show" -d 'One job: arguments, attempts, errors, output'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "retry" -d 'Runs dead, cancelled, retrying or scheduled jobs now'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "cancel" -d 'Ends jobs that have not ended; the result of a running one is ignored'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "drain" -d 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "stats" -d 'Jobs per state'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from mail" -f -a "list" -d 'Messages, newest first: captured, relayed, failed, skipped'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from mail" -f -a "show" -d 'One message: headers and text'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from mail" -f -a "clear" -d 'Forgets all messages and their files'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from mail" -f -a "wait" -d 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from constants" -f -a "list" -d 'All constants; SAFE=1 in the environment shows whole values'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from constants" -f -a "set" -d 'Sets a constant, whether it is there or not'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from constants" -f -a "unset" -d 'Takes a constant away; one that is not there is no error'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from data" -f -a "import" -d 'Reads a file into the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from data" -f -a "update" -d 'Reads a JSON file over what is in the app'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from data" -f -a "export" -d 'Writes all data to a file: an archive if its name ends in .zip, else JSON'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from data" -f -a "clean" -d 'Takes all records, users, activities and sessions away for good; constants stay'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from env" -f -a "add" -d 'Adds an environment, or replaces it'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from env" -f -a "list" -d 'Lists the environments, without their tokens'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from env" -f -a "refresh-token" -d 'Signs in again, for a token that is accepted no longer'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from exec" -f -a "liquid" -d 'Renders a template and prints the result as it is'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from exec" -f -a "graphql" -d 'Runs a document and prints the answer; exit code 1 if it has errors'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from migrations" -f -a "list" -d 'All migrations with their states, in the order in which they run'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from migrations" -f -a "run" -d 'Runs a migration, or all that are not done; exit code 1 if one fails'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from migrations" -f -a "generate" -d 'Writes a new migration, named after the time'
complete -c pos-cli -n "__fish_pos_cli_using_subcommand help; and __fish_seen_subcommand_from test" -f -a "run" -d 'Runs the tests; exit code 1 if one fails'
