package dev.ballast.controller;

import dev.ballast.locks.Answer.Granted;
import dev.ballast.locks.Answer.Waiting;
import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.LeaseId;
import dev.ballast.locks.LeaseLost;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LocksJson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One lock with one request: opens a lease for the caller and, if it is to wait, keeps it until the turn has come or the time is
 * up. From then on it is the caller's to renew and to close; whatever was not granted is closed. A caller that leaves meanwhile may
 * be granted what it doesn't hear of: that runs out with the time to live.
 */
final class LockByName {
  private static final Logger log = LoggerFactory.getLogger(LockByName.class);
  private static final int WAITERS = 1_000;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final String RESERVED = "$group/";
  private static final Set<String> KEYS = Set.of("owner", "ttl", "wait", "mode", "note");

  private final AtomicInteger waiters = new AtomicInteger();
  private final LockEngine engine;
  private final Wakes wakes;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;

  LockByName(LockEngine engine, Wakes wakes, RandomGenerator random, LongSupplier nanoTime) {
    this.engine = engine;
    this.wakes = wakes;
    this.random = random;
    this.nanoTime = nanoTime;
  }

  /** What is wanted, checked. */
  private record Wanted(LeaseId lease, Claim claim, String owner, Duration ttl, Duration patience) {
    boolean waits() {
      return patience.isPositive();
    }

    Wanted with(LeaseId other) {
      return new Wanted(other, claim, owner, ttl, patience);
    }
  }

  int waiting() {
    return waiters.get();
  }

  Reply acquire(Call call) throws IOException, InterruptedException {
    Wanted wanted = wanted(call);
    try {
      if (waiters.incrementAndGet() > WAITERS) {
        throw HttpProblem.unavailable(
            "too-many-waiters",
            WAITERS + " requests wait for locks here already: ask another controller, or later");
      }
      return acquire(wanted, nanoTime.getAsLong() + wanted.patience().toNanos());
    } finally {
      waiters.decrementAndGet();
    }
  }

  private Wanted wanted(Call call) throws IOException {
    var body = LockBody.read(call, KEYS);
    String name = Claim.checkName(call.name(0));
    if (name.startsWith(RESERVED)) {
      throw LockBody.invalid("names that begin with " + RESERVED + " belong to consumer groups");
    }
    var claim = new Claim(name, body.mode(), body.note());
    return new Wanted(lease(), claim, owner(body), body.ttl(), body.waiting());
  }

  private LeaseId lease() {
    return new LeaseId("%016x-%016x".formatted(random.nextLong(), random.nextLong()));
  }

  private static String owner(LockBody body) {
    if (body.owner().isEmpty()) {
      throw LockBody.invalid("owner is required: what the holder calls itself in lists");
    }
    return body.owner();
  }

  /** A lease that runs out while it waits, because the engine was too slow, gives way to another as long as there is time. */
  private Reply acquire(Wanted first, long end) throws InterruptedException {
    Wanted wanted = first;
    while (true) {
      try {
        return tryOnce(wanted, end);
      } catch (LeaseLost _) {
        if (end - nanoTime.getAsLong() <= 0) {
          return refused(wanted);
        }
        wanted = wanted.with(lease());
      }
    }
  }

  private Reply tryOnce(Wanted wanted, long end) throws InterruptedException {
    boolean isGranted = false;
    try {
      if (wanted.waits()) {
        // Before the lease, whose time to live may be shorter than this takes.
        wakes.open(wanted.lease().client());
      }
      var opened =
          engine.openAndClaim(
              wanted.lease(),
              wanted.owner(),
              wanted.ttl(),
              List.of(wanted.claim()),
              wanted.waits());
      var answer = opened.answers().getFirst();
      if (answer instanceof Waiting waiting && wanted.waits()) {
        answer = await(wanted, opened.ttl(), waiting, end);
      }
      isGranted = answer instanceof Granted;
      return answer instanceof Granted(long token)
          ? Answer.json(granted(wanted, opened.ttl(), token))
          : refused(wanted);
    } finally {
      forget(wanted.lease());
      if (!isGranted) {
        close(wanted.lease());
      }
    }
  }

  private dev.ballast.locks.Answer await(Wanted wanted, Duration ttl, Waiting first, long end)
      throws InterruptedException {
    dev.ballast.locks.Answer answer = first;
    while (answer instanceof Waiting(int _, Duration lookAgain)) {
      long left = end - nanoTime.getAsLong();
      if (left <= 0) {
        return answer;
      }
      long pause = Math.min(POLL.toNanos(), Math.min(lookAgain.toNanos() + 1, ttl.toNanos() / 3));
      wakes.await(wanted.lease().client(), Duration.ofNanos(Math.max(1, Math.min(pause, left))));
      if (!engine.renew(wanted.lease())) {
        throw new LeaseLost("the lease ran out while it waited");
      }
      answer = engine.claim(wanted.lease(), List.of(wanted.claim()), true).getFirst();
    }
    return answer;
  }

  private static ObjectNode granted(Wanted wanted, Duration ttl, long token) {
    return Json.object()
        .put("name", wanted.claim().name())
        .put("lease", wanted.lease().value())
        .put("token", token)
        .put("mode", wanted.claim().mode().text())
        .put("owner", wanted.owner())
        .put("ttl", LocksJson.text(ttl));
  }

  private Reply refused(Wanted wanted) {
    String name = wanted.claim().name();
    ObjectNode more = Json.object();
    ArrayNode holders = more.putArray("holders");
    engine.list(name).stream()
        .filter(one -> one.name().equals(name) && one.isHeld())
        .map(LocksJson::of)
        .forEach(holders::add);
    String detail = "'%s' was not free within %d ms".formatted(name, wanted.patience().toMillis());
    return Problems.answer(HttpProblem.of(409, "not-acquired", detail), more);
  }

  /** Nobody waits for this lease any more. */
  private void forget(LeaseId lease) {
    try {
      wakes.forget(lease.client());
    } catch (EngineUnavailable e) {
      log.warn("The engine goes on to tell of lease {}: {}", lease, e.getMessage());
    }
  }

  private void close(LeaseId lease) {
    try {
      engine.close(lease);
    } catch (EngineUnavailable e) {
      log.warn("Lease {} could not be closed, and runs out by itself: {}", lease, e.getMessage());
    }
  }
}
