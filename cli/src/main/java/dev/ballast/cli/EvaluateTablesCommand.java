package dev.ballast.cli;

import dev.ballast.model.KeyTable;
import dev.ballast.simulator.TableDisruption;
import dev.ballast.simulator.TableEvenness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "evaluate-tables",
    description = {
      "Measure how evenly maglev, ring-hash and rendezvous share out keys, and how many keys move when backends fail.",
      "The experiments of section 5.3 of the Maglev paper (NSDI 2016), with the tables that LB servers use."
    })
final class EvaluateTablesCommand implements Callable<Integer> {
  /** As many as a Maglev table takes. */
  private static final int MOST_BACKENDS = 65_535;

  private final Shell shell;

  @Option(
      names = "--entries",
      paramLabel = "N",
      defaultValue = "65537,655373",
      split = ",",
      description = "Sizes of the tables, primes. May be repeated.")
  List<Integer> entries = List.of();

  @Option(
      names = "--backends",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many backends, all of one weight.")
  int backends;

  @Option(
      names = "--tables",
      paramLabel = "N",
      defaultValue = "5",
      description = "Tables of each method and size, each under a seed of its own.")
  int tables;

  @Option(
      names = "--failures",
      paramLabel = "K",
      defaultValue = "1,2,5,10,20,50",
      split = ",",
      description = "How many backends fail at once. May be repeated.")
  List<Integer> failures = List.of();

  @Option(
      names = "--draws",
      paramLabel = "N",
      defaultValue = "50",
      description = "How often those that fail are drawn; the paper has 200.")
  int draws;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the tables and the draws: the same seed gives the same figures.")
  long seed;

  @Option(
      names = "--plot",
      paramLabel = "DIR",
      description =
          "Draw evenness.svg and disruption.svg into this directory too (default: no plots).")
  @Nullable Path plots;

  EvaluateTablesCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    check();
    List<TableEvenness> evenness = TableEvenness.ofAll(entries, backends, tables, seed);
    say("Entries of the backends that have least and most, over the mean", table(evenness));
    List<TableDisruption> disruption = new ArrayList<>();
    for (int size : entries) {
      for (int failed : failures) {
        disruption.add(TableDisruption.of(size, backends, failed, draws, seed));
      }
    }
    say("\nEntries of a Maglev table that change when backends fail", tableOf(disruption));
    if (plots != null) {
      draw(shell.directory().resolve(plots).normalize(), evenness, disruption);
    }
    return ExitCode.DONE.number();
  }

  private void check() {
    demand(backends >= 2 && backends <= MOST_BACKENDS, "--backends is 2 to " + MOST_BACKENDS);
    demand(tables >= 1 && draws >= 1, "--tables and --draws are at least 1");
    for (int size : entries) {
      demand(size >= backends, "--entries is at least as many as there are backends, not " + size);
      try {
        var _ = new KeyTable.Maglev(size);
      } catch (IllegalArgumentException wrong) {
        throw new CommandFailed(ExitCode.USAGE, "--entries: " + Failures.text(wrong));
      }
    }
    for (int failed : failures) {
      demand(
          failed >= 1 && failed < backends,
          "--failures is at least 1, and somebody has to be left of " + backends + ": " + failed);
    }
  }

  private static void demand(boolean isMet, String what) {
    if (!isMet) {
      throw new CommandFailed(ExitCode.USAGE, what);
    }
  }

  private static Table table(List<TableEvenness> all) {
    var table =
        Table.of("METHOD", "ENTRIES", "LEAST", "MOST", "OVER-PROVISIONING", "OF THE TABLES");
    for (TableEvenness one : all) {
      table.row(
          one.table().type(),
          one.entries(),
          String.format(Locale.ROOT, "%.3f", one.least()),
          String.format(Locale.ROOT, "%.3f", one.most()),
          percent(one.overProvisioning()),
          percent(one.leastOverProvisioning()) + " to " + percent(one.mostOverProvisioning()));
    }
    return table;
  }

  private static Table tableOf(List<TableDisruption> all) {
    var table = Table.of("ENTRIES", "FAILED", "THEIRS", "BUILT ANEW", "OF OTHERS", "SKIPPED");
    for (TableDisruption one : all) {
      table.row(
          one.entries(),
          one.failed() + " of " + one.backends(),
          percent(one.lost()),
          percent(one.rebuilt()),
          percent(one.moved()),
          percent(one.kept()));
    }
    return table;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }

  private void say(String title, Table table) {
    Terminal terminal = shell.terminal();
    terminal.out().println(title);
    terminal.out().print(table.render(terminal.isColoured()));
    terminal.out().flush();
  }

  private void draw(Path target, List<TableEvenness> evenness, List<TableDisruption> disruption)
      throws IOException {
    Files.createDirectories(target);
    write(target.resolve("evenness.svg"), TableEvenness.plot(evenness));
    write(target.resolve("disruption.svg"), TableDisruption.plot(disruption));
  }

  private void write(Path file, String svg) throws IOException {
    Files.writeString(file, svg);
    shell.terminal().out().println(shell.shown(file));
  }
}
