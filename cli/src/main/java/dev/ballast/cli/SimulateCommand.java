package dev.ballast.cli;

import dev.ballast.balancing.Extensions;
import dev.ballast.model.Algorithm;
import dev.ballast.model.InvalidInput;
import dev.ballast.simulator.AccessLogFormat;
import dev.ballast.simulator.AccessLogReader;
import dev.ballast.simulator.Charts;
import dev.ballast.simulator.Recommendation;
import dev.ballast.simulator.Recording;
import dev.ballast.simulator.Result;
import dev.ballast.simulator.Simulation;
import dev.ballast.simulator.Workload;
import dev.ballast.simulator.WorkloadDraft;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "simulate",
    description = {
      "Compare algorithms under a described workload, or that of an access log, without any traffic.",
      "A simulation of single requests that runs the very algorithms of the LB servers, and says which to choose. The same"
          + " seed gives the same figures. What options say goes before what the file says; those that take a MAPPING are"
          + " written as in the file: --service '{type: log-normal, mean: 20ms}'. All of it: docs/simulate.md."
    })
final class SimulateCommand implements Callable<Integer> {
  private static final double MILLION = 1e6;

  @Option(
      names = "--workload",
      paramLabel = "FILE",
      description = "A workload in YAML (default: what the options say).")
  @Nullable String file;

