package dev.ballast.locks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Hears which keys are deleted, and wakes whom that concerns: who is let in by a claim that went, and whose lease went or is
 * poked. One watch of etcd; while it is open, one small read that needs a quorum is made each second, so that a member that
 * hangs or is cut off is noticed and left. A watch that is lost is made anew, and everybody is woken, for nobody knows what
 * went meanwhile.
 *
 * <p>Two virtual threads, which begin with the first client that listens.
 */
final class EtcdWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdWatch.class);
  private static final Duration PROBE = Duration.ofSeconds(1);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(2);
  private static final Duration WATCHED_WITHIN = Duration.ofSeconds(1);

  private final Map<String, LockEngine.Waker> wakers = new ConcurrentHashMap<>();
  private final EtcdWaiters waiters = new EtcdWaiters();
  private final CountDownLatch isWatched = new CountDownLatch(1);
  private final Signal end = new Signal();
  private final EtcdClient etcd;
  private final EtcdKeys keys;
  private @Nullable Thread thread;
  private volatile @Nullable InputStream open;
  private volatile boolean isClosed;

  EtcdWatch(EtcdClient etcd, EtcdKeys keys) {
    this.etcd = etcd;
    this.keys = keys;
  }

  EtcdWaiters waiters() {
    return waiters;
  }

  /** Returns once the watch is there, or a second has passed: then it goes on in the background. */
  void listen(String client, LockEngine.Waker waker) {
    wakers.put(client, waker);
    synchronized (this) {
      if (thread == null) {
        thread = Thread.ofVirtual().name("ballast-etcd-watch").start(this::run);
      }
    }
    try {
      if (!isWatched.await(WATCHED_WITHIN.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.debug("No watch yet: goes on in the background");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  void unlisten(String client) {
    wakers.remove(client);
  }

  /** Wakes those of these leases whose clients listen here. */
  void wake(Collection<LeaseId> leases) {
    leases.stream()
        .collect(Collectors.groupingBy(LeaseId::client, Collectors.toSet()))
        .forEach(
            (client, ids) -> {
              var waker = wakers.get(client);
              if (waker != null) {
                waker.woken(ids);
              }
            });
  }

  private void run() {
    long pause = FIRST_PAUSE.toNanos();
    try {
      while (!isClosed) {
        int member = etcd.member();
        try {
          watch(member);
          pause = FIRST_PAUSE.toNanos();
        } catch (IOException | RuntimeException e) {
          LOG.debug("No watch of etcd now", e);
          etcd.failed(member);
        }
        if (!isClosed) {
          end.await(pause);
        }
        pause = Math.min(2 * pause, LAST_PAUSE.toNanos());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch(int member) throws IOException {
    var body = EtcdClient.JSON.createObjectNode();
    body.putObject("create_request")
        .put("key", keys.first())
        .put("range_end", keys.afterAll())
        .putArray("filters")
        .add("NOPUT");
    try (var stream = etcd.stream("/v3/watch", body);
        var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      open = stream;
      var probe = Thread.ofVirtual().name("ballast-etcd-probe").start(() -> probe(member, stream));
      try {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (!heard(EtcdClient.JSON.readTree(line))) {
            return;
          }
        }
      } finally {
        probe.interrupt();
        open = null;
      }
    }
  }

  /** Closes the stream once the member does not answer any more, or calls have gone to another. */
  private void probe(int member, InputStream stream) {
    var pause = new Signal();
    var read = new EtcdTxn().get(keys.first()).body();
    try (stream) {
      while (etcd.member() == member) {
        pause.await(PROBE.toNanos());
        etcd.call("/v3/kv/txn", read);
      }
    } catch (EngineUnavailable | IOException e) {
      LOG.debug("The watch of etcd has ended: {}", e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** @return false if the watch is over */
  private boolean heard(JsonNode line) {
    var result = line.path("result");
    if (line.has("error") || result.path("canceled").asBoolean(false)) {
      LOG.debug("etcd has ended the watch: {}", line);
      return false;
    }
    if (result.path("created").asBoolean(false)) {
      isWatched.countDown();
      wakers.values().forEach(waker -> waker.woken(Set.of()));
    }
    for (JsonNode event : result.path("events")) {
      var key = keys.parse(EtcdClaim.bytes(event.path("kv").path("key")));
      if (key != null) {
        wake(key.name() == null ? List.of(key.lease()) : waiters.deleted(key.name(), key.lease()));
      }
    }
    return true;
  }

  @Override
  public void close() {
    isClosed = true;
    end.ring();
    var stream = open;
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        LOG.debug("The watch of etcd was closed in disorder", e);
      }
    }
  }
}
