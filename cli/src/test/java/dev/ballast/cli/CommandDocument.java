package dev.ballast.cli;

import java.util.stream.Collectors;
import picocli.CommandLine;

/** {@code docs/cli.md}: every command's help. */
final class CommandDocument {
  private CommandDocument() {}

  static String text(CommandLine ballast) {
    return """
    # The commands

    Every command's `--help`, in one place. This page is generated from the commands; a test keeps it in step.

    Client commands find the controller by themselves: `--server`, else `BALLAST_SERVER`, else the system whose data is in
    `./ballast-data`, else the one that this user started last (`~/.config/ballast/current` names its data directory). The
    token comes from `--token`, `--token-file` or `BALLAST_TOKEN`, else from that system's `token` file.

    | environment | what for |
    | --- | --- |
    | `BALLAST_SERVER`, `BALLAST_TOKEN`, `BALLAST_CA_FILE` | the controller's address, the token, the certificates to trust |
    | `BALLAST_LOCK_ENGINE` | where locks are kept, if not in the system that the commands above find |
    | `BALLAST_QUEUE` | the queue of `ballast consume` |
    | `BALLAST_DATABASE_URL` | the PostgreSQL of `ballast controller` |
    | `NO_COLOR` | no colours on a terminal either |

    Exit codes, of every command:

    | code | meaning |
    | --- | --- |
    %s

    ```
    %s```
    %s"""
        .formatted(
            ExitCode.listing().entrySet().stream()
                .map(entry -> "| " + entry.getKey() + " | " + entry.getValue() + " |")
                .collect(Collectors.joining("\n")),
            help(ballast),
            sections(ballast));
  }

  private static String sections(CommandLine parent) {
    return parent.getSubcommands().values().stream()
        .filter(command -> !command.getCommandSpec().usageMessage().hidden())
        .map(command -> section(command) + sections(command))
        .collect(Collectors.joining());
  }

  private static String section(CommandLine command) {
    return "\n## "
        + command.getCommandSpec().qualifiedName()
        + "\n\n```\n"
        + help(command)
        + "```\n";
  }

  /** Without the exit codes, which are the same everywhere. */
  private static String help(CommandLine command) {
    String usage = command.getUsageMessage();
    return usage.substring(0, usage.indexOf("It ends with:")).strip() + "\n";
  }
}
