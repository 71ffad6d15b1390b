package dev.ballast.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The marks of one axis: round numbers (1, 2 or 5 times a power of ten; on a logarithmic axis powers of ten, and 2 and 5 times these where
 * there are few), and the range that they span.
 */
record Ticks(double least, double most, boolean isLogarithmic, List<Double> marks) {
  private static final int WANTED = 6;
  private static final int FEW = 3;

  /** Around all values from {@code least} to {@code most}, both finite. */
  static Ticks linear(double least, double most) {
    double span = most > least ? most - least : Math.max(1, Math.abs(most));
    double step = round(span / WANTED);
    long first = (long) Math.floor(least / step + 1e-9);
    long last = Math.max(first + 1, (long) Math.ceil(most / step - 1e-9));
    var marks = new ArrayList<Double>();
    for (long at = first; at <= last; at++) {
      marks.add(at * step);
    }
    return new Ticks(first * step, last * step, false, marks);
  }

  /** Around all values from {@code least} to {@code most}, both above 0. */
  static Ticks logarithmic(double least, double most) {
    int first = (int) Math.floor(Math.log10(least) + 1e-9);
    int last = Math.max(first + 1, (int) Math.ceil(Math.log10(most) - 1e-9));
    var marks = new ArrayList<Double>();
    for (int power = first; power <= last; power++) {
      marks.add(Math.pow(10, power));
      if (last - first < FEW && power < last) {
        marks.add(2 * Math.pow(10, power));
        marks.add(5 * Math.pow(10, power));
      }
    }
    return new Ticks(Math.pow(10, first), Math.pow(10, last), true, marks);
  }

  /** The next of 1, 2, 5 times a power of ten that is not smaller. */
  private static double round(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    double digit = step / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
  }

  /** Where a value lies between the ends: 0 to 1. */
  double place(double value) {
    double place =
        isLogarithmic
            ? Math.log(Math.max(value, least) / least) / Math.log(most / least)
            : (value - least) / (most - least);
    return Math.clamp(place, 0, 1);
  }

  /** A mark for people: as short as it can be. */
  static String text(double mark) {
    double size = Math.abs(mark);
    if (size >= 1e6 || (size > 0 && size < 1e-3)) {
      return String.format(Locale.ROOT, "%.0e", mark);
    }
    String text = String.format(Locale.ROOT, "%.4f", mark);
    String shown = text.replaceAll("0+$", "").replaceAll("\\.$", "");
    return shown.equals("-0") ? "0" : shown;
  }
}
