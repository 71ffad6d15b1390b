package dev.ballast.detection;

import java.util.List;
import java.util.stream.Collectors;

/**
 * HTTP statuses that are good.
 *
 * @param ranges at least one
 */
public record Statuses(List<Range> ranges) {
  public static final Statuses SUCCESS = new Statuses(List.of(new Range(200, 299)));

  public Statuses {
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException("no status would be good");
    }
    ranges = List.copyOf(ranges);
  }

  /**
   * From one status to another, both included.
   *
   * @param first 100 to {@code last}
   * @param last at most 599
   */
  public record Range(int first, int last) {
    public Range {
      if (first < 100 || last > 599 || first > last) {
        throw new IllegalArgumentException(
            "statuses are 100 to 599 and rise, not " + first + " to " + last);
      }
    }

    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first + "–" + last;
    }
  }

  public boolean contains(int status) {
    return ranges.stream().anyMatch(range -> range.first <= status && status <= range.last);
  }

  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
  }
}
