package dev.ballast.proxy;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * TLS contexts that no snapshot names any more. Connections that came before the swap may still be about to begin with them,
 * until their handshake is overdue; then they are released. Owned by the control thread.
 */
final class TlsReleases {
  private final ScheduledExecutorService control;
  private final long afterMillis;
  private final ArrayDeque<List<TlsContext>> waiting = new ArrayDeque<>();

  TlsReleases(ScheduledExecutorService control, Limits limits) {
    this.control = control;
    this.afterMillis = 2L * limits.of(Limit.HANDSHAKE_MILLIS);
  }

  void later(List<TlsContext> gone) {
    if (!gone.isEmpty()) {
      waiting.add(gone);
      var _ = control.schedule(this::next, afterMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void next() {
    List<TlsContext> due = waiting.poll();
    if (due != null) {
      due.forEach(TlsContext::release);
    }
  }

  /** There are no connections any more. */
  void now(List<TlsContext> gone) {
    while (!waiting.isEmpty()) {
      next();
    }
    gone.forEach(TlsContext::release);
  }
}
