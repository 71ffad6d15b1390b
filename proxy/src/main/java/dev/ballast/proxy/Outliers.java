package dev.ballast.proxy;

import dev.ballast.balancing.Ejection;
import dev.ballast.model.OutlierEjection;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the backends of a pool judged by the outcomes of their requests, and tells them. On the control thread. */
final class Outliers {
  private static final Logger LOG = LoggerFactory.getLogger(Outliers.class);

  private Outliers() {}

  /** Answers whether any backend was ejected or may serve again. */
  static boolean judge(
      PoolHandle pool, List<PoolMember> members, OutlierEjection settings, Instant now) {
    boolean isOff = settings.maxEjectedPercent() == 0;
    pool.suspectAfter(isOff ? 0 : settings.consecutiveFailures());
    List<BackendHandle> backends = members.stream().map(PoolMember::handle).toList();
    if (!pool.outliers().judge(backends, settings, now)) {
      return false;
    }
    for (BackendHandle backend : backends) {
      tell(backend, pool.outliers().ejection(backend));
    }
    return true;
  }

  private static void tell(BackendHandle backend, @Nullable Ejection judged) {
    if (Objects.equals(backend.ejection(), judged)) {
      return;
    }
    backend.eject(judged);
    if (judged == null) {
      LOG.info("Backend {} may serve again", backend);
    } else {
      LOG.warn("Backend {} is {}", backend, judged);
    }
  }
}
