package dev.ballast.orchestrator;

import dev.ballast.configdb.Observation;
import dev.ballast.model.ItemKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Statuses that are to be written: which of them make the next batch, and when it is due. Of several for one subject the latest
 * is kept; what could not be written waits for the next batch, and after each failure in a row the wait doubles from 0.1 to 2 s.
 *
 * <p>Limit: {@value #BATCH_LIMIT} statuses in a batch, of which one is under way at a time. Owned by one thread or lock; times are nanoseconds
 * of one monotonic clock.
 */
final class WaitingStatuses {
  static final int BATCH_LIMIT = 5_000;

  private static final long FIRST_RETRY = Duration.ofMillis(100).toNanos();
  private static final long LAST_RETRY = Duration.ofSeconds(2).toNanos();

  private final BatchPace pace = new BatchPace();
  private final Map<ItemKey, Observation> waiting = new LinkedHashMap<>();
  private List<Observation> underWay = List.of();
  private long takenAt;
  private boolean hasFailed;
  private long retry = FIRST_RETRY;
  private long retryAt;

  void offer(Observation observation) {
    waiting.put(observation.status().key(), observation);
  }

  /** How long the next batch has to wait yet, 0 or more; {@link Long#MAX_VALUE} while there is none. */
  long left(long now) {
    if (waiting.isEmpty() || !underWay.isEmpty()) {
      return Long.MAX_VALUE;
    }
    return hasFailed ? Math.max(0, retryAt - now) : pace.left(now);
  }

  /** The next batch. It is under way until it was {@link #written} or has {@link #failed}. */
  List<Observation> take(long now) {
    takenAt = now;
    var batch = new ArrayList<Observation>();
    var each = waiting.values().iterator();
    while (each.hasNext() && batch.size() < BATCH_LIMIT) {
      batch.add(each.next());
      each.remove();
    }
    underWay = batch;
    return List.copyOf(batch);
  }

  /** The batch has been written. */
  void written(long now) {
    underWay = List.of();
    hasFailed = false;
    retry = FIRST_RETRY;
    pace.wrote(takenAt, now);
  }

  /** The batch has not been written, or nobody knows. */
  void failed(long now) {
    underWay.forEach(one -> waiting.putIfAbsent(one.status().key(), one));
    underWay = List.of();
    hasFailed = true;
    retryAt = now + retry;
    retry = Math.min(2 * retry, LAST_RETRY);
  }

  /** Whether the last batch has failed. */
  boolean hasFailed() {
    return hasFailed;
  }

  /** How many are not written yet. */
  int size() {
    return waiting.size() + underWay.size();
  }
}
