package dev.ballast.proxy;

import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Preferred;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log when a pool begins or ends to work in another way than it should. */
final class PoolNews {
  private static final Logger LOG = LoggerFactory.getLogger(PoolNews.class);

  private PoolNews() {}

  /** @param before null if the pool is new */
  static void tell(String pool, @Nullable Eligibility before, Eligibility now) {
    ofPanic(pool, before != null && before.isPanic(), now.isPanic());
    if (before != null) {
      ofPriority(pool, before.preferred(), now.preferred());
      ofZone(pool, before.preferred(), now.preferred());
    }
  }

  private static void ofPanic(String pool, boolean was, boolean is) {
    if (is && !was) {
      LOG.warn(
          "Pool {} is in panic: too few of its backends are eligible, so all that could serve are used",
          pool);
    } else if (was && !is) {
      LOG.info("Pool {} is no longer in panic", pool);
    }
  }

  private static void ofPriority(String pool, Preferred was, Preferred is) {
    if (was.priority().equals(is.priority())) {
      return;
    }
    if (is.priority().isPresent()) {
      LOG.info("Pool {} uses its backends of priority {}", pool, is.priority().getAsInt());
    } else {
      LOG.info("Pool {} uses its backends of all priorities together", pool);
    }
  }

  private static void ofZone(String pool, Preferred was, Preferred is) {
    boolean didSpill = was.ownShare() < 1;
    boolean doesSpill = is.ownShare() < 1;
    if (doesSpill && !didSpill) {
      LOG.info(
          "Pool {} spills over to other zones: {} % stay in zone {}",
          pool, is.ownPercent(), is.zone());
    } else if (didSpill && !doesSpill) {
      LOG.info("Pool {} no longer spills over to other zones", pool);
    }
  }
}
