package dev.ballast.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands, and how each is run. */
final class Commands {
  private static final int WIDTH = 100;
  private static final Map<String, Function<Shell, Object>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("up", UpCommand::new);
    ALL.put("controller", ControllerCommand::new);
    ALL.put("orchestrator", OrchestratorCommand::new);
    ALL.put("lb", LbCommand::new);
    ALL.put("backend", BackendCommand::new);
    ALL.put("apply", ApplyCommand::new);
    ALL.put("diff", DiffCommand::new);
    ALL.put("get", GetCommand::new);
    ALL.put("delete", DeleteCommand::new);
    ALL.put("watch", WatchCommand::new);
    ALL.put("status", StatusCommand::withSubcommands);
    ALL.put("drain", DrainCommand::new);
    ALL.put("disable", DisableCommand::new);
    ALL.put("enable", EnableCommand::new);
    ALL.put("accept", AcceptCommand::new);
    ALL.put("history", HistoryCommand::new);
    ALL.put("logs", LogsCommand::new);
    ALL.put("lock", LockCommand::withSubcommands);
    ALL.put("consume", ConsumeCommand::new);
    ALL.put("simulate", SimulateCommand::new);
    ALL.put("evaluate-tables", EvaluateTablesCommand::new);
    ALL.put("evaluate-detection", EvaluateDetectionCommand::new);
    ALL.put("certs", CertsCommand::new);
    ALL.put("completion", CompletionCommand::new);
    ALL.put("version", VersionCommand::new);
    ALL.put("aot-training", AotTrainingCommand::new);
  }

  private Commands() {}

  /** Every command: for help, completion and documentation. */
  static CommandLine all(Shell shell) {
    var ballast = new CommandLine(new BallastCommand());
    ALL.forEach((name, command) -> ballast.addSubcommand(name, command.apply(shell)));
    return configured(ballast, shell);
  }

  /**
   * Runs what the arguments say and answers how it ended. Only the command that is asked for is set up, because setting up
   * all of them takes longer than most of them run.
   */
  static int run(Shell shell, String... arguments) {
    try {
      int exitCode = commandLine(shell, arguments).execute(arguments);
      shell.terminal().out().flush();
      return exitCode;
    } catch (OutputClosed closed) {
      return Failures.report(closed, shell.terminal());
    }
  }

  private static CommandLine commandLine(Shell shell, String... arguments) {
    var only = arguments.length == 0 ? null : ALL.get(arguments[0]);
    if (only == null) {
      return all(shell);
    }
    var ballast = new CommandLine(new BallastCommand());
    ballast.addSubcommand(arguments[0], only.apply(shell));
    return configured(ballast, shell);
  }

  private static CommandLine configured(CommandLine ballast, Shell shell) {
    Terminal terminal = shell.terminal();
    ballast
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Print the version.")
                .build())
        .versionProvider((IVersionProvider) () -> new String[] {Version.line()});
    describe(ballast);
    ballast.setOut(new PrintWriter(terminal.out(), false, StandardCharsets.UTF_8));
    ballast.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    ballast.setColorScheme(
        CommandLine.Help.defaultColorScheme(terminal.isColoured() ? Ansi.ON : Ansi.OFF));
    ballast.setUsageHelpWidth(WIDTH);
    ballast.setCaseInsensitiveEnumValuesAllowed(true);
    ballast.setParameterExceptionHandler((problem, _) -> usageProblem(problem));
    ballast.setExecutionExceptionHandler((failure, _, _) -> Failures.report(failure, terminal));
    return ballast;
  }

  private static void describe(CommandLine line) {
    line.getSubcommands().values().forEach(Commands::describe);
    CommandSpec command = line.getCommandSpec();
    command.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this help.").build());
    command
        .usageMessage()
        .showDefaultValues(true)
        .sortOptions(false)
        .synopsisHeading("Usage: ")
        .optionListHeading("%nOptions:%n")
        .parameterListHeading("%nArguments:%n")
        .commandListHeading("%nCommands:%n")
        .exitCodeListHeading("%nIt ends with:%n")
        .exitCodeList(ExitCode.listing())
        .footer("");
  }

  private static int usageProblem(ParameterException problem) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println(name + ": " + message(problem) + " (see: " + name + " --help)");
    UnmatchedArgumentException.printSuggestions(problem, err);
    return ExitCode.USAGE.number();
  }

  /** Of an option with several long names all are said: which of them was used is not known. */
  private static String message(ParameterException problem) {
    String message = String.valueOf(problem.getMessage());
    for (OptionSpec option : problem.getCommandLine().getCommandSpec().options()) {
      String names =
          Arrays.stream(option.names())
              .filter(one -> one.startsWith("--"))
              .map(one -> "'" + one + "'")
              .collect(Collectors.joining(" or "));
      message = message.replace("'" + option.longestName() + "'", names);
    }
    return message;
  }
}
