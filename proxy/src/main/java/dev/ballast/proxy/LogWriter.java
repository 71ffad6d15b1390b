package dev.ballast.proxy;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the access log: one thread that takes what the event loops have formatted, in batches of whole lines. However slow its
 * file is, or stuck for good, the loops don't notice: what finds no room is dropped, and counted.
 */
final class LogWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
  private static final long BATCH_NANOS = 5_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final OutputStream out;
  private final Limits limits;
  private final InstantSource clock;
  private final int capacity;
  private final List<LogRing> rings;
  private final Thread thread;
  private final AtomicLong unwritten = new AtomicLong();
  private byte @Nullable [] batch;
  private boolean isFailing;
  private volatile boolean isAsleep;
  private volatile boolean isClosing;

  private LogWriter(OutputStream out, Limits limits, int loops, InstantSource clock) {
    this.out = out;
    this.limits = limits;
    this.clock = clock;
    this.capacity = limits.of(Limit.ACCESS_LOG_BUFFER_BYTES);
    var all = new ArrayList<LogRing>();
    for (int i = 0; i < loops; i++) {
      all.add(new LogRing(capacity, this));
    }
    this.rings = List.copyOf(all);
    this.thread = Thread.ofPlatform().name("ballast-access-log").daemon().unstarted(this::run);
  }

  static LogWriter start(OutputStream out, Limits limits, int loops, InstantSource clock) {
    var writer = new LogWriter(out, limits, loops, clock);
    writer.thread.start();
    return writer;
  }

  /** The log as one event loop writes it. */
  LoopLog of(int loop, Tally<Counter> counts) {
    return new LoopLog(limits, counts, rings.get(loop), clock);
  }

  /** A line was added. Woken at once if it sleeps; while it gathers a batch, only if there is little room left. */
  void added(boolean isUrgent) {
    if (isAsleep || isUrgent) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    boolean isEnding;
    do {
      isEnding = isClosing;
      if (writeAll()) {
        LockSupport.parkNanos(this, BATCH_NANOS);
      } else if (!isEnding) {
        sleep();
      }
    } while (!isEnding);
  }

  /** Until a line comes. One that comes between the look and the sleep finds it asleep, and wakes it. */
  private void sleep() {
    isAsleep = true;
    if (rings.stream().allMatch(LogRing::isEmpty) && !isClosing) {
      LockSupport.park(this);
    }
    isAsleep = false;
  }

  private boolean writeAll() {
    boolean hasWritten = false;
    for (LogRing ring : rings) {
      if (!ring.isEmpty()) {
        byte[] lines = batch == null ? new byte[capacity] : batch;
        batch = lines;
        write(lines, ring.take(lines));
        hasWritten = true;
      }
    }
    return hasWritten;
  }

  private void write(byte[] lines, int length) {
    try {
      out.write(lines, 0, length);
      out.flush();
      isFailing = false;
    } catch (IOException e) {
      for (int i = 0; i < length; i++) {
        unwritten.addAndGet(lines[i] == Grammar.LF ? 1 : 0);
      }
      if (!isFailing) {
        isFailing = true;
        LOG.error(
            "The access log can't be written; its lines are lost until it can: {}", e.toString());
      }
    }
  }

  /** Lines lost because they could not be written. */
  long unwritten() {
    return unwritten.get();
  }

  /** Writes what is there, as long as that takes a moment only. No more lines may come. */
  @Override
  public void close() {
    isClosing = true;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(PATIENCE)) {
        LOG.warn("The access log does not take its last lines; they are lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
