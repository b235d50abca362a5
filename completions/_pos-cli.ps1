
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'pos-cli' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'pos-cli'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'pos-cli' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Serves the app in DIR and works its jobs')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Checks and packs the app, and sends it to a server')
            [CompletionResult]::new('d', 'd', [CompletionResultType]::ParameterValue, 'Checks and packs the app, and sends it to a server')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Prints or follows log lines')
            [CompletionResult]::new('l', 'l', [CompletionResultType]::ParameterValue, 'Prints or follows log lines')
            [CompletionResult]::new('jobs', 'jobs', [CompletionResultType]::ParameterValue, 'Lists, shows, retries, cancels and drains jobs')
            [CompletionResult]::new('mail', 'mail', [CompletionResultType]::ParameterValue, 'Lists, shows and waits for captured mail')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Checks every file of the app: path:line:col, message, what to do')
            [CompletionResult]::new('constants', 'constants', [CompletionResultType]::ParameterValue, 'Lists, sets and unsets constants')
            [CompletionResult]::new('data', 'data', [CompletionResultType]::ParameterValue, 'Exports, imports and cleans the data of the app')
            [CompletionResult]::new('env', 'env', [CompletionResultType]::ParameterValue, 'Adds and lists the environments of `.pos`')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Runs a template or a GraphQL document at a server')
            [CompletionResult]::new('migrations', 'migrations', [CompletionResultType]::ParameterValue, 'Lists, runs and generates the app''s migrations')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Renders a template to text')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Sends each file to an instance when it is saved, and deletes there what has gone here')
            [CompletionResult]::new('s', 's', [CompletionResultType]::ParameterValue, 'Sends each file to an instance when it is saved, and deletes there what has gone here')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Runs the tests of the app')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Prints the completions of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;run' {
            [CompletionResult]::new('--instance', '--instance', [CompletionResultType]::ParameterName, 'Serve what is deployed to this folder, instead of an app''s own files')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Address to listen on; anything but loopback lets other machines in [default: 127.0.0.1]')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'What templates see as `context.environment` [default: staging]')
            [CompletionResult]::new('--constants', '--constants', [CompletionResultType]::ParameterName, 'A file of NAME=value lines: `context.constants`, over those that are stored')
            [CompletionResult]::new('--workers', '--workers', [CompletionResultType]::ParameterName, 'Jobs worked at the same time [default: 4]')
            [CompletionResult]::new('--retry-scale', '--retry-scale', [CompletionResultType]::ParameterName, 'Multiplies the waiting time between attempts (5s, 30s, 2m, 10m); 0: no waiting [default: 1]')
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How long running jobs may go on after ctrl-c [default: 5s]')
            [CompletionResult]::new('--smtp-url', '--smtp-url', [CompletionResultType]::ParameterName, 'A mail server that receives captured e-mails, too: smtp://user:password@host:port')
            [CompletionResult]::new('--smtp-only-to', '--smtp-only-to', [CompletionResultType]::ParameterName, 'Only recipients with such an address receive them')
            [CompletionResult]::new('--api-calls', '--api-calls', [CompletionResultType]::ParameterName, 'Who answers the calls of APIs [default: live]')
            [CompletionResult]::new('--stubs', '--stubs', [CompletionResultType]::ParameterName, 'The rules that answer the calls; `--api-calls stub` alone reads stubs.yml in the project')
            [CompletionResult]::new('--unmatched', '--unmatched', [CompletionResultType]::ParameterName, 'What becomes of a call that no rule matches; means `--api-calls stub`, too [default: error]')
            [CompletionResult]::new('--api-failure', '--api-failure', [CompletionResultType]::ParameterName, 'What a call does that nobody answers [default: auto]')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Keep databases in this folder [default: .pos-dev in the project]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Import this archive or JSON file first, after the migrations; twice is as good as once')
            [CompletionResult]::new('--durability', '--durability', [CompletionResultType]::ParameterName, 'When a commit counts as done [default: full]')
            [CompletionResult]::new('--visit', '--visit', [CompletionResultType]::ParameterName, 'Request this page once ready; repeated: one after the other')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--strict-port', '--strict-port', [CompletionResultType]::ParameterName, 'A taken port is an error')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Open the app in a browser')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Open the app in a browser')
            [CompletionResult]::new('--no-jobs', '--no-jobs', [CompletionResultType]::ParameterName, 'Queue jobs, but work none')
            [CompletionResult]::new('--strict-scope', '--strict-scope', [CompletionResultType]::ParameterName, 'Jobs see only the variables passed to them, as on the platform')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Nothing leaves the machine: no call of an API, no download, no mail')
            [CompletionResult]::new('--retry-on-5xx', '--retry-on-5xx', [CompletionResultType]::ParameterName, 'An answer with status 5xx fails the attempt of a job')
            [CompletionResult]::new('--ephemeral', '--ephemeral', [CompletionResultType]::ParameterName, 'Keep databases in a temporary folder and forget them at the end')
            [CompletionResult]::new('--no-migrate', '--no-migrate', [CompletionResultType]::ParameterName, 'Leave the app''s pending migrations alone')
            [CompletionResult]::new('--reset', '--reset', [CompletionResultType]::ParameterName, 'Forget all jobs, logs and sessions first; what was deployed stays, as an app''s own files do')
            [CompletionResult]::new('--until-idle', '--until-idle', [CompletionResultType]::ParameterName, 'End when nothing is queued, running or retrying; exit 1 if a visited page answered 5xx or a job died')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;deploy' {
            [CompletionResult]::new('--rollback', '--rollback', [CompletionResultType]::ParameterName, 'Serve release N of a server of ours again; without a number the one before the current')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Keep the files of the instance that are not in this project')
            [CompletionResult]::new('--partial', '--partial', [CompletionResultType]::ParameterName, 'Keep the files of the instance that are not in this project')
            [CompletionResult]::new('--partial-deploy', '--partial-deploy', [CompletionResultType]::ParameterName, 'Keep the files of the instance that are not in this project')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Send the assets inside the archive of the release, not on their own')
            [CompletionResult]::new('--one-archive', '--one-archive', [CompletionResultType]::ParameterName, 'Send the assets inside the archive of the release, not on their own')
            [CompletionResult]::new('--old-assets-upload', '--old-assets-upload', [CompletionResultType]::ParameterName, 'Send the assets inside the archive of the release, not on their own')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('--no-check', '--no-check', [CompletionResultType]::ParameterName, 'Skip `pos-cli check`, which otherwise comes first')
            [CompletionResult]::new('--releases', '--releases', [CompletionResultType]::ParameterName, 'List the releases a server of ours keeps')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;d' {
            [CompletionResult]::new('--rollback', '--rollback', [CompletionResultType]::ParameterName, 'Serve release N of a server of ours again; without a number the one before the current')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Keep the files of the instance that are not in this project')
            [CompletionResult]::new('--partial', '--partial', [CompletionResultType]::ParameterName, 'Keep the files of the instance that are not in this project')
            [CompletionResult]::new('--partial-deploy', '--partial-deploy', [CompletionResultType]::ParameterName, 'Keep the files of the instance that are not in this project')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Send the assets inside the archive of the release, not on their own')
            [CompletionResult]::new('--one-archive', '--one-archive', [CompletionResultType]::ParameterName, 'Send the assets inside the archive of the release, not on their own')
            [CompletionResult]::new('--old-assets-upload', '--old-assets-upload', [CompletionResultType]::ParameterName, 'Send the assets inside the archive of the release, not on their own')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('--no-check', '--no-check', [CompletionResultType]::ParameterName, 'Skip `pos-cli check`, which otherwise comes first')
            [CompletionResult]::new('--releases', '--releases', [CompletionResultType]::ParameterName, 'List the releases a server of ours keeps')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;logs' {
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'Without N the same as --follow; with N the same as -n')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The last N of the lines that match')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]')
            [CompletionResult]::new('--source-name', '--source-name', [CompletionResultType]::ParameterName, 'Lines of jobs with this name; `*` and `?` are wildcards')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Lines with this status')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Lines of this level and above')
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'Lines of this level and above')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Lines of this kind')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Lines in which this pattern is found; repeated: all of them')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Lines in which this pattern is found; repeated: all of them')
            [CompletionResult]::new('-x', '-x', [CompletionResultType]::ParameterName, 'Lines in which this pattern is not found')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Lines in which this pattern is not found')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Lines before then')
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Lines of this job')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Lines of everything one request or job caused')
            [CompletionResult]::new('--until-match', '--until-match', [CompletionResultType]::ParameterName, 'Follow until a shown line matches, then end with 0')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with 1: 30s, 2m')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'End with 1 if a shown line has this status; when following, at once')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Print what is stored, then every new line as it comes, until ctrl-c')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Print what is stored, then every new line as it comes, until ctrl-c')
            [CompletionResult]::new('--no-follow', '--no-follow', [CompletionResultType]::ParameterName, 'End after the stored lines, whatever the default is')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Show and read times in UTC')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;l' {
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'Without N the same as --follow; with N the same as -n')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The last N of the lines that match')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'How often to look for new lines, in milliseconds [default: 250, for a platform 3000]')
            [CompletionResult]::new('--source-name', '--source-name', [CompletionResultType]::ParameterName, 'Lines of jobs with this name; `*` and `?` are wildcards')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Lines with this status')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Lines of this level and above')
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'Lines of this level and above')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Lines of this kind')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Lines in which this pattern is found; repeated: all of them')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Lines in which this pattern is found; repeated: all of them')
            [CompletionResult]::new('-x', '-x', [CompletionResultType]::ParameterName, 'Lines in which this pattern is not found')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Lines in which this pattern is not found')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Lines before then')
            [CompletionResult]::new('--job', '--job', [CompletionResultType]::ParameterName, 'Lines of this job')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Lines of everything one request or job caused')
            [CompletionResult]::new('--until-match', '--until-match', [CompletionResultType]::ParameterName, 'Follow until a shown line matches, then end with 0')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with 1: 30s, 2m')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'End with 1 if a shown line has this status; when following, at once')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Print what is stored, then every new line as it comes, until ctrl-c')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Print what is stored, then every new line as it comes, until ctrl-c')
            [CompletionResult]::new('--no-follow', '--no-follow', [CompletionResultType]::ParameterName, 'End after the stored lines, whatever the default is')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Show and read times in UTC')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;jobs' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Jobs that have not ended, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'One job: arguments, attempts, errors, output')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Runs dead, cancelled, retrying or scheduled jobs now')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Ends jobs that have not ended; the result of a running one is ignored')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Jobs per state')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;jobs;list' {
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Those that have ended too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;jobs;show' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;jobs;retry' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;jobs;cancel' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;jobs;drain' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long: 30s, 5m')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;jobs;stats' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;jobs;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Jobs that have not ended, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'One job: arguments, attempts, errors, output')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Runs dead, cancelled, retrying or scheduled jobs now')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Ends jobs that have not ended; the result of a running one is ignored')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Jobs per state')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;jobs;help;list' {
            break
        }
        'pos-cli;jobs;help;show' {
            break
        }
        'pos-cli;jobs;help;retry' {
            break
        }
        'pos-cli;jobs;help;cancel' {
            break
        }
        'pos-cli;jobs;help;drain' {
            break
        }
        'pos-cli;jobs;help;stats' {
            break
        }
        'pos-cli;jobs;help;help' {
            break
        }
        'pos-cli;mail' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Messages, newest first: captured, relayed, failed, skipped')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'One message: headers and text')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Forgets all messages and their files')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;mail;list' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'To a recipient like this: `*` and `?` stand for any characters')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'With this in the subject')
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Made by this template')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;mail;show' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Only the HTML, as it was sent')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'The whole message as a mail program opens it (.eml)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;mail;clear' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;mail;wait' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'To a recipient like this: `*` and `?` stand for any characters')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'With this in the subject')
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Made by this template')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this long')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;mail;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Messages, newest first: captured, relayed, failed, skipped')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'One message: headers and text')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Forgets all messages and their files')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;mail;help;list' {
            break
        }
        'pos-cli;mail;help;show' {
            break
        }
        'pos-cli;mail;help;clear' {
            break
        }
        'pos-cli;mail;help;wait' {
            break
        }
        'pos-cli;mail;help;help' {
            break
        }
        'pos-cli;check' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;constants' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'All constants; SAFE=1 in the environment shows whole values')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Sets a constant, whether it is there or not')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Takes a constant away; one that is not there is no error')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;constants;list' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;constants;set' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'name')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'value')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;constants;unset' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'name')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;constants;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'All constants; SAFE=1 in the environment shows whole values')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Sets a constant, whether it is there or not')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Takes a constant away; one that is not there is no error')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;constants;help;list' {
            break
        }
        'pos-cli;constants;help;set' {
            break
        }
        'pos-cli;constants;help;unset' {
            break
        }
        'pos-cli;constants;help;help' {
            break
        }
        'pos-cli;data' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Reads a file into the app')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Reads a JSON file over what is in the app')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Writes all data to a file: an archive if its name ends in .zip, else JSON')
            [CompletionResult]::new('clean', 'clean', [CompletionResultType]::ParameterValue, 'Takes all records, users, activities and sessions away for good; constants stay')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;data;import' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The file; then the other word is the environment')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'The file; then the other word is the environment')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--raw-ids', '--raw-ids', [CompletionResultType]::ParameterName, 'The ids in a JSON file are ids, not external ids; those of an archive always are')
            [CompletionResult]::new('-z', '-z', [CompletionResultType]::ParameterName, 'Its content tells whether the file is an archive')
            [CompletionResult]::new('--zip', '--zip', [CompletionResultType]::ParameterName, 'Its content tells whether the file is an archive')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;data;update' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The file; then the other word is the environment')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'The file; then the other word is the environment')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;data;export' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The file; then the other word is the environment')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'The file; then the other word is the environment')
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'The same, as the platform''s own client has it')
            [CompletionResult]::new('--export-internal-ids', '--export-internal-ids', [CompletionResultType]::ParameterName, 'The same, as the platform''s own client has it')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('-z', '-z', [CompletionResultType]::ParameterName, 'An archive, whatever the file is called')
            [CompletionResult]::new('--zip', '--zip', [CompletionResultType]::ParameterName, 'An archive, whatever the file is called')
            [CompletionResult]::new('--raw-ids', '--raw-ids', [CompletionResultType]::ParameterName, 'Ids instead of external ids in JSON')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;data;clean' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Your consent, without which nothing is cleaned')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Also forget which migrations have run and what the tables looked like')
            [CompletionResult]::new('--include-schema', '--include-schema', [CompletionResultType]::ParameterName, 'Also forget which migrations have run and what the tables looked like')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;data;help' {
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Reads a file into the app')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Reads a JSON file over what is in the app')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Writes all data to a file: an archive if its name ends in .zip, else JSON')
            [CompletionResult]::new('clean', 'clean', [CompletionResultType]::ParameterValue, 'Takes all records, users, activities and sessions away for good; constants stay')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;data;help;import' {
            break
        }
        'pos-cli;data;help;update' {
            break
        }
        'pos-cli;data;help;export' {
            break
        }
        'pos-cli;data;help;clean' {
            break
        }
        'pos-cli;data;help;help' {
            break
        }
        'pos-cli;env' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Adds an environment, or replaces it')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Lists the environments, without their tokens')
            [CompletionResult]::new('refresh-token', 'refresh-token', [CompletionResultType]::ParameterValue, 'Signs in again, for a token that is accepted no longer')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;env;add' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where the instance is')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Sign in with a password: POS_PORTAL_PASSWORD, else it is asked for, or read from standard input')
            [CompletionResult]::new('--token', '--token', [CompletionResultType]::ParameterName, 'The token, if it is known; then nobody signs in')
            [CompletionResult]::new('--partner-portal-url', '--partner-portal-url', [CompletionResultType]::ParameterName, 'The portal to sign in at; PARTNER_PORTAL_HOST says it too')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;env;list' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;env;refresh-token' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;env;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Adds an environment, or replaces it')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Lists the environments, without their tokens')
            [CompletionResult]::new('refresh-token', 'refresh-token', [CompletionResultType]::ParameterValue, 'Signs in again, for a token that is accepted no longer')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;env;help;add' {
            break
        }
        'pos-cli;env;help;list' {
            break
        }
        'pos-cli;env;help;refresh-token' {
            break
        }
        'pos-cli;env;help;help' {
            break
        }
        'pos-cli;exec' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('liquid', 'liquid', [CompletionResultType]::ParameterValue, 'Renders a template and prints the result as it is')
            [CompletionResult]::new('graphql', 'graphql', [CompletionResultType]::ParameterValue, 'Runs a document and prints the answer; exit code 1 if it has errors')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;exec;liquid' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read it from a file; `-` is standard input')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Read it from a file; `-` is standard input')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Run it without asking, whatever the environment is called')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Run it without asking, whatever the environment is called')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;exec;graphql' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read it from a file; `-` is standard input')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Read it from a file; `-` is standard input')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The document''s variables, a JSON object')
            [CompletionResult]::new('--variables', '--variables', [CompletionResultType]::ParameterName, 'The document''s variables, a JSON object')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Run it without asking, whatever the environment is called')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Run it without asking, whatever the environment is called')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;exec;help' {
            [CompletionResult]::new('liquid', 'liquid', [CompletionResultType]::ParameterValue, 'Renders a template and prints the result as it is')
            [CompletionResult]::new('graphql', 'graphql', [CompletionResultType]::ParameterValue, 'Runs a document and prints the answer; exit code 1 if it has errors')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;exec;help;liquid' {
            break
        }
        'pos-cli;exec;help;graphql' {
            break
        }
        'pos-cli;exec;help;help' {
            break
        }
        'pos-cli;migrations' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'All migrations with their states, in the order in which they run')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs a migration, or all that are not done; exit code 1 if one fails')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Writes a new migration, named after the time')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;migrations;list' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;migrations;run' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;migrations;generate' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;migrations;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'All migrations with their states, in the order in which they run')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs a migration, or all that are not done; exit code 1 if one fails')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Writes a new migration, named after the time')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;migrations;help;list' {
            break
        }
        'pos-cli;migrations;help;run' {
            break
        }
        'pos-cli;migrations;help;generate' {
            break
        }
        'pos-cli;migrations;help;help' {
            break
        }
        'pos-cli;render' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Variables, as a JSON object; its `context` becomes the context object')
            [CompletionResult]::new('--partials', '--partials', [CompletionResultType]::ParameterName, 'Partials below this folder are found by their path without `.liquid`')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'html escapes printed values, others do not; default: what front matter or the file''s name says, else html')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'Print arrays and hashes as Shopify''s Liquid does, and escape nothing')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Answer JSON requests from standard input, one a line: {"template", "data", "templates", "format", "plain"}')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;sync' {
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Send this file alone, then end: with 1 if the instance does not take it')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Send this file alone, then end: with 1 if the instance does not take it')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Send every file first, whether or not it was changed')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Open the instance in a browser')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Open the instance in a browser')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;s' {
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Send this file alone, then end: with 1 if the instance does not take it')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Send this file alone, then end: with 1 if the instance does not take it')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Send every file first, whether or not it was changed')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Open the instance in a browser')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Open the instance in a browser')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'pos-cli;test' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs the tests; exit code 1 if one fails')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;test;run' {
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write the results to a file, as JUnit XML')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long all of them may take: 30s, 10m')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;test;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs the tests; exit code 1 if one fails')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;test;help;run' {
            break
        }
        'pos-cli;test;help;help' {
            break
        }
        'pos-cli;completions' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Change to this folder first')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: auto, always, never')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object per line instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only errors on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; repeat for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'pos-cli;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Serves the app in DIR and works its jobs')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Checks and packs the app, and sends it to a server')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Prints or follows log lines')
            [CompletionResult]::new('jobs', 'jobs', [CompletionResultType]::ParameterValue, 'Lists, shows, retries, cancels and drains jobs')
            [CompletionResult]::new('mail', 'mail', [CompletionResultType]::ParameterValue, 'Lists, shows and waits for captured mail')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Checks every file of the app: path:line:col, message, what to do')
            [CompletionResult]::new('constants', 'constants', [CompletionResultType]::ParameterValue, 'Lists, sets and unsets constants')
            [CompletionResult]::new('data', 'data', [CompletionResultType]::ParameterValue, 'Exports, imports and cleans the data of the app')
            [CompletionResult]::new('env', 'env', [CompletionResultType]::ParameterValue, 'Adds and lists the environments of `.pos`')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Runs a template or a GraphQL document at a server')
            [CompletionResult]::new('migrations', 'migrations', [CompletionResultType]::ParameterValue, 'Lists, runs and generates the app''s migrations')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Renders a template to text')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Sends each file to an instance when it is saved, and deletes there what has gone here')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Runs the tests of the app')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Prints the completions of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'pos-cli;help;run' {
            break
        }
        'pos-cli;help;deploy' {
            break
        }
        'pos-cli;help;logs' {
            break
        }
        'pos-cli;help;jobs' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Jobs that have not ended, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'One job: arguments, attempts, errors, output')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Runs dead, cancelled, retrying or scheduled jobs now')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Ends jobs that have not ended; the result of a running one is ignored')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Jobs per state')
            break
        }
        'pos-cli;help;jobs;list' {
            break
        }
        'pos-cli;help;jobs;show' {
            break
        }
        'pos-cli;help;jobs;retry' {
            break
        }
        'pos-cli;help;jobs;cancel' {
            break
        }
        'pos-cli;help;jobs;drain' {
            break
        }
        'pos-cli;help;jobs;stats' {
            break
        }
        'pos-cli;help;mail' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Messages, newest first: captured, relayed, failed, skipped')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'One message: headers and text')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Forgets all messages and their files')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes')
            break
        }
        'pos-cli;help;mail;list' {
            break
        }
        'pos-cli;help;mail;show' {
            break
        }
        'pos-cli;help;mail;clear' {
            break
        }
        'pos-cli;help;mail;wait' {
            break
        }
        'pos-cli;help;check' {
            break
        }
        'pos-cli;help;constants' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'All constants; SAFE=1 in the environment shows whole values')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Sets a constant, whether it is there or not')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Takes a constant away; one that is not there is no error')
            break
        }
        'pos-cli;help;constants;list' {
            break
        }
        'pos-cli;help;constants;set' {
            break
        }
        'pos-cli;help;constants;unset' {
            break
        }
        'pos-cli;help;data' {
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Reads a file into the app')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Reads a JSON file over what is in the app')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Writes all data to a file: an archive if its name ends in .zip, else JSON')
            [CompletionResult]::new('clean', 'clean', [CompletionResultType]::ParameterValue, 'Takes all records, users, activities and sessions away for good; constants stay')
            break
        }
        'pos-cli;help;data;import' {
            break
        }
        'pos-cli;help;data;update' {
            break
        }
        'pos-cli;help;data;export' {
            break
        }
        'pos-cli;help;data;clean' {
            break
        }
        'pos-cli;help;env' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Adds an environment, or replaces it')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Lists the environments, without their tokens')
            [CompletionResult]::new('refresh-token', 'refresh-token', [CompletionResultType]::ParameterValue, 'Signs in again, for a token that is accepted no longer')
            break
        }
        'pos-cli;help;env;add' {
            break
        }
        'pos-cli;help;env;list' {
            break
        }
        'pos-cli;help;env;refresh-token' {
            break
        }
        'pos-cli;help;exec' {
            [CompletionResult]::new('liquid', 'liquid', [CompletionResultType]::ParameterValue, 'Renders a template and prints the result as it is')
            [CompletionResult]::new('graphql', 'graphql', [CompletionResultType]::ParameterValue, 'Runs a document and prints the answer; exit code 1 if it has errors')
            break
        }
        'pos-cli;help;exec;liquid' {
            break
        }
        'pos-cli;help;exec;graphql' {
            break
        }
        'pos-cli;help;migrations' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'All migrations with their states, in the order in which they run')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs a migration, or all that are not done; exit code 1 if one fails')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Writes a new migration, named after the time')
            break
        }
        'pos-cli;help;migrations;list' {
            break
        }
        'pos-cli;help;migrations;run' {
            break
        }
        'pos-cli;help;migrations;generate' {
            break
        }
        'pos-cli;help;render' {
            break
        }
        'pos-cli;help;sync' {
            break
        }
        'pos-cli;help;test' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs the tests; exit code 1 if one fails')
            break
        }
        'pos-cli;help;test;run' {
            break
        }
        'pos-cli;help;completions' {
            break
        }
        'pos-cli;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
