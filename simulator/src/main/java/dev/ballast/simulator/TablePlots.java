package dev.ballast.simulator;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Figures 11 and 12 of the Maglev paper, drawn from measurements of our own. */
final class TablePlots {
  private static final int PERCENT = 100;

  private TablePlots() {}

  /** The backends that have least and most, for each table and size. */
  static String ofEvenness(List<TableEvenness> all) {
    List<String> types = all.stream().map(one -> one.table().type()).distinct().toList();
    var chart =
        SvgChart.ofBars(
            "Entries of a backend, of " + all.getFirst().backends(), "over the mean", types);
    for (int size : all.stream().mapToInt(TableEvenness::entries).distinct().toArray()) {
      List<TableEvenness> alike = all.stream().filter(one -> one.entries() == size).toList();
      chart.bars("least, of " + size, values(alike, TableEvenness::least));
      chart.bars("most, of " + size, values(alike, TableEvenness::most));
    }
    return chart.svg();
  }

  /** The share of entries that change, for each size, over the share of backends that fail. */
  static String ofDisruption(List<TableDisruption> all) {
    var chart =
        SvgChart.ofLines(
            "Entries that change when backends fail",
            "% of " + all.getFirst().backends() + " backends that fail",
            "% of the entries");
    for (int size : all.stream().mapToInt(TableDisruption::entries).distinct().toArray()) {
      List<TableDisruption> alike = all.stream().filter(one -> one.entries() == size).toList();
      double[] failed = values(alike, one -> (double) PERCENT * one.failed() / one.backends());
      chart.line("built anew, " + size, failed, values(alike, one -> PERCENT * one.rebuilt()));
      chart.line("skipped, " + size, failed, values(alike, one -> PERCENT * one.kept()));
    }
    return chart.svg();
  }

  private static <T> double[] values(List<T> all, ToDoubleFunction<T> value) {
    return all.stream().mapToDouble(value).toArray();
  }
}
