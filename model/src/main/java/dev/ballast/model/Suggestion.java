package dev.ballast.model;

import java.util.Collection;
import java.util.Comparator;

/** "Did you mean": the nearest known word, by edit distance (Levenshtein, 1965). */
public final class Suggestion {
  private static final int WORD_LIMIT = 100;

  private Suggestion() {}

  /** {@code : did you mean "weight"?}, or, when nothing is near, the known words; empty when there are none. */
  public static String among(String word, Collection<String> known) {
    if (known.isEmpty()) {
      return "";
    }
    if (word.length() > WORD_LIMIT) {
      return "";
    }
    return known.stream()
        .filter(candidate -> distance(word, candidate) <= Math.max(2, candidate.length() / 3))
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
        .map(nearest -> ": did you mean \"" + nearest + "\"?")
        .orElseGet(() -> " (known: " + String.join(", ", known) + ")");
  }

  private static int distance(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      previous[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] current = new int[to.length() + 1];
      current[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int substitution = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(
                Math.min(current[column - 1], previous[column]) + 1,
                previous[column - 1] + substitution);
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
