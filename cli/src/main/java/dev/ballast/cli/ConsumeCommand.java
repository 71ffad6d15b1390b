package dev.ballast.cli;

import dev.ballast.locks.Consumer;
import dev.ballast.locks.ConsumerSettings;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MessageQueue;
import dev.ballast.locks.MessageQueues;
import dev.ballast.locks.NotJoined;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "consume",
    customSynopsis = "ballast consume --queue URL --group GROUP [OPTIONS] -- COMMAND…",
    description = {
      "Run a command for each message of a queue, together with others that say the same group: messages with the same key one at"
          + " a time and in order, each at least once.",
      "The command finds the message on its standard input, and BALLAST_MESSAGE_ID, BALLAST_MESSAGE_KEY,"
          + " BALLAST_MESSAGE_FAILURES, BALLAST_PARTITION and BALLAST_FENCING_TOKEN in its environment. Exit code 0: the message is"
          + " done and removed; any other: it comes again, and after too many failures becomes a dead letter."
    })
final class ConsumeCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(ConsumeCommand.class);
  static final String QUEUE_VARIABLE = "BALLAST_QUEUE";
  private static final Duration SHORTEST_MARGIN = Duration.ofMillis(20);
  private static final int MARGIN_PER_MILLE = 50;
  private static final int MOST_PER_MILLE = 200;

  private final Shell shell;

  @Parameters(
      arity = "0..*",
      paramLabel = "COMMAND",
      showDefaultValue = Visibility.NEVER,
      description = "The command, with its arguments.")
  List<String> command = List.of();

  @Option(
      names = "--queue",
      paramLabel = "URL",
      description =
          "The queue: postgresql://…/DATABASE/TABLE, redis://…?list=NAME or redis://…?stream=NAME; other users of this machine can see a password in it"
              + " in the list of processes, but not in the variable (default: $BALLAST_QUEUE).")
  @Nullable String queue;

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      required = true,
      showDefaultValue = Visibility.NEVER,
      description = "Who shares out the messages among themselves.")
  String group = "";

  @Option(
      names = "--member",
      paramLabel = "NAME",
      description = "This member's name, unique in the group (default: USER@HOST:PID).")
  @Nullable String member;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "Into how many partitions the keys are divided, the same for all members: no more members than that have work.")
  int partitions;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many commands may run at once here, each for another key.")
  int parallel;

  @Option(
      names = "--max-failures",
      paramLabel = "N",
      defaultValue = "5",
      description = "After so many failures a message becomes a dead letter.")
  int maxFailures;

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description = "How long this member's partitions stay its own if it dies.")
  Duration ttl = Duration.ofSeconds(15);

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description =
          "How long a command may take to end after TERM when its partition is called back, less than 10s; when it is lost, none.")
  Duration grace = Duration.ofSeconds(5);

  @Option(
      names = "--metrics",
      paramLabel = "ADDRESS:PORT",
      description = "Where to show metrics, at /metrics (default: nowhere).")
  @Nullable String metrics;

  @Mixin private final EngineOptions engines = new EngineOptions();
  @Mixin private final LifetimeOptions lifetime = new LifetimeOptions();

  ConsumeCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (command.isEmpty()) {
      throw new CommandFailed(ExitCode.USAGE, "want a command behind --");
    }
    try (var started = new ClosingStack()) {
      Logging.start(System.err);
      started.add(Logging::stop);
      start(started);
      lifetime.awaitEnd(started::close);
      return ExitCode.DONE.number();
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    } catch (NotJoined | EngineUnavailable failure) {
      throw new CommandFailed(Failures.text(failure));
    }
  }

  private void start(ClosingStack started) throws IOException {
    String name = member == null ? Owner.ofProcess(shell) : member;
    var groupSettings = GroupSettings.of(group, name, partitions);
    var settings =
        ConsumerSettings.defaults().withConcurrency(parallel).withMaxFailures(maxFailures);
    checkGrace(groupSettings.handOver().minus(settings.stopWithin()));
    var locksSettings = locksSettings(name, ttl);
    MessageQueue opened = started.add(MessageQueues.connect(queueUrl()));
    LockEngine engine = started.add(engines.connect(shell));
    EngineOptions.warnings(engine).forEach(log::warn);
    var locks = started.add(new Locks(engine, locksSettings));
    var handler = started.add(new CommandHandler(command, shell.directory(), grace));
    Consumer consumer =
        started.add(Consumer.start(locks, groupSettings, opened, settings, handler));
    if (metrics != null) {
      started.add(ConsumerMetrics.serve(metrics, group, consumer));
    }
    log.info("{} consumes {} in group {}", name, opened.name(), group);
  }

  /**
   * A member that can't renew its lease loses its partitions so much earlier than clocks may drift that its commands are dead,
   * since killing takes time too, before anybody else may begin: a twentieth of the time to live, but at least 20 ms.
   */
  static LocksSettings locksSettings(String name, Duration ttl) {
    var settings = LocksSettings.of(name, System::nanoTime, new SecureRandom()).withTtl(ttl);
    long shortest = settings.driftPerMille() + SHORTEST_MARGIN.toMillis() * 1000 / ttl.toMillis();
    int early = Math.clamp(shortest, MARGIN_PER_MILLE, MOST_PER_MILLE);
    return new LocksSettings(name, ttl, early, settings.ticker(), settings.random());
  }

  /** A command that is interrupted must have ended before its partition counts as lost and is given on. */
  private void checkGrace(Duration limit) {
    if (grace.isNegative() || grace.compareTo(limit) >= 0) {
      throw new IllegalArgumentException(
          "--grace is less than %ds: after that the partition is another member's"
              .formatted(limit.toSeconds()));
    }
  }

  private String queueUrl() {
    String given = queue == null ? shell.variable(QUEUE_VARIABLE).orElse("") : queue;
    if (given.isEmpty()) {
      throw new CommandFailed(
          ExitCode.USAGE, "want a queue: --queue URL, or in $" + QUEUE_VARIABLE);
    }
    return given;
  }
}
