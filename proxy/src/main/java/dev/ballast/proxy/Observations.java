package dev.ballast.proxy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an LB server has observed of backends by its own requests: evidence beside the probes of whoever judges them. The names of the
 * components are those of the JSON at {@code /observations}.
 *
 * <p>An answer is good if outlier ejection counts its exchange as a success; its time is that of its head, as the rest of it may have waited here for
 * a slow client. Of streams it is the bytes that come from the backend, unless they may have waited likewise. That a backend takes connections is nothing:
 * a frozen process does so, too.
 *
 * <p>Costs as much as there are pools and names asked for, however many backends there are.
 *
 * @param instance of the LB server
 * @param ejected {@code POOL/BACKEND} of those that outlier ejection has taken out now; at most {@value #MOST_EJECTED}, by name
 * @param good how many milliseconds ago the last good answer came, of each backend asked for that gave one within the last minute
 */
record Observations(String instance, List<String> ejected, Map<String, Long> good) {
  static final int MOST_ASKED = 256;
  static final int MOST_EJECTED = 1_000;
  private static final long MEMORY_NANOS = 60_000_000_000L;
  private static final long MILLI_NANOS = 1_000_000;

  /**
   * Of these backends.
   *
   * @throws IllegalArgumentException if these are too many, or one is not {@code POOL/BACKEND}
   */
  static Observations of(
      String instance, CompiledSnapshot inUse, List<String> asked, long nowNanos) {
    if (asked.size() > MOST_ASKED) {
      throw new IllegalArgumentException(
          asked.size() + " backends are asked for: at most " + MOST_ASKED + " at a time");
    }
    var good = new LinkedHashMap<String, Long>();
    for (String name : asked) {
      long lastNanos = lastGoodNanos(inUse, name);
      if (lastNanos != BackendCell.NEVER && nowNanos - lastNanos <= MEMORY_NANOS) {
        good.put(name, Math.max(0, nowNanos - lastNanos) / MILLI_NANOS);
      }
    }
    return new Observations(instance, ejected(inUse), good);
  }

  private static long lastGoodNanos(CompiledSnapshot inUse, String name) {
    int slash = name.indexOf('/');
    if (slash <= 0 || slash == name.length() - 1) {
      throw new IllegalArgumentException("of=" + name + " is not POOL/BACKEND");
    }
    PoolPlan pool = inUse.pools().get(name.substring(0, slash));
    BackendHandle backend = pool == null ? null : pool.named(name.substring(slash + 1));
    return backend == null ? BackendCell.NEVER : backend.lastGoodNanos();
  }

  private static List<String> ejected(CompiledSnapshot inUse) {
    return inUse.pools().values().stream()
        .flatMap(pool -> ejected(pool).stream())
        .sorted()
        .limit(MOST_EJECTED)
        .toList();
  }

  private static List<String> ejected(PoolPlan pool) {
    var names = new ArrayList<String>();
    for (int member : pool.eligibility().ejections().keySet()) {
      names.add(pool.name() + "/" + pool.members().get(member).id());
    }
    return names;
  }
}
