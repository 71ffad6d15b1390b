package dev.ballast.locks;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Asks a controller again and again whom of one client it has woken, each time waiting for the next. Where wakes may have been
 * missed (the controller began to listen anew, or did not answer) it wakes everybody.
 */
final class WakePoll implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WakePoll.class);
  private static final Duration WAIT = Duration.ofSeconds(25);
  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Signal pause = new Signal();
  private final ControllerCalls calls;
  private final String client;
  private final LockEngine.Waker waker;
  private volatile boolean isClosed;
  private volatile Thread thread = Thread.currentThread();

  private WakePoll(ControllerCalls calls, String client, LockEngine.Waker waker) {
    this.calls = calls;
    this.client = client;
    this.waker = waker;
  }

  static WakePoll start(ControllerCalls calls, String client, LockEngine.Waker waker) {
    var poll = new WakePoll(calls, client, waker);
    try {
      poll.ask(Duration.ZERO);
    } catch (EngineUnavailable e) {
      LOG.debug("Nobody wakes {} yet", client, e);
    }
    poll.thread = Thread.ofVirtual().name("ballast-wakes-" + client).start(poll::run);
    return poll;
  }

  private void run() {
    try {
      while (!isClosed) {
        try {
          hear(ask(WAIT));
        } catch (EngineUnavailable | IllegalArgumentException e) {
          if (!isClosed) {
            LOG.debug("Nobody wakes {} now", client, e);
            pause.await(RETRY_NANOS);
            waker.woken(Set.of());
          }
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private JsonNode ask(Duration wait) {
    return calls.send(
        new ControllerCalls.Request(
            "GET",
            "/v1/wakes?client=" + client + "&wait=" + LocksJson.text(wait),
            null,
            true,
            wait));
  }

  private void hear(JsonNode answer) {
    Set<LeaseId> leases =
        answer
            .path("leases")
            .valueStream()
            .map(lease -> new LeaseId(lease.asString("")))
            .collect(Collectors.toSet());
    if (answer.path("isAny").asBoolean(false)) {
      waker.woken(Set.of());
    } else if (!leases.isEmpty()) {
      waker.woken(leases);
    }
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
  }
}
