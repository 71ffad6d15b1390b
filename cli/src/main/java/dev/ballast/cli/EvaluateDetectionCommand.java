package dev.ballast.cli;

import dev.ballast.simulator.DetectionEvaluation;
import dev.ballast.simulator.DetectionQuality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "evaluate-detection",
    description = {
      "Measure how often and for how long failure detectors are mistaken, and how soon they notice a death.",
      "The experiments of Hayashibara et al. (SRDS 2004), on synthetic and on recorded links, at one probe a second."
    })
final class EvaluateDetectionCommand implements Callable<Integer> {
  private static final int MOST_HOURS = 1_000;

  private final Shell shell;

  @Option(
      names = "--hours",
      paramLabel = "N",
      defaultValue = "6",
      description = "How long each detector watches a target that lives, on each link.")
  double hours;

  @Option(
      names = "--deaths",
      paramLabel = "N",
      defaultValue = "200",
      description = "How many deaths Ballast has to notice on each link.")
  int deaths;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Watch a target that lives for so many days, with one probe in 1,000 lost, and nothing else.")
  double days;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of all that is drawn: the same seed gives the same figures.")
  long seed;

  @Option(
      names = "--plot",
      paramLabel = "DIR",
      description = "Draw curves as SVG into this directory too (default: no plots).")
  @Nullable Path plots;

  EvaluateDetectionCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    demand(hours > 0 && hours <= MOST_HOURS, "--hours is more than 0, and 1000 at most");
    demand(deaths >= 1 && deaths <= 100_000, "--deaths is 1 to 100000");
    demand(days >= 0 && days <= 3_660, "--days is 0 to 3660");
    var evaluation = new DetectionEvaluation(hours, deaths, seed);
    if (days > 0) {
      say("A target that lives, 0.1% of its probes lost", longRun(evaluation.longRun(days)));
      return ExitCode.DONE.number();
    }
    say("Detectors on links", qualities("PARAMETER", evaluation.comparison()));
    List<DetectionQuality> curves = evaluation.curves();
    List<DetectionQuality> ours =
        curves.stream().filter(one -> one.detector().equals(DetectionEvaluation.BALLAST)).toList();
    say("\nBallast as φ varies", qualities("φ", ours));
    List<DetectionQuality> pauses = evaluation.pauses();
    say("\nBallast as its acceptable pause varies", qualities("PAUSE S", pauses));
    say("\nHitches, and how many of them convict", hitches(evaluation.hitches()));
    if (plots != null) {
      draw(shell.directory().resolve(plots).normalize(), DetectionEvaluation.plots(curves, pauses));
    }
    return ExitCode.DONE.number();
  }

  private static void demand(boolean isMet, String what) {
    if (!isMet) {
      throw new CommandFailed(ExitCode.USAGE, what);
    }
  }

  private static Table qualities(String parameter, List<DetectionQuality> all) {
    var table =
        Table.of("LINK", "DETECTOR", parameter, "MISTAKES/H", "EACH S", "DETECTION S", "ITS P99 S");
    for (DetectionQuality one : all) {
      table.row(
          one.link(),
          one.detector(),
          number("%.1f", one.parameter()),
          number("%.2f", one.mistakesPerHour()),
          number("%.2f", one.meanMistakeSeconds()),
          number("%.2f", one.meanDetectionSeconds()),
          number("%.2f", one.p99DetectionSeconds()));
    }
    return table;
  }

  private static Table hitches(List<DetectionEvaluation.Hitch> all) {
    var table = Table.of("HITCH", "LENGTH", "DRAWN", "CONVICTED");
    for (DetectionEvaluation.Hitch one : all) {
      table.row(one.kind(), one.length().toMillis() + "ms", one.draws(), one.convictions());
    }
    return table;
  }

  private static Table longRun(DetectionEvaluation.LongRun run) {
    return Table.of("DAYS", "PROBES", "MISTAKES")
        .row(number("%.0f", run.days()), run.probes(), run.mistakes());
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private void say(String title, Table table) {
    Terminal terminal = shell.terminal();
    terminal.out().println(title);
    terminal.out().print(table.render(terminal.isColoured()));
    terminal.out().flush();
  }

  private void draw(Path target, Map<String, String> charts) throws IOException {
    Files.createDirectories(target);
    for (var chart : charts.entrySet()) {
      Path file = target.resolve(chart.getKey());
      Files.writeString(file, chart.getValue());
      shell.terminal().out().println(shell.shown(file));
    }
  }
}
