package dev.ballast.cli;

import picocli.CommandLine.Option;

/** Whether a change waits for the LB servers. */
final class WaitOptions {
  @Option(
      names = "--no-wait",
      description =
          "Return when it is committed, without waiting (up to 5 s) for the LB servers to use it.")
  boolean isNoWait;

  /** Waits as asked and prints how far the LB servers are. */
  ExitCode finish(ApiClient client, Terminal terminal, String revision) {
    if (isNoWait) {
      terminal.out().println("revision " + Rollout.number(revision) + " committed");
      return ExitCode.DONE;
    }
    terminal.out().flush();
    return Rollout.await(client, revision).print(terminal);
  }
}