  @Option(
      names = "--from-access-log",
      paramLabel = "FILE",
      description =
          "Take arrivals, and work and backends if it has them, from an access log of Ballast, nginx, Apache or HAProxy (default:"
              + " none).")
  @Nullable String accessLog;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description =
          "How the access log is written: json, common, combined, haproxy, or a template as of nginx's log_format or Apache's"
              + " LogFormat, such as '[$time_local] $request_time' or '%%t %%D' (default: found out).")
  @Nullable String logFormat;

  @Option(
      names = "--pool",
      paramLabel = "NAME",
      description = "Of the access log, only requests to this pool (default: all).")
  @Nullable String pool;

  @Option(
      names = "--algorithm",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "NAME|MAPPING",
      description =
          "An algorithm to compare, such as round-robin, or '{type: hash, over: ring-hash}'; may be given several times (default:"
              + " all of them).")
  List<String> algorithms = new ArrayList<>();

  @Option(
      names = "--backends",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "N|MAPPING",
      description =
          "How many backends, or a group of them with count, speed, weight, concurrency and zone; may be given several times (default:"
              + " 10).")
  List<String> backends = new ArrayList<>();

  @Option(
      names = "--load",
      paramLabel = "SHARE",
      description =
          "How much of what the backends can do is asked of them (default: 0.8, or as in the access log).")
  @Nullable String load;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second (default: what --load says).")
  @Nullable String rate;

  @Option(
      names = "--arrivals",
      paramLabel = "NAME|MAPPING",
      description = "How requests come: poisson or bursty (default: poisson).")
  @Nullable String arrivals;

  @Option(
      names = "--service",
      paramLabel = "NAME|MAPPING",
      description =
          "How long backends work: constant, exponential, log-normal, pareto or bimodal (default: exponential, with a mean of 10ms).")
  @Nullable String service;

  @Option(
      names = "--lb-servers",
      paramLabel = "N|MAPPING",
      description =
          "How many LB servers, each of which sees its own requests only; or a mapping with count, detection and zones (default:"
              + " 1).")
  @Nullable String lbServers;

  @Option(
      names = "--zone-delay",
      paramLabel = "DURATION",
      description = "By how much later an answer from another zone comes (default: 1ms).")
  @Nullable String zoneDelay;

  @Option(
      names = "--incident",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "MAPPING",
      description =
          "What happens to a backend: '{type: failure, backend: 0, at: 10s, lasts: 20s}', or slow-down with a factor; may be given"
              + " several times (default: nothing).")
  List<String> incidents = new ArrayList<>();

  @Option(
      names = "--keys",
      paramLabel = "N|MAPPING",
      description =
          "How many different keys requests are hashed by, or a mapping with distinct and zipf (default: 10000).")
  @Nullable String keys;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "How many requests (default: 1000000, or those of the access log).")
  @Nullable String requests;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What all chance follows from (default: 1).")
  @Nullable String seed;

  @Option(
      names = "--plot",
      paramLabel = "DIR",
      description = "Write charts in SVG into this directory (default: none).")
  @Nullable String plot;

  @Mixin private final ExtensionsOption extensions = new ExtensionsOption();

  @Mixin private final FormatOption output = new FormatOption();

  private final Shell shell;
  private final LongSupplier nanoClock;

  SimulateCommand(Shell shell) {
    this(shell, System::nanoTime);
  }

  /** @param nanoClock what the speed of the simulation is measured by */
  SimulateCommand(Shell shell, LongSupplier nanoClock) {
    this.shell = shell;
    this.nanoClock = nanoClock;
  }

  @Override
  public Integer call() throws IOException {
    byte[] described = described();
    Optional<Recording> recording = recording(described);
    WorkloadDraft draft = draft(recording, described);
    Workload workload = workload(draft);
    Extensions found = extensions.load(shell);
    long began = nanoClock.getAsLong();
    var results = new ArrayList<Result>();
    for (Algorithm algorithm : draft.algorithms()) {
      results.add(result(workload, algorithm, found, draft));
    }
    say(draft, results.size(), (nanoClock.getAsLong() - began) / 1e9);
    var report =
        new SimulationReport(
            draft, workload, recording, results, Recommendation.of(workload, results));
    Terminal terminal = shell.terminal();
    switch (output.format) {
      case TABLE -> report.print(terminal);
      case JSON -> terminal.out().print(Json.pretty(report.json()));
      case YAML -> terminal.out().print(Yaml.of(report.json()));
    }
    plot(results);
    return ExitCode.DONE.number();
  }

  private static Result result(
      Workload workload, Algorithm algorithm, Extensions extensions, WorkloadDraft draft) {
    try {
      return Simulation.run(workload, algorithm, extensions, draft.seed(), draft.requests());
    } catch (IllegalArgumentException refused) {
      throw new CommandFailed(Failures.text(refused));
    }
  }

  /** Beside the results, which are the same each time. */
  private void say(WorkloadDraft draft, int runs, double seconds) {
    long all = runs * draft.requests();
    shell
        .terminal()
        .err()
        .println(
            String.format(
                Locale.ROOT,
                "simulated %d requests in %.2f s, %.2f M/s",
                all,
                seconds,
                all / Math.max(1e-9, seconds) / MILLION));
  }

  private static Workload workload(WorkloadDraft draft) {
    try {
      return draft.workload();
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
  }

  /** What a recording says, then a file, then the options. */
  private WorkloadDraft draft(Optional<Recording> recording, byte @Nullable [] described) {
    var draft = new WorkloadDraft();
    recording.ifPresent(draft::use);
    if (file != null && described != null) {
      readFile(draft, file, described);
    }
    readOptions(draft);
    return draft;
  }

  /** The file's content, read once: it may be a pipe. Null without a file. */
  private byte @Nullable [] described() throws IOException {
    if (file == null) {
      return null;
    }
    try {
      return Files.readAllBytes(shell.directory().resolve(file));
    } catch (NoSuchFileException _) {
      throw new CommandFailed(file + ": there is no such file");
    }
  }

  private Optional<Recording> recording(byte @Nullable [] described) throws IOException {
    if (accessLog == null) {
      if (pool != null || logFormat != null) {
        throw new CommandFailed(
            ExitCode.USAGE,
            (pool == null ? "--log-format" : "--pool")
                + " is one of an access log: --from-access-log says which");
      }
      return Optional.empty();
    }
    AccessLogFormat format = format();
    long seed = draft(Optional.empty(), described).seed();
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    try (Reader log =
        new java.io.InputStreamReader(
            Files.newInputStream(shell.directory().resolve(accessLog)), decoder)) {
      return Optional.of(AccessLogReader.read(log, Optional.ofNullable(pool), format, seed));
    } catch (NoSuchFileException _) {
      throw new CommandFailed(accessLog + ": there is no such file");
    } catch (AccessLogReader.NotUsable notUsable) {
      throw new CommandFailed(accessLog + ": " + notUsable.getMessage());
    }
  }

  private AccessLogFormat format() {
    try {
      return logFormat == null ? AccessLogFormat.AUTO : AccessLogFormat.of(logFormat);
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, "--log-format: " + Failures.text(invalid));
    }
  }

  private void readFile(WorkloadDraft draft, String name, byte[] described) {
    try {
      draft.read(described);
    } catch (InvalidInput invalid) {
      invalid.problems().forEach(one -> shell.terminal().err().println(name + ": " + one));
      throw new CommandFailed(name + " is not a workload");
    }
  }

  /** Each option is a line of a workload. */
  private void readOptions(WorkloadDraft draft) {
    var lines = new ArrayList<Map.Entry<String, String>>();
    add(lines, "--load", "load", load);
    add(lines, "--rate", "rate", rate);
    add(lines, "--arrivals", "arrivals", arrivals);
    add(lines, "--service", "service", service);
    add(lines, "--lb-servers", "lbServers", lbServers);
    add(lines, "--zone-delay", "zoneDelay", zoneDelay);
    add(lines, "--keys", "keys", keys);
    add(lines, "--requests", "requests", requests);
    add(lines, "--seed", "seed", seed);
    addAll(lines, "--backends", "backends", "count", backends);
    addAll(lines, "--incident", "incidents", "type", incidents);
    addAll(lines, "--algorithm", "algorithms", "type", algorithms);
    if (load != null && rate != null) {
      throw new CommandFailed(ExitCode.USAGE, "--rate has nothing to say beside --load");
    }
    for (var line : lines) {
      try {
        draft.read(line.getValue().getBytes(StandardCharsets.UTF_8));
      } catch (InvalidInput invalid) {
        var problem = invalid.problems().getFirst();
        throw new CommandFailed(
            ExitCode.USAGE,
            line.getKey()
                + ": "
                + (problem.path().isEmpty() ? "" : problem.path() + ": ")
                + problem.message());
      }
    }
  }

  private static void add(
      List<Map.Entry<String, String>> lines, String option, String key, @Nullable String value) {
    if (value != null) {
      lines.add(Map.entry(option, key + ": " + value));
    }
  }

  /** What is no mapping says one thing of it. */
  private static void addAll(
      List<Map.Entry<String, String>> lines,
      String option,
      String key,
      String shortFor,
      List<String> values) {
    if (!values.isEmpty()) {
      List<String> mappings =
          values.stream()
              .map(value -> value.startsWith("{") ? value : "{" + shortFor + ": " + value + "}")
              .toList();
      lines.add(Map.entry(option, key + ": [" + String.join(", ", mappings) + "]"));
    }
  }

  private void plot(List<Result> results) throws IOException {
    if (plot == null) {
      return;
    }
    Path directory = Files.createDirectories(shell.directory().resolve(plot));
    for (var chart : Charts.of(results).entrySet()) {
      Files.writeString(directory.resolve(chart.getKey()), chart.getValue());
    }
    shell.terminal().err().println("charts are in " + shell.shown(directory));
  }
}
